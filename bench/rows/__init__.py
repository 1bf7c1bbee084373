"""The rows of the table, by number."""

from collections.abc import Mapping

from bench.findings import Row
from bench.rows import (
    flatness,
    logins,
    memory,
    profile,
    start,
    storm,
    tokens,
    verify,
)

ROWS: Mapping[int, Row] = {
    row.number: row
    for row in (
        profile.ROW,
        verify.ROW,
        storm.ROW,
        logins.ROW,
        tokens.ROW,
        flatness.ROW,
        memory.ROW,
        start.ROW,
    )
}
