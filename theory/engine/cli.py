"""The command line: ``lossproof list | show | verify``, and the commands that other modules register.

A distribution adds a command by an entry point of the group ``lossproof.commands``, whose value
``module:function`` names a function that is given the argparse subparsers; its parser sets ``run``, a
function of the parsed arguments that returns the exit status. The module is imported to list the commands, so
it must be light.

Exit status: 0 all well; 1 what was asked for came out otherwise; 2 bad usage; 130 Ctrl-C. Each command's help says what
this means for it.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from theory.engine.cli_parser import Parser, filename
from theory.engine.errors import BadInput

if TYPE_CHECKING:
    from theory.engine.discovery import Collection
    from theory.engine.report.figures import Picture
    from theory.engine.verify import Report

COMMANDS = "lossproof.commands"
_EPILOG = """examples:
  lossproof verify                               decide every claim
  lossproof analyze --margin "log(1+exp(-u))"    what a loss of your own guarantees
  lossproof COMMAND --help                       options, examples and exit status of a command
exit status: 0 all well; 1 what was asked for came out otherwise; 2 bad usage; 130 Ctrl-C"""
_LIST_EPILOG = """examples:
  lossproof list
  lossproof list comp_sum 'hedge.*'
  lossproof list mixtures --json
exit status: 0 listed; 1 listed, but a module of claims is broken; 2 bad usage"""
_SHOW_EPILOG = """example:
  lossproof show comp_sum.gap_decreases
exit status: 0 shown; 2 bad usage"""
_VERIFY_EPILOG = """examples:
  lossproof verify
  lossproof verify comp_sum.gap_decreases
  lossproof verify mixtures 'hedge.*' --jobs 2 --html report.html --json report.json
exit status: 0 all as on record; 1 a verdict or a control differs, or a module is broken; 2 bad usage; 130 Ctrl-C"""
_SELECT = (
    "id of a claim, pattern such as 'comp_sum.*', key of a paper, package or topic such as mixtures (default: all)"
)
_NONE = "no claims are installed: install the package, which registers its own (make verify, or pip install -e .)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # claims may hold characters that the terminal cannot show
    parsed = _parser(arguments).parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
        return status
    except BadInput as error:
        print(f"lossproof: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader has seen enough: lossproof list | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        print("lossproof: interrupted", file=sys.stderr)
        return 130


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = Parser(
        prog="lossproof",
        description="Decide the mathematical claims of machine-learning papers by machine.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    own = {"list": _add_list, "show": _add_show, "verify": _add_verify}
    for add in own.values():
        add(commands)
    if not arguments or arguments[0] not in own:
        _add_registered(commands, taken=set(own))
    return parser


class _Version(argparse.Action):
    """Look the version up only when asked: reading the metadata takes time."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib import metadata

        try:
            print(f"lossproof {metadata.version('lossproof')}")
        except metadata.PackageNotFoundError:
            print("lossproof, not installed")
        parser.exit()


def _add_registered(commands: Any, *, taken: set[str]) -> None:
    """Let other modules add their commands; one that cannot is named on stderr and stops nothing else."""
    from theory.engine.discovery import entry_points

    entries, broken = entry_points(COMMANDS)
    for name, value in entries.items():
        module, _, function = value.partition(":")
        try:
            if name in taken:
                raise ValueError("the name is taken")
            getattr(importlib.import_module(module), function)(commands)
        except Exception as error:
            print(
                f"lossproof: command {name!r} ({value}) cannot be loaded: {type(error).__name__}: {error}",
                file=sys.stderr,
            )
    for item in broken:
        print(f"lossproof: {item.entry}: {item.reason}", file=sys.stderr)


def _add_list(commands: Any) -> None:
    parser = commands.add_parser(
        "list",
        help="list the claims, without deciding any",
        description="List claims with the verdict on record and their source, without deciding any.",
        epilog=_LIST_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("select", metavar="SELECT", nargs="*", help=_SELECT)
    parser.add_argument("--json", action="store_true", help="print as JSON (default: a line a claim)")
    parser.set_defaults(run=_list)


def _add_show(commands: Any) -> None:
    parser = commands.add_parser(
        "show",
        help="show one claim: statement, scope, source, controls",
        description="Show one claim: statement, scope, source, controls, without deciding it.",
        epilog=_SHOW_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("id", metavar="ID", help="id of the claim, as `lossproof list` prints it")
    parser.set_defaults(run=_show)


def _add_verify(commands: Any) -> None:
    parser = commands.add_parser(
        "verify",
        help="decide claims and report the verdicts",
        description="Decide claims and those that they rest on; compare the verdicts with those on record.",
        epilog=_VERIFY_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("select", metavar="SELECT", nargs="*", help=_SELECT)
    parser.add_argument("--rederive", action="store_true", help="ignore kept certificates and find them again")
    parser.add_argument(
        "--keep", action="store_true", help="write certificates that were dear to find into their package"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes, at least 1 (default: one a core)")
    parser.add_argument("--json", type=filename, metavar="FILE", help="write the report as JSON")
    parser.add_argument(
        "--html", type=filename, metavar="FILE", help="write the report as one self-contained HTML file"
    )
    parser.add_argument(
        "--figures",
        type=filename,
        metavar="DIR",
        help="with --html: show the figures that `lossproof figures` made in DIR",
    )
    parser.add_argument("--junit", type=filename, metavar="FILE", help="write the report as JUnit XML")
    parser.add_argument("--quiet", action="store_true", help="no progress, and a table of what differs only")
    parser.set_defaults(run=_verify)


def _collection() -> Collection:
    from theory.engine.discovery import collect

    collection = collect()
    if not collection.claims and not collection.broken:
        raise BadInput(_NONE)
    return collection


def _list(options: argparse.Namespace) -> int:
    from theory.engine.report import listing

    collection = _collection()
    if options.select:
        from theory.engine.verify import select

        collection = collection.restricted(select(collection, options.select))
    print(listing.as_json(collection) if options.json else listing.as_text(collection), end="")
    return 1 if collection.broken else 0


def _show(options: argparse.Namespace) -> int:
    from theory.engine.report import listing
    from theory.engine.verify import nearest

    collection = _collection()
    if options.id not in collection.claims:
        raise BadInput(f"no claim is called {options.id!r}" + nearest(options.id, collection.claims))
    print(listing.one(collection.claims[options.id], collection.modules[options.id]), end="")
    return 0


def _verify(options: argparse.Namespace) -> int:
    files = {kind: getattr(options, kind) for kind in ("json", "html", "junit") if getattr(options, kind) is not None}
    _check_outputs(files)
    pictures = _pictures(options.figures, files)
    collection = _collection()

    from theory.engine.report import json_report, table
    from theory.engine.report.progress import ProgressLine
    from theory.engine.verify import verify

    with ProgressLine(sys.stderr, quiet=options.quiet) as progress:
        report = verify(
            options.select,
            jobs=options.jobs,
            rederive=options.rederive,
            keep=options.keep,
            progress=progress,
            collection=collection,
        )
    document = json_report.document(report)
    table.print_table(_differing(document) if options.quiet else document, sys.stdout)
    _write(files, document, pictures)
    return _status(report)


def _pictures(folder: str | None, files: dict[str, str]) -> tuple[Picture, ...]:
    """Return the figures for the HTML report; a folder that cannot be used is refused before any claim is decided."""
    if folder is None:
        return ()
    if "html" not in files:
        raise BadInput("--figures goes with --html FILE: only that report shows figures")
    from theory.engine.report.figures import read

    return read(folder)


def _status(report: Report) -> int:
    return 0 if report.ok else 1


def _differing(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"claims": [item for item in document["claims"] if not item["verdict"]["as_recorded"]]}


def _check_outputs(files: dict[str, str]) -> None:
    """Refuse a file that cannot be written before any claim is decided."""
    from theory.engine.files import why_not_writable

    for kind, path in files.items():
        fault = why_not_writable(path)
        if fault:
            raise BadInput(f"--{kind} {path}: {fault}")
    if len({os.path.realpath(path) for path in files.values()}) < len(files):
        raise BadInput("two reports would be written to the same file: " + ", ".join(files.values()))


def _write(files: dict[str, str], document: dict[str, Any], pictures: tuple[Picture, ...]) -> None:
    from theory.engine.files import replace_file

    for kind, path in files.items():
        module = importlib.import_module(f"theory.engine.report.{'json_report' if kind == 'json' else kind}")
        try:
            more = {"figures": pictures} if kind == "html" else {}
            replace_file(path, module.render(document, **more))
        except OSError as error:
            raise BadInput(f"--{kind} {path}: cannot be written: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
