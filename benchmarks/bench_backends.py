"""Simulators on a GPU by CuPy, against NumPy on all cores in one process; "not run" where there is no GPU.

Independent copies grow until a run would take longer than a second. Both sides have the same streams, and results must
agree.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.rows import Row
from experiments.arrays import BackendMissing, backend
from experiments.backend_bench import compare
from experiments.comparing import array_simulators

SECONDS = 1.0


def run(*, smoke: bool = False) -> Iterator[Row]:
    """Yield the rows.

    Raises
    ------
    AssertionError
        After all rows, if results of a simulator differ or it failed.
    """
    missing, wrong = "", []
    try:
        where = backend("cupy")
    except BackendMissing as error:
        missing = str(error)
    for simulator in array_simulators():
        name = f"{simulator.name}, CuPy"
        if missing:
            yield Row(name, None, note=missing)
            continue
        for timing in compare(simulator, where, limit=0.01 if smoke else SECONDS):
            if not timing.agrees:
                wrong.append(f"{name}, {timing.size}: {timing.note or f'differs by {timing.apart:.1e}'}")
            elif timing.there is not None or timing.size:
                yield Row(name, timing.there, timing.cpu, "NumPy, all cores", timing.size, timing.note)
    if wrong:
        raise AssertionError("; ".join(wrong))
