"""The dashboard shows what there is: each metric it names exists, and none is forgotten."""

import json
import re
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from authsvc.counters.instruments import Counters

FOLDER = Path(__file__).parents[2] / "deploy/grafana"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "authsvc.json").read_text("utf-8"))
_SERIES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}


def _families() -> dict[str, set[str]]:
    """Return the names of each metric's series, by the metric's own."""
    families = text_string_to_metric_families(Counters().text().decode())
    return {f.name: {f.name + end for end in _SERIES[f.type]} for f in families}


def test_every_name_in_it_exists_and_every_metric_is_in_it() -> None:
    targets = [target for panel in DASHBOARD["panels"] for target in panel["targets"]]
    named = {n for target in targets for n in re.findall(r"authsvc_[a-z_]+", target["expr"])}
    families = _families()
    assert named <= set.union(*families.values())
    assert {name for name, series in families.items() if not series & named} == set()


def test_every_panel_is_explained_in_the_readme() -> None:
    readme = (FOLDER / "README.md").read_text("utf-8")
    for panel in DASHBOARD["panels"]:
        assert f"| {panel['title']} | {panel['description']} |\n" in readme
    named = set(re.findall(r"authsvc_[a-z_]+", readme))
    assert named <= set.union(*_families().values())
