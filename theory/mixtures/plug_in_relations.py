r"""Statements on exact expected errors of the plug-in rule at named sizes, decided in ball arithmetic.

>>> from theory.engine.evidence import Budget
>>> settings = sizes((50, 200, Fraction(9, 4)), (50, 400, Fraction(9, 4)))
>>> few, many = error_symbols(settings)
>>> statement = PlugInRelations(settings, ((few, ">", many), (many, "<", Fraction(73, 1000))))
>>> enclosures().decide(statement, Budget()).summary
'2 errors, 2 relations, 128 bits'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine import terms
from theory.engine.checker import Rejected
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.statements.base import Statement

if TYPE_CHECKING:
    import sympy
    from flint import arb

__all__ = ["Enclosures", "PlugInRelations", "Setting", "enclosures", "error_symbols", "sizes"]

_ORDERS = {">=": r"\ge", ">": ">", "<=": r"\le", "<": "<"}
_PRECISIONS = (128, 256, 512)
_FINER = 64  # bits by which the re-check's enclosures are finer: a changed digit of a kept one is then seen


@dataclass(frozen=True)
class Setting:
    """Dimension, labelled points and squared separation ``s^2`` of one plug-in rule; all exact."""

    d: int
    m: Fraction
    square: Fraction

    def __post_init__(self) -> None:
        if isinstance(self.d, bool) or not isinstance(self.d, int) or self.d < 1:
            raise ValueError(f"d must be an int >= 1, got {self.d!r}")
        for name, value in (("m", self.m), ("square", self.square)):
            if not isinstance(value, Fraction) or value <= 0:
                raise ValueError(f"{name} must be an exact positive fraction, got {value!r}")

    def latex(self) -> str:
        """Return the name of its expected error."""
        return rf"E_{{{self.d},{self.m}}}(s^2={self.square})"


def sizes(*rows: tuple[int, int | Fraction, int | Fraction]) -> tuple[Setting, ...]:
    """Return settings from rows ``(d, m, s^2)``.

    Raises
    ------
    ValueError
        If a number is not positive, d no int, or one of them not exact.
    """
    for row in rows:
        if any(not isinstance(value, int | Fraction) for value in row):
            raise ValueError(f"d, m and s^2 must be int or Fraction, got {row!r}")
    return tuple(Setting(d, Fraction(m), Fraction(square)) for d, m, square in rows)


def error_symbols(settings: Sequence[Setting]) -> tuple[sympy.Symbol, ...]:
    """Return one positive symbol a setting, for its expected error."""
    import sympy

    return tuple(sympy.Symbol(f"e{i}", positive=True) for i in range(len(settings)))


@dataclass(frozen=True, eq=False)
class PlugInRelations(Statement):
    """All of some relations hold between exact expected errors of the plug-in rule.

    Parameters
    ----------
    settings
        Whose errors occur; the symbols are those of `error_symbols`, in this order.
    relations
        Triples ``(lhs, one of >= > <= <, rhs)`` of exact SymPy expressions in these symbols.

    Raises
    ------
    ValueError
        If nothing is stated, a relation is unknown, a symbol foreign, or a number is not exact.
    """

    settings: tuple[Setting, ...]
    relations: tuple[tuple[Any, str, Any], ...]

    kind: ClassVar[str] = "plug_in"

    def __post_init__(self) -> None:
        import sympy

        if not self.settings or not self.relations:
            raise ValueError("at least one setting and one relation are needed")
        allowed, checked = set(error_symbols(self.settings)), []
        for left, relation, right in self.relations:
            if relation not in _ORDERS:
                raise ValueError(f"relation is {relation!r}; allowed: {' '.join(_ORDERS)}")
            pair = [sympy.sympify(side, strict=True) for side in (left, right)]
            for side in pair:
                if side.has(sympy.Float):
                    raise ValueError(f"floats are not exact: {side}")
                foreign = side.free_symbols - allowed
                if foreign:
                    raise ValueError(f"{sorted(map(str, foreign))} are not the errors of the {len(allowed)} settings")
            checked.append((pair[0], relation, pair[1]))
        object.__setattr__(self, "relations", tuple(checked))

    @cached_property
    def _json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "settings": [[item.d, str(item.m), str(item.square)] for item in self.settings],
            "relations": [[terms.from_sympy(left), op, terms.from_sympy(right)] for left, op, right in self.relations],
        }

    def to_json(self) -> dict[str, Any]:
        return self._json

    def latex(self) -> str:
        import sympy

        names = dict(zip(error_symbols(self.settings), (item.latex() for item in self.settings), strict=True))
        return r",\quad ".join(
            f"{sympy.latex(left, symbol_names=names)} {_ORDERS[op]} {sympy.latex(right, symbol_names=names)}"
            for left, op, right in self.relations
        )

    def scope(self) -> str:
        named = "; ".join(f"d = {item.d}, m = {item.m}, s^2 = {item.square}" for item in self.settings)
        return f"the {len(self.settings)} settings {named}"


def enclosures() -> Enclosures:
    """Return the method that decides `PlugInRelations`."""
    return Enclosures()


class Enclosures:
    """Enclose the errors by the series, evaluate the relations in balls; the re-check uses the contour integral.

    The re-check evaluates the relations with the checker's own evaluator, which the search does not use, on both the
    kept enclosures and those of the contour integral.
    """

    evidence = Evidence.CERTIFIED

    def refute(self, statement: PlugInRelations, budget: Budget) -> Witness | None:
        """Return the first relation that certainly fails, by both formulas."""
        json = statement.to_json()
        values, bits = _decided(json)
        for number, (relation, gap) in enumerate(zip(json["relations"], _gaps(json, values), strict=True)):
            if not _fails(gap, relation[1]):
                continue
            again = _gaps_again(json, _contour(json, bits))[number]
            if _fails(again, relation[1]):
                summary = f"relation {number + 1} fails: {relation[1]} is wanted, the difference is {gap.str(6)}"
                return Witness("plug_in", {"relation": number, "errors": [e.str(20) for e in values]}, summary)
        return None

    def decide(self, statement: PlugInRelations, budget: Budget) -> Certificate | Undecided:
        """Enclose every error until all relations are seen to hold."""
        json = statement.to_json()
        values, bits = _decided(json)
        gaps = _gaps(json, values)
        for number, ((_, op, _), gap) in enumerate(zip(json["relations"], gaps, strict=True)):
            if not _holds(gap, op):
                return Undecided(f"relation {number + 1} ({op}) is not seen to hold", f"difference {gap.str(10)}")
        counts = f"{len(values)} error{'s' * (len(values) > 1)}, {len(gaps)} relation{'s' * (len(gaps) > 1)}"
        data = {"errors": [value.str(bits // 3) for value in values], "bits": bits}
        return Certificate("plug_in", data, f"{counts}, {bits} bits")

    def recheck(self, statement: PlugInRelations, certificate: Certificate, budget: Budget) -> None:
        """Demand that the kept enclosures decide the relations and agree with the other formula; raise `Rejected`."""
        json = statement.to_json()
        bits, kept = certificate.data.get("bits"), certificate.data.get("errors")
        if certificate.kind != "plug_in":
            raise Rejected(f"a certificate of kind 'plug_in' is needed, not {certificate.kind!r}")
        if not isinstance(bits, int) or bits not in _PRECISIONS or not isinstance(kept, list):
            raise Rejected("a certificate of kind 'plug_in' has a list of errors, and bits 128, 256 or 512")
        balls, values = _read(kept), _contour(json, bits + _FINER)
        if len(balls) != len(values) or not all(
            ball.is_finite() and ball.overlaps(value) for ball, value in zip(balls, values, strict=True)
        ):
            raise Rejected("the enclosures of the certificate are not those of the contour integral")
        for source, enclosed in (("contour integral", values), ("certificate", balls)):
            gaps = zip(json["relations"], _gaps_again(json, enclosed), strict=True)
            for number, ((_, op, _), gap) in enumerate(gaps):
                if not _holds(gap, op):
                    shown = f"the difference is {gap.str(10)} by the {source}"
                    raise Rejected(f"relation {number + 1} ({op}) is not seen to hold: {shown}")


def _read(kept: Sequence[Any]) -> list[arb]:
    """Read kept enclosures with all their digits: a short precision would widen them."""
    from flint import arb

    from theory.engine.provers.balls import working

    try:
        with working(_PRECISIONS[-1]):
            return [arb(text) for text in kept]
    except (ValueError, TypeError) as error:
        raise Rejected(f"an enclosure of the certificate cannot be read: {error}") from error


def _decided(json: Mapping[str, Any]) -> tuple[list[arb], int]:
    """Return enclosures of the errors fine enough to decide every relation, if any precision on the list is."""
    from theory.mixtures.plug_in_enclosure import series_enclosure

    values, bits = [], 0
    for bits in _PRECISIONS:
        values = [series_enclosure(d, Fraction(m), Fraction(square), bits) for d, m, square in json["settings"]]
        gaps = zip(json["relations"], _gaps(json, values), strict=True)
        if all(_holds(gap, op) or _fails(gap, op) for (_, op, _), gap in gaps):
            break
    return values, bits


def _contour(json: Mapping[str, Any], bits: int) -> list[arb]:
    from theory.mixtures.plug_in_enclosure import contour_enclosure

    return [contour_enclosure(d, Fraction(m), Fraction(square), bits) for d, m, square in json["settings"]]


def _ranges(json: Mapping[str, Any]) -> list[dict[str, Any]]:
    ends = {"low": "0", "high": "1", "low_closed": False, "high_closed": False, "integer": False}
    return [{"name": f"e{i}"} | ends for i in range(len(json["settings"]))]


def _gaps(json: Mapping[str, Any], values: Sequence[arb]) -> list[Any]:
    """Return lhs - rhs of every relation, by the provers' evaluator."""
    from theory.engine.provers.balls import working
    from theory.engine.provers.program import Program

    ranges = _ranges(json)
    with working(_PRECISIONS[-1]):
        return [
            Program(["+", left, ["*", -1, right]], ranges).value(list(values)) for left, _, right in json["relations"]
        ]


def _gaps_again(json: Mapping[str, Any], values: Sequence[arb]) -> list[Any]:
    """Return lhs - rhs of every relation, by the checker's evaluator."""
    from flint import fmpq

    from theory.engine.checker.terms import Tape
    from theory.engine.provers.balls import working

    ranges = _ranges(json)
    tape = Tape({entry["name"]: entry for entry in ranges})
    places = [tape.minus(tape.add(left), tape.add(right)) for left, _, right in json["relations"]]
    inputs = {entry["name"]: value for entry, value in zip(ranges, values, strict=True)}
    with working(_PRECISIONS[-1]):
        result = tape.values(inputs, {name: (fmpq(0), fmpq(1)) for name in inputs})
    return [result[place] for place in places]


def _holds(gap: arb, op: str) -> bool:
    signed = gap if op in (">=", ">") else -gap
    return bool(signed > 0 if op in (">", "<") else signed >= 0)


def _fails(gap: arb, op: str) -> bool:
    signed = gap if op in (">=", ">") else -gap
    return bool(signed <= 0 if op in (">", "<") else signed < 0)
