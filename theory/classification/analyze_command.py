"""The command ``lossproof analyze``: answers about a loss of the user's own.

Only parsers of arguments are imported here; everything else is loaded when the command runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.engine.cli_parser import filename

if TYPE_CHECKING:
    from theory.classification.analysis.answers import Analysis

_EPILOG = """examples:
  lossproof analyze --margin "log(1+exp(-u))"
  lossproof analyze --margin "max(0, 1-u)" --score-bound 0.5 --plot hinge.png
  lossproof analyze --comp-sum 1.5 --classes 100 --json report.json
  lossproof analyze --phi "log(1+u)" --classes 10 --posteriors p.csv --scores s.csv
formulas: numbers, u, pi, e, + - * / **, brackets, and abs atan cosh erf erfc exp expm1 log log1p log2 max min relu
sigmoid sinh softplus sqrt tanh. Posteriors and scores: CSV or NPY, one row a case, one column a class (for
--margin: negative class, positive class; the score is the second column minus the first).
exit status: 0 answered, also where an answer is "not decided"; 2 bad usage; 130 Ctrl-C"""


def register(subparsers: Any) -> None:
    """Add the command to the argparse subparsers of the command line."""
    parser = subparsers.add_parser(
        "analyze",
        help="analyse a loss of your own: convex, calibrated, transform, growth, bound, data",
        description="Answer, certified where possible, what a surrogate loss guarantees for the zero-one loss.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    loss = parser.add_mutually_exclusive_group(required=True)
    loss.add_argument("--margin", metavar="FORMULA", help='margin loss phi(u) of two classes, such as "exp(-u)"')
    loss.add_argument(
        "--comp-sum", metavar="TAU", help="comp-sum loss of this tau >= 0: number or fraction, as 1.5 or 3/2"
    )
    loss.add_argument("--phi", metavar="FORMULA", help="comp-sum loss by Phi(u), u the sum of exp(h_y' - h_y)")
    parser.add_argument(
        "--classes", metavar="N", help="number of classes, from 2 to 10^9, for --comp-sum and --phi (default: 2)"
    )
    parser.add_argument(
        "--score-bound", metavar="B", help="scores lie in [-B, B], 0 < B <= 10^6, for --margin (default: no bound)"
    )
    parser.add_argument("--posteriors", type=filename, metavar="FILE", help="posteriors of your data, with --scores")
    parser.add_argument("--scores", type=filename, metavar="FILE", help="scores of your model, with --posteriors")
    parser.add_argument("--json", type=filename, metavar="FILE", help="write the answers as JSON")
    parser.add_argument(
        "--plot", type=filename, metavar="FILE", help="write exact against published bound as png, pdf or svg"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0: every analysis that can be made is an answer, also "not decided".

    Raises
    ------
    BadInput
        If an argument, a formula or a file cannot be used; nothing is written then.
    """
    _check(arguments)
    analysis = _analyze(arguments)
    sys.stdout.write(analysis.text() + "\n")
    if arguments.json:
        import json

        from theory.engine.files import replace_file

        replace_file(arguments.json, json.dumps(analysis.to_json(), indent=2, allow_nan=False) + "\n")
    if arguments.plot:
        from theory.classification.analysis.plot import write_plot

        write_plot(analysis, arguments.plot)
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what is known to be wrong before anything is computed."""
    from theory.engine.errors import BadInput
    from theory.engine.files import why_not_writable

    if arguments.margin is not None and arguments.classes is not None:
        raise BadInput("--classes goes with --comp-sum and --phi; a margin loss has two classes")
    if arguments.margin is None and arguments.score_bound is not None:
        raise BadInput("--score-bound goes with --margin")
    if (arguments.posteriors is None) != (arguments.scores is None):
        raise BadInput("--posteriors and --scores go together")
    if arguments.json and (problem := why_not_writable(arguments.json)):
        raise BadInput(f"the JSON report cannot be written: {problem}")
    if arguments.plot:
        from theory.classification.analysis.plot import check_output

        check_output(arguments.plot)
    if arguments.json and arguments.plot and Path(arguments.json).resolve() == Path(arguments.plot).resolve():
        raise BadInput("--json and --plot name the same file")


def _number(name: str, text: str) -> Any:
    """Return a number or fraction exactly."""
    from fractions import Fraction

    from theory.engine.errors import BadInput

    try:
        if len(text) > 40 or "_" in text or abs(int(text.lower().partition("e")[2] or 0)) > 300:
            raise ValueError
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise BadInput(f"{name} is {text[:60]!r}; allowed: a number such as 1.5 or a fraction such as 3/2") from None


def _analyze(arguments: argparse.Namespace) -> Analysis:
    data = None
    if arguments.posteriors is not None:
        from theory.classification.analysis.data import read_files

        data = read_files(arguments.posteriors, arguments.scores)
    if arguments.margin is not None:
        return _margin(arguments, data)
    return _many_classes(arguments, data)


def _margin(arguments: argparse.Namespace, data: Any) -> Analysis:
    from theory.classification.analysis.data import with_margin_data
    from theory.classification.analysis.margin_analysis import analyze_margin

    limit = None if arguments.score_bound is None else _number("--score-bound", arguments.score_bound)
    analysis = analyze_margin(arguments.margin, score_bound=limit)
    return analysis if data is None else with_margin_data(analysis, arguments.margin, *data)


def _many_classes(arguments: argparse.Namespace, data: Any) -> Analysis:
    from theory.classification.analysis.data import with_comp_sum_data, with_phi_data
    from theory.engine.errors import BadInput

    n = 2 if arguments.classes is None else _number("--classes", arguments.classes)
    if n != int(n):
        raise BadInput(f"--classes is {arguments.classes!r}; allowed: whole numbers >= 2")
    if data is not None and arguments.classes is None:
        n = data[0].shape[1]
    if data is not None and n != data[0].shape[1]:
        raise BadInput(f"--classes is {n}, the data have {data[0].shape[1]} columns")
    if arguments.comp_sum is not None:
        from theory.classification.analysis.comp_sum_analysis import analyze_comp_sum

        comp_sum = analyze_comp_sum(_number("--comp-sum", arguments.comp_sum), int(n))
        return comp_sum if data is None else with_comp_sum_data(comp_sum, *data)
    from theory.classification.analysis.phi_analysis import analyze_phi

    phi = analyze_phi(arguments.phi, int(n))
    return phi if data is None else with_phi_data(phi, arguments.phi, *data)
