"""Results as short HTML tables, which is what Jupyter shows of them.

>>> table([("risk", 0.5), ("attained", True)], caption="best ridge")
'<table><caption>best ridge</caption><tr><td>risk</td><td>0.5</td></tr><tr><td>attained</td><td>yes</td></tr></table>'
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context
from fractions import Fraction
from typing import Any

from theory.engine.report.mathml import escape

__all__ = ["Html", "brief", "table", "text"]

_LONGEST, _MOST, _DIGITS = 400, 6, 25  # characters of a cell; items of a collection; characters of a fraction
_BRIEF = 60  # characters of a value in a line with others


class Html(str):
    """Text that is HTML already, and is not escaped again."""

    __slots__ = ()


def text(value: Any) -> str:
    """Return a value in one line: numbers with six digits, arrays by shape and range, long text cut.

    Examples
    --------
    >>> text(2 / 3), text(None), text({"steps": 1.5}), text(("a", "b"))
    ('0.666667', '-', 'steps: 1.5', 'a; b')
    >>> import numpy as np
    >>> text(np.zeros((3, 4))), text(np.float64(0.1) * 3)
    ('array (3, 4), from 0 to 0', '0.3')
    """
    shown = _text(value)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 3].rstrip() + "..."


def brief(value: Any) -> str:
    """Return the ``repr`` of a value if it is short, else what the value is, in angle brackets.

    Examples
    --------
    >>> import numpy as np
    >>> brief(0.1), brief("bag"), brief(np.zeros((3, 400))), brief({"steps": [0.5] * 100})
    ('0.1', "'bag'", '<array (3, 400)>', '<steps: 0.5; 0.5; 0.5; 0.5; 0.5; 0.5; and 94 more>')
    """
    array = hasattr(value, "shape") and hasattr(value, "dtype")
    if not callable(value) and not (array and math.prod(value.shape) > _BRIEF):  # not to write a million numbers
        try:
            shown = repr(value)
        except ValueError:  # Python writes no whole numbers of some thousand digits
            shown = "\n"
        if len(shown) <= _BRIEF and "\n" not in shown:
            return shown
    shown = f"array {tuple(value.shape)}" if array else text(value)
    return f"<{shown}>" if len(shown) <= _BRIEF else f"<{shown[: _BRIEF - 3].rstrip()}...>"


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "-", True: "yes", False: "no"}[value]
    if isinstance(value, float):
        return f"{float(value):.6g}"
    if isinstance(value, int | Fraction):
        return _rational(value)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return _array(value)
    if isinstance(value, Mapping):
        return _listed([f"{name}: {text(item)}" for name, item in list(value.items())[: _MOST + 1]], len(value))
    if isinstance(value, list | tuple):
        return _listed([text(item) for item in value[: _MOST + 1]], len(value))
    return getattr(value, "__name__", "a function") if callable(value) else " ".join(str(value).split())


def _rational(value: int | Fraction) -> str:
    """Return all digits if they are few: beyond some thousands Python itself refuses, and floats have ends."""
    most = _LONGEST if isinstance(value, int) else _DIGITS
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    if bits < 4 * most and len(str(value)) <= most:  # a digit has less than four bits
        return str(value)
    six = Context(prec=6, Emax=MAX_EMAX, Emin=MIN_EMIN)
    return f"about {six.divide(value.numerator, value.denominator).normalize(six):g}, exact"


def _listed(items: Sequence[str], count: int) -> str:
    """Return the first items and how many more there are."""
    more = [f"and {count - _MOST} more"] if count > _MOST else []
    return "; ".join([*items[:_MOST], *more])


def _array(value: Any) -> str:
    """Return the shape of an array, and its range where it has methods that tell."""
    if not value.shape:
        return text(value.item()) if hasattr(value, "item") else str(value)
    shape = f"array {tuple(value.shape)}"
    if 0 in value.shape or not (hasattr(value, "min") and hasattr(value, "max")) or "complex" in str(value.dtype):
        return shape
    try:
        low, high = float(value.min()), float(value.max())
    except (TypeError, ValueError):  # an array of text or objects
        return shape
    return shape if math.isnan(low) else f"{shape}, from {low:.6g} to {high:.6g}"


def table(rows: Iterable[Sequence[Any]], *, caption: str = "", head: Sequence[str] = ()) -> str:
    """Return an HTML table of values, all text escaped.

    Examples
    --------
    >>> table([("<b>", Html("<i>x</i>"))])
    '<table><tr><td>&lt;b&gt;</td><td><i>x</i></td></tr></table>'
    """
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    header = "<tr>" + "".join(f"<th>{escape(name)}</th>" for name in head) + "</tr>" if head else ""
    return f"<table>{title}{header}{''.join(map(_row, rows))}</table>"


def _row(cells: Sequence[Any]) -> str:
    shown = (cell if isinstance(cell, Html) else escape(text(cell)) for cell in cells)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in shown) + "</tr>"
