"""One figure: the exact bound of an analyzed loss against the published one."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.engine.errors import BadInput
from theory.engine.files import replace_file, why_not_writable

if TYPE_CHECKING:
    from theory.classification.analysis.answers import Analysis

SUFFIXES = (".png", ".pdf", ".svg")
EXACT, PUBLISHED, MEASURED = "#0072B2", "#D55E00", "#000000"  # Okabe and Ito, safe for colour-blind readers


def check_output(path: str | Path) -> Path:
    """Return the path if a plot can be written there.

    Raises
    ------
    BadInput
        If the suffix is none of `SUFFIXES`, or the folder is missing or not writable.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(f"the plot {str(path)!r} has the suffix {path.suffix!r}; allowed: {', '.join(SUFFIXES)}")
    problem = why_not_writable(path)
    if problem:
        raise BadInput(f"the plot cannot be written: {problem}")
    return path


def curves(analysis: Analysis) -> list[tuple[str, Any, Any]]:
    """Return (label, surrogate regret, zero-one regret) of each curve that the analysis supports.

    Examples
    --------
    >>> from theory.classification.analysis import analyze_comp_sum
    >>> [label for label, _, _ in curves(analyze_comp_sum(1.5, 10))]
    ['exact', 'published']
    """
    from theory.classification import calibration
    from theory.classification.analysis.comp_sum_analysis import CompSumAnalysis
    from theory.classification.analysis.phi_analysis import PhiAnalysis

    if isinstance(analysis, PhiAnalysis):
        found = curves(analysis.family or analysis.two_class)
        if analysis.family is None and analysis.n > 2:  # two classes say only how good a bound could be at best
            return [("exact for two classes", x, y) for _, x, y in found[:1]]
        return found
    if isinstance(analysis, CompSumAnalysis):
        largest = float(calibration.guaranteed_transform(1.0, analysis.tau, analysis.n))
        x = largest * np.linspace(0.0, 1.0, 401) ** 2  # dense at 0, where both curves are steep
        label = "exact" if analysis["transform"].evidence != "estimated" else "guaranteed"
        best = calibration.bound(x, analysis.tau, analysis.n)
        printed = np.minimum(calibration.published_bound(x, analysis.tau, analysis.n), 1.0)
        return [(label, x, best), ("published", x, printed)]
    return _margin_curves(analysis)


def _margin_curves(analysis: Any) -> list[tuple[str, Any, Any]]:
    grid = [point for point in analysis.grid if np.isfinite(point.high)]
    if analysis.bound is None or not grid:
        middle = [(point.low + point.high) / 2 for point in grid]
        return [("exact", np.array([0.0, *middle]), np.array([0.0, *[float(point.t) for point in grid]]))]
    x = grid[-1].high * np.linspace(0.0, 1.0, 101) ** 2
    best = np.array([analysis.bound(float(value)) for value in x])
    if analysis.bound.named is None:
        return [("guaranteed", x, best)]
    return [("exact", x, best), ("published (the same)", x, best)]


def draw(analysis: Analysis) -> Any:
    """Return a Matplotlib figure of zero-one regret against surrogate regret; no window is opened.

    >>> from theory.classification.analysis import analyze_comp_sum
    >>> draw(analyze_comp_sum(1.5, 10)).axes[0].get_xlabel()
    'surrogate regret + minimizability gap'
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.0, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    styles = [(EXACT, "-"), (PUBLISHED, "--")]
    for (label, x, y), (colour, line) in zip(curves(analysis), styles, strict=False):
        axes.plot(x, y, line, color=colour, linewidth=2, label=label)
    data = next((answer.data for answer in analysis.answers if answer.question == "your data"), None)
    if data is not None:
        axes.plot([data["empirical_gap"]], [data["zero_one_regret"]], "o", color=MEASURED, label="your data")
    axes.set(xlabel="surrogate regret + minimizability gap", ylabel="zero-one regret, at most", ylim=(0, 1.05))
    axes.set_xlim(left=0)
    axes.set_title(analysis.loss.replace("$", r"\$"), fontsize=10, wrap=True, parse_math=False)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False)
    return figure


def write_plot(analysis: Analysis, path: str | Path) -> None:
    """Draw the analysis into a PNG, PDF or SVG file, whole or not at all.

    Raises
    ------
    BadInput
        As `check_output`.
    """
    path = check_output(path)
    buffer = io.BytesIO()
    draw(analysis).savefig(buffer, format=path.suffix.lower()[1:], dpi=150)
    replace_file(path, buffer.getvalue())
