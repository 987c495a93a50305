"""The whole of `lossproof verify`, with kept certificates and without."""

from __future__ import annotations

import time

from theory.engine.verify import verify


def run() -> list[str]:
    """Return the lines to print."""
    seconds = {}
    for name, rederive in (("with kept certificates", False), ("everything found again", True)):
        start = time.perf_counter()
        report = verify(rederive=rederive)
        seconds[name] = time.perf_counter() - start
        count = len(report.entries)
    lines = [f"lossproof verify, {count} claims, {name}: {value:.1f} s" for name, value in seconds.items()]
    return [*lines, f"ratio {seconds['everything found again'] / seconds['with kept certificates']:.2f}"]
