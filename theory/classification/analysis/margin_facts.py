"""What is found out about a margin loss before any question about it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.analysis import polygons
from theory.classification.analysis.answers import Answer, TransformPoint
from theory.classification.analysis.attempts import Symbolic
from theory.classification.analysis.closed_forms import Named
from theory.classification.analysis.convexity import convexity
from theory.classification.analysis.enclosed_transform import enclosed_transform
from theory.classification.analysis.intervals import WHOLE, Interval, at, compile_term, enclose
from theory.engine.errors import BadInput
from theory.engine.terms import Term, from_sympy, names

if TYPE_CHECKING:
    import sympy

_PROBES = [Fraction(k, 2) for k in range(-6, 7)]


@dataclass(frozen=True)
class Facts:
    """What the questions share: the loss, its score bound, and what was found out about it so far.

    ``score_bound`` None means unbounded scores.
    """

    term: Term
    score_bound: Fraction | None
    convex: Answer
    local: dict[str, Any] | None
    named: Named | None
    transform_polygon: polygons.Polygon | None
    symmetric: bool
    even: bool
    non_increasing: bool
    non_decreasing: bool
    grid: tuple[TransformPoint, ...]

    @property
    def is_convex(self) -> bool:
        """Whether phi is known to be convex on all scores that are allowed."""
        return _covers(self.convex, self.score_bound)

    @property
    def scores(self) -> str:
        return "all real scores" if self.score_bound is None else f"scores in [-{self.score_bound}, {self.score_bound}]"


def _covers(convex: Answer, score_bound: Fraction | None) -> bool:
    return convex.answer == "yes" and (score_bound is not None or convex.scope == "all real u")


def read_term(expression: sympy.Expr) -> Term:
    """Return a formula in at most one variable as a term in u.

    Raises
    ------
    BadInput
        If there are more variables, or a function that no enclosure is known of.
    """
    try:
        term = from_sympy(expression)
    except ValueError as error:
        raise BadInput(str(error)) from None
    found = names(term)
    if len(found) > 1:
        raise BadInput(f"a loss has one variable; {expression} has {', '.join(sorted(found))}")
    return _rename(term, next(iter(found), "u"))


def _rename(term: Term, name: str) -> Term:
    if isinstance(term, list):
        return [term[0], *[_rename(part, name) for part in term[1:]]]
    return "u" if term == name else term


def check_real(term: Term, limit: Fraction | None) -> None:
    """Refuse a loss that is not a real number at some simple score.

    Raises
    ------
    BadInput
        If the enclosure at one of a few points between -3 and 3 is not finite.
    """
    function = compile_term(term)
    for point in sorted(_PROBES, key=abs):
        inside = limit is None or abs(point) <= limit
        if inside and at(function, point) == WHOLE:
            raise BadInput(
                f"the loss is not a real number of moderate size at u = {point}; allowed: a loss defined for "
                f"every score, of both signs"
            )


def gather(term: Term, score_bound: Fraction | None, grid: tuple[Fraction, ...], symbolic: Symbolic) -> Facts:
    """Find out all that the questions share."""
    limit = score_bound
    convex = convexity(term, symbolic, low=None if limit is None else -limit, high=limit)
    local = symbolic.ask("local", term)
    shape = polygons.polygon(term)
    named = _named(term, shape, symbolic)
    everywhere = WHOLE if limit is None else Interval(enclose(-limit).low, enclose(limit).high)
    symmetric = symbolic.ask("symmetric", term)
    slope = compile_term(term)(everywhere)[1]
    even = bool(symmetric and symmetric["even"])
    if even or slope.low >= 0:  # a wrong-sign score costs no more than the right one
        points = tuple(TransformPoint(t, 0.0, 0.0) for t in grid)
    else:
        points = enclosed_transform(term, limit, grid, convex=_covers(convex, limit))
    return Facts(
        term=term,
        score_bound=limit,
        convex=convex,
        local=local,
        named=named,
        transform_polygon=None if shape is None else polygons.transform(shape, limit),
        symmetric=bool(symmetric and symmetric["constant"]),
        even=even,
        non_increasing=bool(slope.high <= 0),
        non_decreasing=bool(slope.low >= 0),
        grid=points,
    )


def _named(term: Term, shape: polygons.Polygon | None, symbolic: Symbolic) -> Named | None:
    """Recognise a named loss up to factor, scale and shift, by exact identity."""
    if shape is not None:
        return _named_polygon(shape)
    square = _named_square(term)
    if square is not None:
        return square
    found = symbolic.ask("scaled", term)
    if found is None or found["name"] is None:
        return None
    factor, scale = (float(compile_term(found[key]["term"])(WHOLE)[0].low) for key in ("factor", "scale"))
    return Named(found["name"], factor, scale, found["factor"]["text"], found["scale"]["text"])


def _named_square(term: Term) -> Named | None:
    """Recognise c*max(0, m-u)**2 + d, whatever way the maximum is written."""
    factor = Fraction(1)
    if isinstance(term, list) and term[0] == "+":
        moving = [part for part in term[1:] if polygons.constant(part) is None]
        term = moving[0] if len(moving) == 1 else term
    if (
        isinstance(term, list)
        and term[0] == "*"
        and len(term) == 3
        and (number := polygons.constant(term[1])) is not None
    ):
        factor, term = number, term[2]
    if not (isinstance(term, list) and term[0] == "^" and term[2] == 2) or factor <= 0:
        return None
    base = polygons.polygon(term[1])
    hinge = None if base is None else _hinge(base)
    if base is None or hinge is None or base.lines[1][1] != 0:
        return None
    height, scale = hinge
    factor *= height**2
    return Named("quadratic", float(factor), float(scale), str(factor), str(scale))


def _hinge(shape: polygons.Polygon) -> tuple[Fraction, Fraction] | None:
    """Return (c, k) if the polygon is c*max(0, 1-k*u) with c, k > 0, up to an additive constant."""
    slopes = [slope for slope, _ in shape.lines]
    if len(shape.breaks) == 1 and slopes[0] < 0 == slopes[1] and shape.breaks[0] > 0:
        return -slopes[0] * shape.breaks[0], 1 / shape.breaks[0]
    return None


def _named_polygon(shape: polygons.Polygon) -> Named | None:
    slopes = [slope for slope, _ in shape.lines]
    hinge = _hinge(shape)
    if hinge is not None:
        (factor, scale), name = hinge, "hinge"
    elif len(shape.breaks) == 2 and slopes[0] == slopes[2] == 0 > slopes[1] and shape.breaks[0] == 0:
        factor, scale, name = -slopes[1] * shape.breaks[1], 1 / shape.breaks[1], "rho-margin"
    else:
        return None
    return Named(name, float(factor), float(scale), str(factor), str(scale))
