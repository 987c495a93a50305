"""Relations that hold for all points of a box: ``for all beta in [0,1], tau in (0,1): lhs >= rhs``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine import terms
from theory.engine.statements.base import Statement
from theory.engine.statements.tex import SIGNS, tex, tex_name

if TYPE_CHECKING:
    import sympy

RELATIONS = (">=", ">", "<=", "<", "==")
_RANGE = re.compile(
    r"\s*(?P<name>[A-Za-z_]\w*)\s+(?P<kind>in|integer in)\s*"
    r"(?P<left>[\[(])\s*(?P<low>[^,]+?)\s*,\s*(?P<high>[^,]+?)\s*(?P<right>[\])])\s*(?:,|$)"
)


@dataclass(frozen=True)
class Range:
    """One variable and the interval it ranges over; ``None`` as an end means unbounded.

    ``integer`` variables take the integers of the interval only.
    """

    name: str
    low: Fraction | None
    high: Fraction | None
    low_closed: bool
    high_closed: bool
    integer: bool = False

    def __str__(self) -> str:
        low = "-oo" if self.low is None else self.low
        high = "oo" if self.high is None else self.high
        brackets = ("[" if self.low_closed else "(") + "{}, {}" + ("]" if self.high_closed else ")")
        return f"{self.name} {'integer ' if self.integer else ''}in {brackets.format(low, high)}"

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "low": None if self.low is None else str(self.low),
            "high": None if self.high is None else str(self.high),
            "low_closed": self.low_closed,
            "high_closed": self.high_closed,
            "integer": self.integer,
        }

    def latex(self) -> str:
        r"""Return the range in LaTeX; one that is a single point as an equation.

        >>> half, n = Domain("half in [1/2,1/2], n integer in [2,oo)").ranges
        >>> print(half.latex(), n.latex())
        \mathrm{half} = \frac{1}{2} n \in [2, \infty) \cap \mathbb{Z}
        """
        name = tex_name(self.name)
        if self.low is not None and self.low == self.high:
            return f"{name} = {_end_latex(self.low)}"
        low = r"-\infty" if self.low is None else _end_latex(self.low)
        high = r"\infty" if self.high is None else _end_latex(self.high)
        brackets = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        return rf"{name} \in {brackets[0]}{low}, {high}{brackets[1]}" + (r" \cap \mathbb{Z}" if self.integer else "")

    def symbol(self) -> sympy.Symbol:
        """Return the SymPy symbol whose assumptions follow from the range (and from nothing else)."""
        import sympy

        assumptions: dict[str, bool] = {"integer": True} if self.integer else {"real": True}
        if self.low is not None and self.low >= 0:
            assumptions["positive" if self.low > 0 or not self.low_closed else "nonnegative"] = True
        if self.high is not None and self.high <= 0:
            assumptions["negative" if self.high < 0 or not self.high_closed else "nonpositive"] = True
        return sympy.Symbol(self.name, **assumptions)


class Domain:
    """A box: some variables, each over its own interval. Iterating gives the SymPy symbols, in order.

    Parameters
    ----------
    text
        Such as ``"beta in [0,1], tau in (0,9/10]"``: round brackets exclude an end, ``oo`` is infinity, ends are
        exact rationals, ``n integer in [2,oo)`` ranges over integers.

    Raises
    ------
    ValueError
        If the text is not of that form, an interval is empty, a name occurs twice, or an infinite end is called closed.

    Examples
    --------
    >>> beta, tau = Domain("beta in [0,1], tau in (0,9/10]")
    >>> tau.is_positive, beta.is_nonnegative
    (True, True)
    """

    def __init__(self, text: str) -> None:
        self.ranges = tuple(_parse(text))

    @cached_property
    def symbols(self) -> tuple[sympy.Symbol, ...]:
        return tuple(item.symbol() for item in self.ranges)

    def __iter__(self) -> Iterator[sympy.Symbol]:
        return iter(self.symbols)

    def __getitem__(self, name: str) -> Range:
        for item in self.ranges:
            if item.name == name:
                return item
        raise KeyError(f"no variable {name!r} here; there are {', '.join(r.name for r in self.ranges)}")

    def __str__(self) -> str:
        return ", ".join(map(str, self.ranges))

    def to_json(self) -> list[dict[str, Any]]:
        return [item.to_json() for item in self.ranges]

    def latex(self) -> str:
        return r",\; ".join(item.latex() for item in self.ranges)


def _parse(text: str) -> Iterator[Range]:
    position, seen = 0, set()
    while position < len(text):
        match = _RANGE.match(text, position)
        if match is None:
            raise ValueError(
                f"cannot read the domain {text!r} from {text[position:]!r}; write: beta in [0,1], tau in (0,9/10]"
            )
        name, low, high = match["name"], _end(match["low"]), _end(match["high"])
        low_closed, high_closed = match["left"] == "[", match["right"] == "]"
        if name in seen:
            raise ValueError(f"variable {name!r} occurs twice in the domain {text!r}")
        if (low is None and low_closed) or (high is None and high_closed):
            raise ValueError(f"an infinite end cannot be closed in {match.group().strip()!r}")
        if low is not None and high is not None and (low > high or (low == high and not (low_closed and high_closed))):
            raise ValueError(f"the interval of {match.group().strip()!r} is empty")
        seen.add(name)
        yield Range(name, low, high, low_closed, high_closed, match["kind"].startswith("integer"))
        position = match.end()
    if not seen:
        raise ValueError("a domain names at least one variable, such as: beta in [0,1]")


def _end_latex(value: Fraction) -> str:
    sign = "-" if value < 0 else ""
    return str(value) if value.denominator == 1 else rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _end(text: str) -> Fraction | None:
    if text in ("oo", "-oo"):
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"the end {text!r} of an interval is neither an exact rational nor oo") from None


@dataclass(frozen=True, eq=False)
class ForAll(Statement):
    """``lhs relation rhs`` for all points of ``domain`` at which every condition in ``given`` holds.

    Parameters
    ----------
    domain
        The box.
    lhs, rhs
        SymPy expressions in the domain's symbols (exact: no floats).
    relation
        One of ``>=  >  <=  <  ==``.
    given
        Further conditions ``(lhs, relation, rhs)`` that restrict the box.

    Raises
    ------
    ValueError
        If the relation is unknown, a symbol is not the domain's, a number is not exact, or there is a sum over classes.
    """

    domain: Domain
    lhs: sympy.Expr
    relation: str
    rhs: sympy.Expr
    given: tuple[tuple[sympy.Expr, str, sympy.Expr], ...] = ()

    kind: ClassVar[str] = "forall"

    def __post_init__(self) -> None:
        import sympy

        from theory.engine.functions import Sig

        conditions = [(self.lhs, self.relation, self.rhs), *self.given]
        for _, relation, _ in conditions:
            if relation not in RELATIONS:
                raise ValueError(f"relation is {relation!r}; allowed: {' '.join(RELATIONS)}")
        exact = [
            (sympy.sympify(left, strict=True), relation, sympy.sympify(right, strict=True))
            for left, relation, right in conditions
        ]
        object.__setattr__(self, "lhs", exact[0][0])
        object.__setattr__(self, "rhs", exact[0][2])
        object.__setattr__(self, "given", tuple(exact[1:]))
        for left, _, right in exact:
            foreign = (left.free_symbols | right.free_symbols) - set(self.domain.symbols)
            if foreign:
                named = ", ".join(sorted(map(str, foreign)))
                raise ValueError(f"{named} not among the symbols of {self.domain}; the same name is not enough")
            if left.has(sympy.Float) or right.has(sympy.Float):
                raise ValueError(f"floats are not exact: write Rational(1, 10) instead of 0.1 in {left} {right}")
            if left.has(Sig) or right.has(Sig):
                raise ValueError(f"a sum over classes needs a statement about classes (ForEveryN): {left} {right}")

    @cached_property
    def _json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "domain": self.domain.to_json(),
            "lhs": terms.from_sympy(self.lhs),
            "relation": self.relation,
            "rhs": terms.from_sympy(self.rhs),
            "given": [
                [terms.from_sympy(left), relation, terms.from_sympy(right)] for left, relation, right in self.given
            ],
        }

    def to_json(self) -> dict[str, Any]:
        return self._json

    def latex(self) -> str:
        conditions = "".join(rf",\; {tex(left)} {SIGNS[relation]} {tex(right)}" for left, relation, right in self.given)
        body = f"{tex(self.lhs)} {SIGNS[self.relation]} {tex(self.rhs)}"
        return rf"\forall\, {self.domain.latex()}{conditions}:\quad {body}"

    def scope(self) -> str:
        conditions = "".join(f", {left} {relation} {right}" for left, relation, right in self.given)
        return f"all {self.domain}{conditions}"
