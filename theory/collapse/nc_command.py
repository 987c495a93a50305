"""The command ``lossproof nc``: metrics of neural collapse and predicted geometry for saved features.

Only parsers of arguments are imported here; everything else is loaded when the command runs.
"""

from __future__ import annotations

import argparse
import lzma
import math
import struct
import sys
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.engine.cli_parser import filename

if TYPE_CHECKING:
    from theory.collapse.predicted import Comparison

# What reading a file that is damaged, encrypted or made up can raise, beside OSError.
_DAMAGED = (
    *(ValueError, EOFError, KeyError, SyntaxError, TypeError, RuntimeError, OverflowError, MemoryError),
    *(struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)
_NAMES = ("features", "labels", "classifier")
_MOST_CLASSES = 40  # printed; the JSON report has all of them

_EPILOG = """examples:
  lossproof nc features.npz
  lossproof nc features.npz --depth 3 --json report.json
  lossproof nc features.npz --weight-decay 5e-4 --feature-decay 1e-5
FILE.npz holds the arrays features (examples, dimensions), labels (examples,) with integers 0 ... K-1 and, if you like,
classifier (K, dimensions), as numpy.savez writes them; pickled objects are not read. Predicted is the global minimum
of squared loss on free features, in the limit of small decays unless both are given; nothing where features of fewer
dimensions than classes leave a choice. A dash is a number that does not exist.
exit status: 0 measured, whatever the numbers say; 2 bad usage; 130 Ctrl-C"""


def register(subparsers: Any) -> None:
    """Add the command to the argparse subparsers of the command line."""
    parser = subparsers.add_parser(
        "nc",
        help="measure neural collapse of saved features: NC1-NC3, distances, predicted geometry",
        description="Measure the neural collapse of saved features, labels and classifier.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE.npz", help="arrays features, labels and, if you like, classifier")
    parser.add_argument(
        "--depth", metavar="M", type=int, default=1, help="linear layers of the prediction, at least 1 (default: 1)"
    )
    parser.add_argument(
        "--weight-decay",
        metavar="X",
        type=float,
        help="decay of each layer, > 0, for the prediction; with --feature-decay",
    )
    parser.add_argument(
        "--feature-decay",
        metavar="X",
        type=float,
        help="decay of the features, > 0, for the prediction; with --weight-decay",
    )
    parser.add_argument(
        "--cutoff",
        metavar="X",
        type=float,
        help="relative cutoff of the pseudo-inverse, in [0, 1) (default: by precision)",
    )
    parser.add_argument("--json", type=filename, metavar="FILE", help="write all numbers as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command.

    Returns
    -------
    int
        0: the metrics are printed, whatever they say.

    Raises
    ------
    BadInput
        If the file or an argument cannot be used; nothing is printed or written then.
    """
    from theory.collapse.predicted import compare
    from theory.engine.errors import BadInput
    from theory.engine.files import replace_file, why_not_writable

    if arguments.json and (problem := why_not_writable(arguments.json)):
        raise BadInput(f"--json {arguments.json}: {problem}")
    if arguments.json and _same(arguments.json, arguments.file):
        raise BadInput(f"--json names the file of the features, {arguments.file}: it would be overwritten")
    decays = _decays(arguments)
    arrays = _read(arguments.file)
    try:
        found = compare(**arrays, depth=arguments.depth, decays=decays, cutoff=arguments.cutoff)
    except ValueError as error:
        raise BadInput(str(error)) from None
    sys.stdout.write(_text(found) + "\n")
    if arguments.json:
        import json

        replace_file(arguments.json, json.dumps(found.to_json(), indent=2, allow_nan=False) + "\n")
    return 0


def _decays(arguments: argparse.Namespace) -> tuple[float, float] | None:
    """Return the decays of layers and features; None if none are given."""
    from theory.engine.errors import BadInput

    weights, features = arguments.weight_decay, arguments.feature_decay
    if weights is None and features is None:
        return None
    if weights is None or features is None:
        raise BadInput("--weight-decay and --feature-decay go together")
    for name, value in (("weight", weights), ("feature", features)):
        if not 0 < value < math.inf:
            raise BadInput(f"--{name}-decay is {value}; allowed: finite numbers > 0")
    return weights, features


def _same(first: str, second: str) -> bool:
    try:
        return Path(first).samefile(second)
    except OSError:  # one does not exist
        return False


def _read(path: str) -> dict[str, Any]:
    """Return the arrays of the file, without unpickling anything."""
    import numpy as np

    from theory.engine.errors import BadInput

    try:
        with Path(path).open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise BadInput(f"{path} is not an .npz file, as numpy.savez writes it")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                held = archive.files
                arrays = {name: archive[name] for name in _NAMES if name in held}
    except BadInput:
        raise
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}") from None
    except _DAMAGED as error:
        raise BadInput(f"{path} cannot be read: {' '.join(str(error).split())[:200]}") from None
    if "features" not in arrays or "labels" not in arrays:
        names = ", ".join(held[:10]) or "nothing"
        raise BadInput(f"{path} holds {names}; it needs features and labels, and may have classifier")
    return {"classifier": None, **arrays}


def _text(found: Comparison) -> str:
    """Return the report as plain tables."""
    measured = found.metrics
    sizes = measured.class_sizes
    lines = [
        f"{sum(sizes):,} examples in {measured.means.shape[1]} dimensions, {len(sizes)} classes of "
        + (f"{sizes[0]:,}" if len(set(sizes)) == 1 else f"{min(sizes):,} to {max(sizes):,}")
    ]
    if measured.single_sample_classes:
        lines.append(f"classes with one example, which have no variability: {_some(measured.single_sample_classes)}")
    if measured.rank < len(sizes) - 1:
        lines.append(
            f"class means span {measured.rank} of {len(sizes) - 1} directions (cutoff {measured.cutoff:.1e} of the"
            " largest): NC1 counts variability in these only"
        )
    lines += ["", *_aligned(_metric_rows(found)), "", *_class_table(found)]
    return "\n".join(lines)


def _metric_rows(found: Comparison) -> list[list[str]]:
    measured = found.metrics
    rows: list[tuple[str, float | None]] = [
        ("NC1   tr(Sigma_W Sigma_B^+)/K", measured.nc1),
        ("NC2   centred class means from a simplex ETF", measured.etf_distance),
        ("NC2     spread of norms over their mean", measured.norm_spread),
        ("NC2     spread of cosines", measured.cosine_spread),
        ("NC2     mean distance of cosines from -1/(K-1)", measured.cosine_offset),
        ("NC2   classifier from a simplex ETF", measured.classifier_etf_distance),
        ("NC2     spread of norms over their mean", measured.classifier_norm_spread),
        ("NC2     spread of cosines", measured.classifier_cosine_spread),
        ("NC2     mean distance of cosines from -1/(K-1)", measured.classifier_cosine_offset),
        ("NC3   classifier from centred class means", measured.nc3),
        ("NC3   classifier from class means", measured.nc3_uncentred),
        ("NC3   classifier times centred class means from a simplex", measured.product_distance),
        ("OF    class means from an orthogonal frame", measured.frame_distance),
        ("OF    class means from orthogonality, any norms", measured.orthogonality_distance),
        ("PRED  class means from the minimum without a bias", found.plain.distance),
        ("PRED  centred class means from the minimum with a bias", found.centred.distance),
    ]
    return [[name, _number(value)] for name, value in rows if value is not None]


def _class_table(found: Comparison) -> list[str]:
    """Return norms, relative to their root mean square, and least angles of each class."""
    head = ["class", "examples", *("norm", "predicted", "angle", "predicted"), *("centred", "predicted")]
    head += ["angle", "predicted"]
    columns = [*found.plain.columns(), *found.centred.columns()]
    if found.classifier is not None:
        head += ["classifier", "predicted"]
        columns += found.classifier.columns()[:2]
    sizes = found.metrics.class_sizes
    rows = [
        [str(k), f"{size:,}", *(_number(float(column[k])) for column in columns)]
        for k, size in enumerate(sizes[:_MOST_CLASSES])
    ]
    title = f"norms relative to their root mean square; least angle to another class in degrees; {found.setting}"
    left = len(sizes) - len(rows)
    return [title, *_aligned([head, *rows]), *([f"... and {left:,} more (--json has them)"] if left > 0 else [])]


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    first = rows[0][0] == "class"
    return [
        "  ".join(
            cell.ljust(width) if index == 0 and not first else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.4g}"


def _some(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, values[:10])) + (", ..." if len(values) > 10 else "")
