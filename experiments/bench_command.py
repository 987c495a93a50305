"""The command ``lossproof bench``: simulators on the processor against another back end."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.engine.cli_parser import filename

if TYPE_CHECKING:
    from experiments.arrays import Backend
    from experiments.backend_bench import Ceilings, Timing
    from experiments.simulator import Simulator

_EPILOG = """examples:
  lossproof bench --backend cupy
  lossproof bench --backend torch aggregate --seconds 5 --json bench.json
Independent copies grow fourfold until a run would take longer than --seconds, or memory is full; a large number of
seconds goes on to that. Where the processor would take longer, the back end goes on alone. Both sides have the same
streams; "apart" is the largest difference of results, as a share of their size.

"numpy, s" is the processor's time for a cell, with all its cores: of one process, whose BLAS and random numbers use
all, or of so many processes as "at once" says, with a cell and a core each, whichever takes less for a cell. The back
end computes one cell.

"of copy" and "of flops" are bytes and flops a second on the back end, as shares of what a copy and a product of
matrices reach; * marks the larger. What is counted is the traffic of every array operation as if it ran alone: caches
and fused operations make more than 100 % possible, and what is not done on arrays is not seen. Any function of an
element counts as one flop. Where the back end is alone, counts are those of smaller sizes, if they lie on a line. On a
GPU sequential kernels follow, whose flops a step were counted by hand; the processor runs them by Numba, in threads.
exit status: 0 all results agree; 1 some do not, or a simulator failed; 2 bad usage or no such back end"""

_WIDTH = 109
_COLUMNS = (22, 20, 9, 8, 10, 8, 7, 8, 9)


def register(subparsers: Any) -> None:
    """Add the command to the argparse subparsers of the command line."""
    parser = subparsers.add_parser(
        "bench",
        help="time simulators on a GPU or another back end against the processor",
        description="Time simulators on a back end against NumPy, at growing sizes, and compare their results.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="simulators; by default all that take a back end")
    parser.add_argument(
        "--backend",
        metavar="NAME",
        default="cupy",
        help="cupy, cupy:NUMBER, torch or torch:cuda, to hold against numpy (default: cupy)",
    )
    parser.add_argument(
        "--seconds", metavar="S", type=float, default=1.0, help="stop growing before a run takes longer (default: 1)"
    )
    parser.add_argument("--json", type=filename, metavar="FILE", help="write machine, ceilings and times as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 0 where all results agree, else 1.

    Raises
    ------
    BadInput
        If there is no such back end, simulator or folder, or the seconds are not positive.
    """
    from experiments.backend_bench import ceilings
    from experiments.machine import describe, in_words

    where, chosen = _checked(arguments)
    machine, most = describe(), ceilings(where)
    sys.stdout.write(textwrap.fill(in_words(machine), _WIDTH, break_on_hyphens=False))
    sys.stdout.write(f"\n{where.name}: a copy moves {most.bandwidth / 1e9:.1f} GB/s, ")
    sys.stdout.write(f"a product of matrices does {most.arithmetic / 1e9:.1f} GFLOP/s\n\n")
    titles = ("", "size", "numpy, s", "at once", f"{where.library}, s", "ratio", "apart", "of copy", "of flops")
    sys.stdout.write(_row(titles) + "\n")
    found: list[Timing] = []
    for timing in _measured(where, chosen, most, arguments):
        sys.stdout.write(_line(timing) + "\n")
        sys.stdout.flush()
        found.append(timing)
    if arguments.json:
        ceiling = {"bytes a second": most.bandwidth, "flops": most.arithmetic}
        rows = [timing.to_json() for timing in found]
        text = json.dumps({"machine": machine, "backend": where.name, "ceilings": ceiling, "rows": rows}, indent=1)
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")
    return 0 if all(timing.agrees for timing in found) else 1


def _checked(arguments: argparse.Namespace) -> tuple[Backend, list[Simulator]]:
    """Return the back end and the simulators, before what takes minutes."""
    from experiments.arrays import BackendMissing, backend
    from experiments.comparing import array_simulators
    from theory.engine.errors import BadInput
    from theory.engine.files import why_not_writable

    try:
        where = backend(arguments.backend)
    except (BackendMissing, ValueError) as error:
        raise BadInput(f"nothing was measured: {error}") from error
    if where.library == "numpy":
        raise BadInput("nothing was measured: --backend is numpy, which others are held against; name another")
    if not arguments.seconds > 0:
        raise BadInput(f"--seconds is {arguments.seconds}; it must be positive")
    if arguments.json and (reason := why_not_writable(arguments.json)):
        raise BadInput(f"--json: {reason}")
    there = {simulator.name: simulator for simulator in array_simulators()}
    if unknown := sorted(set(arguments.names) - set(there)):
        named = ", ".join(map(repr, unknown))
        raise BadInput(f"no simulator on {where.name} is called {named}; allowed: {', '.join(there)}")
    return where, [there[name] for name in dict.fromkeys(arguments.names or there)]


def _measured(
    where: Backend, chosen: list[Simulator], ceiling: Ceilings, arguments: argparse.Namespace
) -> Iterator[Timing]:
    from experiments.all_cores import all_cores
    from experiments.backend_bench import compare, streams
    from experiments.kernel_bench import kernels
    from experiments.kernels import no_cuda

    limit = arguments.seconds
    yield from streams(where, ceiling, limit=limit)
    with all_cores() as cores:
        for simulator in chosen:
            yield from compare(simulator, where, limit=limit, ceiling=ceiling, cores=cores)
    if where.library == "cupy" and not arguments.names and not no_cuda():
        yield from kernels(ceiling, limit=limit)


def _line(timing: Timing) -> str:
    if timing.note:
        start = f"{timing.name:22}{timing.size:>20}  "
        return textwrap.fill(timing.note, _WIDTH, initial_indent=start, subsequent_indent=44 * " ")
    shares = {"copy": timing.of_copy, "flops": timing.of_flops}
    cells = (
        timing.name,
        timing.size,
        "" if timing.cpu is None else f"{timing.cpu:.2e}",
        "" if timing.cpu is None else f"{timing.at_once}",
        "" if timing.there is None else f"{timing.there:.2e}",
        "" if timing.ratio is None else f"{timing.ratio:.2f}",
        "" if timing.apart is None else f"{timing.apart:.0e}",
        *("" if share is None else f"{share:.1%}" + " *"[timing.binds == name] for name, share in shares.items()),
    )
    return (_row(cells) + ("" if timing.agrees else " DIFFERS")).rstrip()


def _row(cells: tuple[str, ...]) -> str:
    first, *others = zip(cells, _COLUMNS, strict=True)
    return f"{first[0]:{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in others)
