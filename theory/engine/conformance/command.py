"""The command ``lossproof conform``: hold an implementation against the paper's loss.

Only parsers of arguments are imported here; everything else is loaded when the command runs.
"""

from __future__ import annotations

import argparse
import json
import sys
from fractions import Fraction
from typing import Any

from theory.engine.cli_parser import filename
from theory.engine.errors import BadInput

_EPILOG = """examples:
  lossproof conform torch.nn.functional:cross_entropy --to comp_sum.cross_entropy
  lossproof conform torch.nn:CrossEntropyLoss --with '{"reduction": "none"}' --to comp_sum.cross_entropy
  lossproof conform my_losses.py:gce --to comp_sum.comp_sum --set tau=3/2
  lossproof conform my_losses:ldr --to ldr.ldr_kl --pass lam=temperature --order labels,scores
exit status: 0 it conforms; 1 it differs; 2 bad usage; 3 skipped, because a library is not installed; 130 Ctrl-C"""


def register(subparsers: Any) -> None:
    """Add the command to the argparse subparsers of the command line."""
    parser = subparsers.add_parser(
        "conform",
        help="hold an implementation of a loss (NumPy, PyTorch, JAX) against the paper's",
        description="Hold a callable against a loss: values, gradients, invariances, minimum, range in float16/32/64.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "function", metavar="MODULE:FUNCTION", nargs="?", help="callable or class; also FILE.py:FUNCTION"
    )
    parser.add_argument("--to", metavar="CLAIM", help="a loss, a claim about it, or the key of a paper with one loss")
    parser.add_argument("--list", action="store_true", help="list the losses that there are")
    parser.add_argument("--library", metavar="NAME", help="numpy, torch or jax (default: where the callable is from)")
    parser.add_argument(
        "--reduction", metavar="R", default="auto", help="none, mean, sum or auto (default: auto, what fits best)"
    )
    parser.add_argument(
        "--order", metavar="NAMES", help="order of its arguments, such as labels,scores (default: as --list has them)"
    )
    parser.add_argument("--labels", metavar="HOW", help="index, onehot, sign or zero-one (default: the loss's own)")
    parser.add_argument(
        "--set",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help="parameter of the loss: number or fraction, as 1.5 or 3/2; repeatable",
    )
    parser.add_argument(
        "--pass", metavar="NAME=KEYWORD", action="append", default=[], dest="passes",
        help="the keyword by which the callable takes a parameter; its range is then checked too; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--with", metavar="JSON", dest="keywords", help="keyword arguments of the callable, as a JSON object"
    )
    parser.add_argument(
        "--tolerance",
        metavar="X",
        type=float,
        help="largest error, between 0 and 1, in units of 1 + |value| (default: 1e-9)",
    )
    parser.add_argument("--json", type=filename, metavar="FILE", help="write the findings as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return the exit status.

    Raises
    ------
    BadInput
        If an argument cannot be used; nothing is written then.
    """
    if arguments.list:
        return _list()
    if not arguments.function or not arguments.to:
        raise BadInput("conform needs MODULE:FUNCTION and --to CLAIM; `lossproof conform --list` shows what there is")
    if arguments.json:
        from theory.engine.files import why_not_writable

        if fault := why_not_writable(arguments.json):
            raise BadInput(f"--json {arguments.json}: {fault}")
    found = _conform(arguments)
    sys.stdout.write(found.text() + "\n")
    if arguments.json:
        from theory.engine.files import replace_file

        replace_file(arguments.json, json.dumps(found.to_json(), indent=2, allow_nan=False) + "\n")
    status: int = found.exit_status
    return status


def _conform(arguments: argparse.Namespace) -> Any:
    from theory.engine.conformance.checks import TOLERANCE
    from theory.engine.conformance.conform import conform
    from theory.engine.conformance.findings import SKIPPED, Conformance, Finding
    from theory.engine.conformance.loading import MissingLibrary, load
    from theory.engine.conformance.references import references, resolve

    reference = resolve(arguments.to, references()[0])
    parameters = {name: _number(name, text) for name, text in map(_pair, arguments.set)}
    try:
        function, keywords = load(arguments.function, _keywords(arguments.keywords))
    except MissingLibrary as missing:
        return Conformance(arguments.function, reference.id, {}, (Finding("library", SKIPPED, str(missing)),))
    return conform(
        function,
        reference,
        library=arguments.library,
        reduction=arguments.reduction,
        order=None if arguments.order is None else [name.strip() for name in arguments.order.split(",")],
        labels=arguments.labels,
        parameters=parameters,
        passes=dict(map(_pair, arguments.passes)),
        keywords=keywords,
        tolerance=TOLERANCE["float64"] if arguments.tolerance is None else arguments.tolerance,
        name=arguments.function,
    )


def _list() -> int:
    from theory.engine.conformance.references import references

    found, broken = references()
    width = max(map(len, found), default=0)
    for name, reference in sorted(found.items()):
        given = ", ".join(item.name for item in reference.inputs)
        constants = "".join(f", {key}={value}" for key, value in reference.parameters.items())
        sys.stdout.write(f"{name:<{width}}  ({given}{constants})  {reference.where}\n")
    for item in broken:
        sys.stderr.write(f"lossproof: {item.entry}: {item.reason}\n")
    return 1 if broken else 0


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name or not value:
        raise BadInput(f"{text!r} is no NAME=VALUE")
    return name, value


def _number(name: str, text: str) -> Fraction:
    try:
        if len(text) > 40 or "_" in text or abs(int(text.lower().partition("e")[2] or 0)) > 300:
            raise ValueError
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise BadInput(f"--set {name} is {text[:60]!r}; allowed: a number such as 1.5 or a fraction 3/2") from None


def _keywords(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadInput(f"--with {text[:60]!r} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadInput(f'--with {text[:60]!r} is no JSON object such as {{"reduction": "none"}}')
    return found
