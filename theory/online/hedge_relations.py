r"""Statements on Hedge with two experts at a named horizon: minimax, worst case over losses in {0, 1}, and bound.

>>> from theory.engine.evidence import Budget
>>> minimax, worst, bound = regret_symbols()
>>> statement = HedgeRelations(10, Fraction(8), ((minimax, "<", worst), (worst, "<", bound)))
>>> enclosures().decide(statement, Budget()).summary
'worst case 1.6367922389, 2 relations, 128 bits'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from theory.arguments import whole
from theory.engine.checker import Rejected
from theory.engine.enclosed import checked_relations, fails, gaps, gaps_again, relations_json, relations_latex, unseen
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness
from theory.engine.statements.base import Statement

if TYPE_CHECKING:
    import sympy
    from flint import arb

__all__ = ["Enclosures", "HedgeRelations", "enclosures", "regret_symbols"]

_MEANINGS = {
    "minimax": "the minimax regret",
    "worst": "the largest regret of Hedge",
    "bound": "ln 2/eta + eta T/8",
}
_NAMES = tuple(_MEANINGS)
_BITS = 128
_FINER = 64  # bits by which the re-check's enclosures are finer: a changed digit of a kept one is then seen
_LONGEST = 2000  # rounds: some seconds


def regret_symbols() -> tuple[sympy.Symbol, ...]:
    """Return the positive symbols ``minimax``, ``worst`` and ``bound``."""
    import sympy

    return tuple(sympy.Symbol(name, positive=True) for name in _NAMES)


@dataclass(frozen=True, eq=False)
class HedgeRelations(Statement):
    """All of some relations hold between three numbers of the game with two experts and T rounds.

    ``minimax`` is the least worst-case regret of any algorithm, ``E|S_T|/2``; ``worst`` the largest regret of Hedge
    with ``eta = sqrt(scale ln 2/T)`` over all losses in {0, 1}; ``bound`` is ``ln(2)/eta + eta T/8``.

    Parameters
    ----------
    horizon
        Number of rounds T, at most 2000.
    scale
        Positive and exact; 8 is the tuned step.
    relations
        Triples ``(lhs, one of >= > <= <, rhs)`` of exact SymPy expressions in `regret_symbols`.

    Raises
    ------
    ValueError
        If nothing is stated, a number is out of range or not exact, a relation unknown or a symbol foreign.
    """

    horizon: int
    scale: Fraction
    relations: tuple[tuple[Any, str, Any], ...]

    kind: ClassVar[str] = "hedge"

    def __post_init__(self) -> None:
        object.__setattr__(self, "horizon", whole("horizon", self.horizon, most=_LONGEST))
        if not isinstance(self.scale, Fraction) or self.scale <= 0:
            raise ValueError(f"scale must be an exact positive fraction, got {self.scale!r}")
        if not self.relations:
            raise ValueError("at least one relation is needed")
        checked = checked_relations(self.relations, regret_symbols(), ", ".join(_NAMES))
        object.__setattr__(self, "relations", checked)

    @cached_property
    def _json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "horizon": self.horizon,
            "scale": str(self.scale),
            "relations": relations_json(self.relations),
        }

    def to_json(self) -> dict[str, Any]:
        return self._json

    def latex(self) -> str:
        shown = (
            r"\mathcal R^\star_T",
            r"\max_{\ell\in\{0,1\}^{T\times2}}\mathcal R_T",
            r"\tfrac{\ln2}\eta+\tfrac{\eta T}8",
        )
        names = dict(zip(regret_symbols(), shown, strict=True))
        setting = rf"T = {self.horizon},\; \eta = \sqrt{{{self.scale} \ln 2/T}}"
        return rf"{setting}:\quad {relations_latex(self.relations, names)}"

    def scope(self) -> str:
        return f"two experts, T = {self.horizon}, eta = sqrt({self.scale} ln 2/T), all losses in {{0, 1}}"


def enclosures() -> Enclosures:
    """Return the method that decides `HedgeRelations`."""
    return Enclosures()


class Enclosures:
    """Enclose the worst case by backward induction over the gap; the re-check goes forward over both losses.

    The re-check also evaluates the relations by the checker's own evaluator, and compares the kept enclosure with its
    own, which is finer.
    """

    evidence = Evidence.CERTIFIED

    def refute(self, statement: HedgeRelations, budget: Budget) -> Witness | None:
        """Return the first relation that certainly fails, by both inductions."""
        from theory.engine.provers.wording import broken

        json = statement.to_json()
        worst, again = _backward(json, _BITS), _forward(json, _BITS + _FINER)
        differences = zip(json["relations"], _gaps(json, worst), _gaps_again(json, again), strict=True)
        for number, ((_, op, _), gap, second) in enumerate(differences):
            if fails(gap, op) and fails(second, op):
                data = {"relation": number, "worst": worst.str(20)}
                return Witness("hedge", data, broken(json["relations"], number, _named(json, worst), _MEANINGS))
        return None

    def decide(self, statement: HedgeRelations, budget: Budget) -> Certificate | Undecided:
        """Enclose the worst case and look at every relation."""
        json = statement.to_json()
        worst = _backward(json, _BITS)
        missed = unseen(json["relations"], _gaps(json, worst))
        if missed:
            return Undecided(missed[0], f"difference {missed[1]}")
        count = f"{len(json['relations'])} relation{'s' * (len(json['relations']) > 1)}"
        summary = f"worst case {worst.str(11, radius=False)}, {count}, {_BITS} bits"
        return Certificate("hedge", {"worst": worst.str(30)}, summary)

    def recheck(self, statement: HedgeRelations, certificate: Certificate, budget: Budget) -> None:
        """Demand that the kept enclosure meets the forward induction's and that both decide; raise `Rejected`."""
        json = statement.to_json()
        if certificate.kind != "hedge" or not isinstance(certificate.data.get("worst"), str):
            raise Rejected("a certificate of kind 'hedge' has the worst case's enclosure as text")
        kept, again = _read(certificate.data["worst"]), _forward(json, _BITS + _FINER)
        if not (kept.is_finite() and kept.overlaps(again)):
            raise Rejected("the worst case of the certificate is not that of the forward induction")
        for source, worst in (("forward induction", again), ("certificate", kept)):
            missed = unseen(json["relations"], _gaps_again(json, worst))
            if missed:
                raise Rejected(f"{missed[0]}: the difference is {missed[1]} by the {source}")


def _read(text: str) -> arb:
    from flint import arb

    from theory.engine.provers.balls import working

    try:
        with working(_BITS + _FINER):
            return arb(text)
    except (ValueError, TypeError) as error:
        raise Rejected(f"the enclosure of the certificate cannot be read: {error}") from error


def _step(json: Mapping[str, Any]) -> arb:
    """Return eta, in the working precision."""
    from flint import arb

    from theory.engine.provers.balls import rational

    return (arb(rational(Fraction(json["scale"]))) * arb(2).log() / json["horizon"]).sqrt()


def _backward(json: Mapping[str, Any], bits: int) -> arb:
    """Return the worst regret to go from gap 0: widen the gap, narrow it, or let both experts lose alike."""
    from flint import arb

    from theory.engine.provers.balls import working

    with working(bits):
        eta, horizon = _step(json), json["horizon"]
        share = [1 / (1 + (eta * n).exp()) for n in range(horizon)]
        to_go = [arb(0)] * (horizon + 1)
        for played in reversed(range(horizon)):
            before = []
            for n in range(played + 1):
                best = to_go[n].max(share[n] + to_go[n + 1])
                before.append(best if n == 0 else best.max(to_go[n - 1] - share[n]))
            to_go = before
        return to_go[0]


def _forward(json: Mapping[str, Any], bits: int) -> arb:
    """Return the worst regret over final losses (i, j): the largest loss of Hedge on the way there, less min(i, j)."""
    from flint import arb

    from theory.engine.provers.balls import working

    with working(bits):
        eta, horizon = _step(json), json["horizon"]
        first = {n: 1 / (1 + (eta * n).exp()) for n in range(-horizon, horizon + 1)}  # by n = L1 - L2
        paid, worst = {0: arb(0)}, arb(0)
        for rounds in range(1, horizon + 1):
            reached: dict[int, arb] = {}
            for i, loss in paid.items():  # expert 1 lost i times, expert 2 the other rounds - 1 - i
                gap = 2 * i - (rounds - 1)
                for target, more in ((i + 1, first[gap]), (i, first[-gap])):
                    here = loss + more
                    reached[target] = here if target not in reached else reached[target].max(here)
            paid = reached
            for i, loss in paid.items():
                worst = worst.max(loss - min(i, rounds - i))
        return worst


def _named(json: Mapping[str, Any], worst: arb) -> dict[str, arb]:
    """Return enclosures of minimax, worst case and bound."""
    from flint import arb

    from theory.engine.provers.balls import rational, working
    from theory.online.hedge import minimax_regret

    with working(_BITS + _FINER):
        eta, horizon = _step(json), json["horizon"]
        minimax, bound = arb(rational(minimax_regret(horizon))), arb(2).log() / eta + eta * horizon / 8
    return dict(zip(_NAMES, (minimax, worst, bound), strict=True))


def _gaps(json: Mapping[str, Any], worst: arb) -> list[arb]:
    return gaps(json["relations"], _named(json, worst), _BITS + _FINER, high=_LONGEST)


def _gaps_again(json: Mapping[str, Any], worst: arb) -> list[arb]:
    return gaps_again(json["relations"], _named(json, worst), _BITS + _FINER, high=_LONGEST)
