"""The command ``lossproof bench``: simulators on the processor against another back end."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.backend_bench import Timing

_EPILOG = """examples:
  lossproof bench --backend cupy
  lossproof bench --backend torch aggregate --seconds 5 --json bench.json
Independent copies grow fourfold until a run would take longer than --seconds, or memory is full; a large number of
seconds goes on to that. The processor computes with NumPy in one process, its BLAS and random numbers on all cores.
Both sides have the same streams; "apart" is the largest difference of results. "of copy" is the share of the bandwidth
of a copy, where it is known how many bytes must move: for random numbers alone. exit status: 0 all results agree; 1
some do not, or a simulator failed; 2 bad usage or no such back end."""


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
        "--backend", metavar="NAME", default="cupy", help="cupy (default), cupy:NUMBER, torch, torch:cuda"
    )
    parser.add_argument(
        "--seconds", metavar="S", type=float, default=1.0, help="stop growing before a run takes longer (default: 1)"
    )
    parser.add_argument("--json", metavar="FILE", help="write machine, ceilings and times as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 0 where all results agree, else 1.

    Raises
    ------
    BadInput
        If there is no such back end, simulator or folder, or the seconds are not positive.
    """
    from experiments.arrays import BackendMissing, backend
    from experiments.backend_bench import ceilings, compare, streams
    from experiments.comparing import array_simulators
    from experiments.gpu_check import CUDA_ONLY
    from experiments.machine import describe, in_words
    from theory.engine.errors import BadInput

    try:
        where = backend(arguments.backend)
    except (BackendMissing, ValueError) as error:
        raise BadInput(f"nothing was measured: {error}") from error
    if not arguments.seconds > 0:
        raise BadInput(f"--seconds is {arguments.seconds}; it must be positive")
    if arguments.json and not Path(arguments.json).absolute().parent.is_dir():  # before what takes minutes
        raise BadInput(f"--json is {arguments.json}; its folder does not exist")
    there = {
        simulator.name: simulator
        for simulator in array_simulators()
        if where.library == "cupy" or simulator.name not in CUDA_ONLY
    }
    unknown = set(arguments.names) - set(there)
    if unknown:
        raise BadInput(
            f"no simulator on {where.name} is called {', '.join(sorted(unknown))}; allowed: {', '.join(there)}"
        )
    machine, most = describe(), ceilings(where)
    sys.stdout.write(f"{in_words(machine)}\n{where.name}: a copy moves {most.bandwidth / 1e9:.1f} GB/s, ")
    sys.stdout.write(f"a product of matrices does {most.arithmetic / 1e9:.1f} GFLOP/s\n\n")
    sys.stdout.write(
        f"{'':22}{'size':>22}{'numpy, s':>11}{where.name + ', s':>13}{'ratio':>8}{'apart':>9}{'of copy':>9}\n"
    )
    found: list[Timing] = []
    parts = [streams(where, most, limit=arguments.seconds)]
    parts += [compare(there[name], where, limit=arguments.seconds) for name in arguments.names or there]
    for part in parts:
        for timing in part:
            sys.stdout.write(_line(timing) + "\n")
            sys.stdout.flush()
            found.append(timing)
    if arguments.json:
        ceiling = {"bytes a second": most.bandwidth, "flops": most.arithmetic}
        rows = [timing.to_json() for timing in found]
        text = json.dumps({"machine": machine, "backend": where.name, "ceilings": ceiling, "rows": rows}, indent=1)
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")
    return 0 if all(timing.agrees for timing in found) else 1


def _line(timing: Timing) -> str:
    cells = (
        f"{timing.name:22}{timing.size:>22}",
        "" if timing.cpu is None else f"{timing.cpu:.2e}",
        "" if timing.there is None else f"{timing.there:.2e}",
        "" if timing.ratio is None else f"{timing.ratio:.2f}",
        "" if timing.apart is None else f"{timing.apart:.0e}",
        "" if timing.share is None else f"{timing.share:.1%}",
    )
    line = "".join(f"{cell:>{width}}" for cell, width in zip(cells, (44, 11, 13, 8, 9, 9), strict=True))
    differs = "  DIFFERS" if not timing.agrees and timing.apart is not None else ""
    return (line + differs + ("  " + timing.note if timing.note else "")).rstrip()
