"""``lossproof figures``: make the figures of papers, with their data and a manifest."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from theory.engine.cli_parser import filename

_EXAMPLES = """examples:
  lossproof figures --list
  lossproof figures
  lossproof figures regret 'aggregate*' --out figures
  lossproof figures mdp --sizes paper --executor processes:8
SELECT is a figure's name, a part of it between underscores, or a pattern with * and ?; all figures without one. Of each
there are NAME.pdf, NAME.png and NAME.csv, the data, and an entry in manifest.json: what it was made from, by hashes,
seeds and versions. Simulations are kept in DIR/stores, and go on where they stopped.
exit status: 0 all are made; 1 one failed, the others are made; 2 bad usage; 130 Ctrl-C"""


def register(subparsers: Any) -> None:
    """Add the command to a parser."""
    parser = subparsers.add_parser(
        "figures",
        help="make the figures of papers, with their data",
        description="Make figures of papers as PDF and PNG, with their data as CSV and a manifest.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("select", metavar="SELECT", nargs="*", help="names or patterns (default: all)")
    parser.add_argument("--list", action="store_true", help="list the figures that are installed")
    parser.add_argument(
        "--out", type=filename, metavar="DIR", default="out/figures", help="folder of the files (default: out/figures)"
    )
    parser.add_argument(
        "--sizes", metavar="SIZE", default="quick", choices=("quick", "paper", "gpu"),
        help="size of the simulations: quick, paper or gpu, or the largest that a simulator has (default: quick)",
    )  # fmt: skip
    parser.add_argument(
        "--executor", metavar="WHERE", default="processes",
        help="serial, threads[:N], processes[:N], dask://HOST:PORT or mpi, N workers (default: processes, one a core)",
    )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="no progress and no summary")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0: all figures are made; 1: one failed, the others are made; 130: interrupted from the keyboard.

    Raises
    ------
    BadInput
        If an argument cannot be used; nothing is made then.
    """
    from experiments.executors import open_pool
    from paper_figs.catalogue import find, select
    from paper_figs.making import opened

    names = select(arguments.select)
    if arguments.list:
        return _list(names)
    drawings = [find(name) for name in names]
    opened(arguments.out)  # what cannot be written, or computed where it should be, is refused before anything is made
    with open_pool(arguments.executor):
        pass
    failed = 0
    for number, drawing in enumerate(drawings, 1):
        start = time.monotonic()
        try:
            _make(drawing, arguments)
        except KeyboardInterrupt:
            _say("interrupted: what is made or simulated is kept; the same command goes on")
            return 130
        except Exception as error:  # noqa: BLE001 - whatever one figure raises must not stop the others
            failed += 1
            _say(f"figure {drawing.name} failed: {type(error).__name__}: {error}")
        else:
            if not arguments.quiet:
                seconds = time.monotonic() - start
                sys.stdout.write(f"{number:>3}/{len(drawings)} {drawing.name} ({seconds:.1f} s)\n")
                sys.stdout.flush()
    if not arguments.quiet:
        made = len(drawings) - failed
        sys.stdout.write(f"{made} figure{'' if made == 1 else 's'} in {Path(arguments.out)}\n")
    return 1 if failed else 0


def _make(drawing: Any, arguments: argparse.Namespace) -> None:
    from experiments.progress import SweepBar
    from paper_figs.making import make

    with SweepBar(sys.stderr, quiet=arguments.quiet) as bar:
        make(
            drawing,
            arguments.out,
            sizes=arguments.sizes,
            executor=arguments.executor,
            progress=bar if bar.shows else None,
        )


def _list(names: list[str]) -> int:
    from paper_figs.catalogue import find
    from theory.engine.errors import BadInput

    status = 0
    for name in names:
        try:
            drawing = find(name)
        except BadInput as error:
            _say(str(error))
            status = 1
        else:
            source = f" (simulator {drawing.simulator.name})" if drawing.simulator else ""
            sys.stdout.write(f"{name:<28} {drawing.says}{source}\n")
    return status


def _say(text: str) -> None:
    sys.stderr.write(f"lossproof: {text}\n")
