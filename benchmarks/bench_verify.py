"""The whole of `lossproof verify`, with kept certificates and without."""

from __future__ import annotations

import time

from benchmarks.rows import Row
from theory.engine.verify import verify

SMOKE = ("anyloss.double_survives",)


def run(*, smoke: bool = False) -> list[Row]:
    """Return the row; ``smoke`` decides one claim."""
    seconds = []
    for rederive in (False, True):
        start = time.perf_counter()
        report = verify(SMOKE if smoke else (), rederive=rederive)
        seconds.append(time.perf_counter() - start)
    claims = f"{len(report.entries)} claims"
    return [Row("lossproof verify, kept certificates", *seconds, "everything found again", claims)]
