"""The command ``lossproof simulate``: run a simulator into a store, go on after a crash, export and plot.

Only parsers of arguments are imported here; everything else is loaded when the command runs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.engine.cli_parser import Parser, filename

if TYPE_CHECKING:
    from experiments.simulator import Findings, Simulator
    from experiments.sweep import Sweep

_EPILOG = """examples:
  lossproof simulate
  lossproof simulate NAME --sizes quick --plot figure.png
  lossproof simulate NAME --sizes paper --resume --executor processes:8 --csv table.csv
  lossproof simulate NAME --data FILE --csv OUT
  lossproof simulate my.module:SIMULATOR --executor dask://10.0.0.1:8786
  mpiexec -n 4 python -m mpi4py.futures -m theory.engine.cli simulate NAME --executor mpi
Every finished cell is kept; after a crash or Ctrl-C the same command with --resume computes the rest. Keep stores on a
local disk. `lossproof simulate NAME --help` shows the sizes of a simulator, and what --data takes there.
exit status: 0 every cell is in the store; 1 a cell failed or the workers did; 2 bad usage; 130 Ctrl-C"""


def register(subparsers: Any) -> None:
    """Add the command to the argparse subparsers of the command line."""
    parser = subparsers.add_parser(
        "simulate",
        help="run a simulator at any size, resume it after a crash, export its results",
        description="Run a simulator's grid of cells into a store; without a name, list the simulators.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument(
        "-h", "--help", action=_Help, help="show this help message and exit; after NAME with its sizes and --data"
    )
    parser.add_argument(
        "name",
        metavar="NAME",
        nargs="?",
        help="an installed simulator, or your own: my.module:OBJECT (see experiments.simulator)",
    )
    parser.add_argument("--list", action="store_true", help="list the simulators that are installed")
    parser.add_argument(
        "--sizes",
        metavar="SIZE",
        default="quick",
        help="size of the grid: quick, paper, gpu or what NAME has (default: quick)",
    )
    parser.add_argument("--resume", action="store_true", help="go on with a store that has results")
    parser.add_argument(
        "--store", type=filename, metavar="FILE", help="the store (default: out/simulate/NAME-SIZE.sqlite)"
    )
    parser.add_argument(
        "--executor",
        metavar="WHERE",
        default="processes",
        help="serial, threads[:N], processes[:N], dask://HOST:PORT or mpi, N workers (default: processes, one a core)",
    )
    parser.add_argument(
        "--backend",
        metavar="NAME",
        help="where arrays live: numpy, torch, torch:DEVICE, cupy, cupy:NUMBER (default: numpy)",
    )
    parser.add_argument("--csv", type=filename, metavar="FILE", help="write the results as CSV")
    parser.add_argument("--parquet", type=filename, metavar="FILE", help="write the results as Parquet (needs pyarrow)")
    parser.add_argument("--plot", type=filename, metavar="FILE", help="write the simulator's figure as png, pdf or svg")
    parser.add_argument(
        "--data",
        action=_Data,
        nargs=argparse.REMAINDER,
        metavar="FILE",
        help="instead of the grid, study a table of your own; the options after it are the simulator's (NAME --help)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no summary")
    parser.set_defaults(run=run)


class _Help(argparse.Action):
    """Show the help, and for a named simulator with a table that of its own options too."""

    def __init__(self, option_strings: list[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, **options)

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, *_: Any) -> None:
        parser.print_help()
        if namespace.name is not None:
            from experiments.simulator import find
            from theory.engine.errors import BadInput

            try:
                with _importable_here(namespace.name):
                    simulator = find(namespace.name)
                    own = _table_parser(simulator).format_help() if simulator.table else "--data: takes no table\n"
            except BadInput as error:
                parser.error(str(error))
            sizes = ", ".join(simulator.sizes)
            sys.stdout.write(f"\nsimulator {simulator.name}: {simulator.says}\n--sizes: {sizes}\n\n{own}")
        parser.exit()


class _Data(argparse.Action):
    """Take the rest of the line, and refuse what stands before and is for a grid."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, *_: Any) -> None:
        if namespace.name is None:
            parser.error("--data stands after the NAME of a simulator")
        given = [
            name for name, value in vars(namespace).items() if name != "name" and value != parser.get_default(name)
        ]
        if given:
            parser.error(f"--{given[0]} is for a grid, --data for a table: its own options stand after it")
        namespace.data = values


def run(arguments: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0: every cell is in the store; 1: a cell or the executor failed; 130: interrupted from the keyboard.

    Raises
    ------
    BadInput
        If an argument cannot be used; nothing is computed then.
    """
    if arguments.name is None and not arguments.list:
        _refuse_without_name(arguments)
    if arguments.list or arguments.name is None:
        return _list()
    with _importable_here(arguments.name):
        return _run(arguments)


def _refuse_without_name(arguments: argparse.Namespace) -> None:
    """Refuse options that would do nothing, as no simulator is named."""
    from theory.engine.errors import BadInput

    for option in ("resume", "store", "backend", "csv", "parquet", "plot"):
        if getattr(arguments, option):
            raise BadInput(f"--{option} needs the NAME of a simulator; `lossproof simulate` lists them")


@contextmanager
def _importable_here(name: str) -> Iterator[None]:
    """Let a simulator of one's own be in the current folder, as ``python -m`` does, also for processes that start."""
    here = str(Path.cwd())
    if ":" not in name or here in sys.path or "" in sys.path:
        yield
        return
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


def _run(arguments: argparse.Namespace) -> int:
    from experiments.simulator import find

    simulator = find(arguments.name)
    if arguments.data is not None:
        return _study(arguments.data, simulator)
    store = _store_path(arguments, simulator)
    _check(arguments, simulator, store)
    try:
        sweep = _sweep(arguments, simulator, store)
    except KeyboardInterrupt:
        _say(f"interrupted: every finished cell is kept in {store}; the same command with --resume computes the rest")
        return 130
    if sweep is None:
        return 1
    for failure in sweep.failures:
        _say(f"cell {failure.spec} failed: {failure.error}\n{failure.trace.rstrip()}")
    _write(arguments, simulator, store)
    if sweep.failed:
        _say(f"{sweep.failed} cells failed; the same command with --resume tries them again")
    if not arguments.quiet:
        new = f"{sweep.computed} computed, {sweep.skipped} there already, {sweep.failed} failed"
        sys.stdout.write(f"{simulator.name}, size {arguments.sizes}: {new}; store {store}\n")
    return 1 if sweep.failed else 0


def _table_parser(simulator: Simulator) -> argparse.ArgumentParser:
    """Return the parser of what stands after ``--data``."""
    import importlib

    from theory.engine.errors import BadInput

    try:
        module = importlib.import_module(simulator.table)
    except ImportError as error:
        raise BadInput(f"simulator {simulator.name}: cannot import {simulator.table}: {error}") from error
    parser = Parser(prog=f"lossproof simulate {simulator.name} --data", allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", help="the table")
    module.add_options(parser)
    parser.add_argument("--csv", type=filename, metavar="OUT", help="write the results as CSV")
    return parser


def _study(rest: list[str], simulator: Simulator) -> int:
    """Study a table of the user's own, print what is found and write it."""
    import importlib

    from theory.engine.errors import BadInput
    from theory.engine.files import replace_file, why_not_writable

    if not simulator.table:
        raise BadInput(f"simulator {simulator.name} takes no table of your own: --data cannot be used")
    options = _table_parser(simulator).parse_args(rest)
    if options.csv and (fault := why_not_writable(options.csv)):
        raise BadInput(f"--csv {options.csv}: {fault}")
    if options.csv and Path(options.csv).resolve() == Path(options.file).resolve():
        raise BadInput("--csv names the table itself, which is never overwritten")
    found: Findings = importlib.import_module(simulator.table).study(options.file, options)
    _print(found)
    if options.csv:
        import csv
        import io

        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([found.columns, *found.rows])
        replace_file(options.csv, text.getvalue())
    return 0


def _print(found: Findings) -> None:
    """Print findings, by Rich if it is installed and someone is looking."""
    from importlib.util import find_spec

    rows = [[_shown(value) for value in row] for row in found.rows]
    sys.stdout.write("\n".join(found.head) + "\n\n")
    if sys.stdout.isatty() and find_spec("rich"):
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for place, name in enumerate(found.columns):
            table.add_column(Text(name, "bold"), justify="right" if place else "left")
        for row in rows:
            table.add_row(*map(Text, row))
        Console(file=sys.stdout, highlight=False).print(table)
    else:
        lines = [list(found.columns), *rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(found.columns))]
        for first, *others in lines:
            cells = [first.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(others, widths[1:], strict=True))]
            sys.stdout.write("  ".join(cells).rstrip() + "\n")
    sys.stdout.write("".join(f"\n{note}" for note in found.notes) + "\n")


def _shown(value: str | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _list() -> int:
    from experiments.simulator import find, installed
    from theory.engine.errors import BadInput

    status, width = 0, max(20, *map(len, installed()), 0)
    for name in installed():
        try:
            simulator = find(name)
        except BadInput as error:
            _say(str(error))
            status = 1
        else:
            table = "; --data FILE" if simulator.table else ""
            sys.stdout.write(f"{name:<{width}} {simulator.says} (sizes: {', '.join(simulator.sizes)}{table})\n")
    if not installed():
        sys.stdout.write("no simulator is installed; your own runs by its reference, as my.module:OBJECT\n")
    return status


def _store_path(arguments: argparse.Namespace, simulator: Simulator) -> Path:
    if arguments.store:
        return Path(arguments.store)
    simulator.grid(arguments.sizes)  # an unknown size makes no folder
    folder = Path("out", "simulate")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{simulator.name}-{arguments.sizes}.sqlite"


def _check(arguments: argparse.Namespace, simulator: Simulator, store: Path) -> None:
    """Refuse what is known to be wrong before anything is computed."""
    from importlib.util import find_spec

    from theory.engine.errors import BadInput
    from theory.engine.files import why_not_writable

    simulator.grid(arguments.sizes)
    files = {kind: getattr(arguments, kind) for kind in ("csv", "parquet", "plot") if getattr(arguments, kind)}
    for kind, path in files.items():
        if fault := why_not_writable(path):
            raise BadInput(f"--{kind} {path}: {fault}")
    taken = [Path(path).resolve() for path in (*files.values(), store)]
    if len(set(taken)) < len(taken):
        raise BadInput("--store, --csv, --parquet and --plot must name different files")
    if arguments.parquet and find_spec("pyarrow") is None:
        raise BadInput("--parquet needs the package pyarrow, which is not installed; --csv needs nothing")
    if arguments.plot and not simulator.figure:
        raise BadInput(f"simulator {simulator.name} has no figure: --plot cannot be used")
    if arguments.plot and Path(arguments.plot).suffix.lower() not in (".png", ".pdf", ".svg"):
        raise BadInput(f"--plot {arguments.plot}: the suffix must be .png, .pdf or .svg")
    if arguments.backend is not None and simulator.takes_backend:
        from experiments.arrays import BackendMissing, backend

        try:
            backend(arguments.backend)
        except (ValueError, BackendMissing) as error:
            raise BadInput(f"--backend: {error}") from error


def _sweep(arguments: argparse.Namespace, simulator: Simulator, store: Path) -> Sweep | None:
    """Run the sweep; None if the executor failed."""
    from experiments.progress import SweepBar
    from experiments.sweep import Stopped, run_sweep

    try:
        with SweepBar(sys.stderr, quiet=arguments.quiet) as bar:
            return run_sweep(
                simulator,
                arguments.sizes,
                store,
                executor=arguments.executor,
                resume=arguments.resume,
                backend=arguments.backend,
                progress=bar if bar.shows else None,
            )
    except Stopped as error:
        _say(f"{error}. Every finished cell is kept in {store}; the same command with --resume computes the rest")
        return None


def _write(arguments: argparse.Namespace, simulator: Simulator, path: Path) -> None:
    """Write the tables and the figure, from the store alone."""
    if not (arguments.csv or arguments.parquet or arguments.plot):
        return
    from experiments.export import write_csv, write_parquet
    from experiments.store import Store

    with Store(path) as store:
        if arguments.csv:
            write_csv(store, arguments.csv)
        if arguments.parquet:
            write_parquet(store, arguments.parquet)
        if arguments.plot:
            import importlib

            figure = importlib.import_module(simulator.figure)  # by its name: it lies above this layer
            figure.draw(figure.data(store)).savefig(arguments.plot)


def _say(text: str) -> None:
    sys.stderr.write(f"lossproof: {text}\n")
