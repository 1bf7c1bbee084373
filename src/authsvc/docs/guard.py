"""Who may read the documentation: the signed-in. A browser that is not is shown the way in."""

from urllib.parse import quote

from fastapi import Depends, HTTPException, Request

from authsvc.core.errors import Problem
from authsvc.core.pages import accepts_html
from authsvc.guard.deps import CookiePolicyDep, Guard, get_principal


async def require_reader(request: Request, cookies: CookiePolicyDep) -> None:
    """Let the signed-in pass; send a browser to the sign-in page and back here afterwards."""
    try:
        await get_principal(request, cookies)
    except Problem as problem:
        if problem.status == 401 and accepts_html(request):  # noqa: PLR2004
            there = f"/login?next={quote(request.scope['path'], safe='/')}"
            raise HTTPException(303, headers={"Location": there}) from None
        raise


READERS: Guard = [Depends(require_reader)]
