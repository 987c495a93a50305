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

from theory.arguments import whole
from theory.engine.checker import Rejected
from theory.engine.enclosed import (
    checked_relations,
    fails,
    gaps,
    gaps_again,
    holds,
    relations_json,
    relations_latex,
    unseen,
)
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.statements.base import Statement

if TYPE_CHECKING:
    import sympy
    from flint import arb

__all__ = ["Enclosures", "PlugInRelations", "Setting", "enclosures", "error_symbols", "sizes"]

_PRECISIONS = (128, 256, 512)
_FINER = 64  # bits by which the re-check's enclosures are finer: a changed digit of a kept one is then seen


@dataclass(frozen=True)
class Setting:
    """Dimension, labelled points and squared separation ``s^2`` of one plug-in rule; all exact."""

    d: int
    m: Fraction
    square: Fraction

    def __post_init__(self) -> None:
        object.__setattr__(self, "d", whole("d", self.d))
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
        if not self.settings or not self.relations:
            raise ValueError("at least one setting and one relation are needed")
        what = f"the errors of the {len(self.settings)} settings"
        checked = checked_relations(self.relations, error_symbols(self.settings), what)
        object.__setattr__(self, "relations", checked)

    @cached_property
    def _json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "settings": [[item.d, str(item.m), str(item.square)] for item in self.settings],
            "relations": relations_json(self.relations),
        }

    def to_json(self) -> dict[str, Any]:
        return self._json

    def latex(self) -> str:
        names = dict(zip(error_symbols(self.settings), (item.latex() for item in self.settings), strict=True))
        return relations_latex(self.relations, names)

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
            if not fails(gap, relation[1]):
                continue
            again = _gaps_again(json, _contour(json, bits))[number]
            if fails(again, relation[1]):
                data = {"relation": number, "errors": [error.str(20) for error in values]}
                return Witness("plug_in", data, _failure(json, values, number))
        return None

    def decide(self, statement: PlugInRelations, budget: Budget) -> Certificate | Undecided:
        """Enclose every error until all relations are seen to hold."""
        json = statement.to_json()
        values, bits = _decided(json)
        missed = unseen(json["relations"], _gaps(json, values))
        if missed:
            return Undecided(missed[0], f"difference {missed[1]}")
        count = len(json["relations"])
        counts = f"{len(values)} error{'s' * (len(values) > 1)}, {count} relation{'s' * (count > 1)}"
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
            missed = unseen(json["relations"], _gaps_again(json, enclosed))
            if missed:
                raise Rejected(f"{missed[0]}: the difference is {missed[1]} by the {source}")


def _failure(json: Mapping[str, Any], values: Sequence[arb], number: int) -> str:
    """Return in words that a relation fails, and whose errors it is about."""
    from theory.engine.provers.wording import broken

    settings = enumerate(json["settings"])
    whose = {f"e{i}": f"the error at d = {d}, m = {m}, s^2 = {square}" for i, (d, m, square) in settings}
    return broken(json["relations"], number, _named(values), whose)


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
        differences = zip(json["relations"], _gaps(json, values), strict=True)
        if all(holds(gap, op) or fails(gap, op) for (_, op, _), gap in differences):
            break
    return values, bits


def _contour(json: Mapping[str, Any], bits: int) -> list[arb]:
    from theory.mixtures.plug_in_enclosure import contour_enclosure

    return [contour_enclosure(d, Fraction(m), Fraction(square), bits) for d, m, square in json["settings"]]


def _named(values: Sequence[arb]) -> dict[str, arb]:
    return {f"e{i}": value for i, value in enumerate(values)}


def _gaps(json: Mapping[str, Any], values: Sequence[arb]) -> list[arb]:
    return gaps(json["relations"], _named(values), _PRECISIONS[-1], high=1)


def _gaps_again(json: Mapping[str, Any], values: Sequence[arb]) -> list[arb]:
    return gaps_again(json["relations"], _named(values), _PRECISIONS[-1], high=1)
