"""`GET /metrics`, in Prometheus' text format. There only with a token in the settings."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from authsvc.counters.instruments import CONTENT_TYPE, Counters
from authsvc.counters.readings import Readings

router = APIRouter(tags=["metrics"], include_in_schema=False)


async def get_counters(request: Request) -> Counters:
    """Return what the application counts on."""
    counters: Counters = request.app.state.counters
    return counters


async def get_readings(request: Request) -> Readings:
    """Return the readings of this process' parts."""
    readings: Readings = request.app.state.readings
    return readings


@router.get("/metrics")
async def metrics(
    counters: Annotated[Counters, Depends(get_counters)],
    readings: Annotated[Readings, Depends(get_readings)],
) -> Response:
    """Write down all that is counted; this process' own readings are fresh."""
    await readings.take()
    return Response(counters.text(), headers={"Content-Type": CONTENT_TYPE})
