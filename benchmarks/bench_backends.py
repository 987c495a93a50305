"""Simulators on a GPU by CuPy, against NumPy on all cores; one row, "not run", where there is no GPU.

Independent copies grow until a run would take longer than a second. Both sides have the same streams, and results must
agree. The processor's time is that of a cell: of one process, or of a process on each core over their number, whichever
is less (`experiments.all_cores`).
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.rows import Row
from experiments.all_cores import all_cores
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
    try:
        where = backend("cupy")
    except BackendMissing as error:
        yield Row("simulators, CuPy", None, note=f"GPU: not run, no CUDA device ({error})")
        return
    wrong = []
    with all_cores() as cores:
        for simulator in array_simulators():
            name = f"{simulator.name}, CuPy"
            for timing in compare(simulator, where, limit=0.01 if smoke else SECONDS, cores=cores):
                against = "NumPy, all cores" + (f", {timing.at_once} cells at once" if timing.at_once > 1 else "")
                if not timing.agrees:
                    wrong.append(f"{name}, {timing.size}: {timing.note or f'differs by {timing.apart:.1e}'}")
                elif timing.there is not None or timing.size:
                    yield Row(name, timing.there, timing.cpu, against, timing.size, timing.note)
    if wrong:
        raise AssertionError("; ".join(wrong))
