"""Written proofs of inequalities whose refuter also looks where the inequality is nearly an equality.

A random point rarely comes near the equality of an inequality in five scale-free parameters, so that only coarse false
neighbours would be caught. Whoever wrote the proof knows where it is tight.

>>> from theory.engine.evidence import Budget
>>> from theory.engine.words import Domain, ForAll
>>> domain = Domain("x in (0,oo), y in (0,oo)")
>>> x, y = domain
>>> method = chain_at(lambda k: k.sign((x - y) ** 2, ">="), {"x": 7, "y": 7})
>>> method.refute(ForAll(domain, x**2 + y**2, ">=", Fraction(1001, 500) * x * y), Budget()).summary
'at x = 7, y = 7 the left side is 98 and the right side 98.098, claimed is left >= right'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.words import chain

if TYPE_CHECKING:
    from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided, Witness
    from theory.engine.provers.symbolic.proof import Proof

__all__ = ["HardPoints", "chain_at"]

Point = Mapping[str, Any]  # values are ints and Fractions


@dataclass(frozen=True)
class HardPoints:
    """A method, and points at which its refuter looks first.

    Attributes
    ----------
    method
        Decides, re-checks, and refutes where the points do not.
    points
        Exact values by name. One is a witness only if the independent checker confirms it.
    """

    method: Prover
    points: tuple[Point, ...]

    @property
    def evidence(self) -> Evidence:
        """That of the method."""
        return self.method.evidence

    def refute(self, statement: Any, budget: Budget) -> Witness | None:
        """Return a point at which the statement certainly fails."""
        from theory.engine.checker import Rejected, confirm
        from theory.engine.provers.points import point_data, point_witness

        for point in self.points:
            exact = {name: Fraction(value) for name, value in point.items()}
            try:
                confirm(statement.to_json(), {"kind": "point", "data": point_data(exact)})
            except Rejected:
                continue
            return point_witness(statement.to_json(), exact)
        return self.method.refute(statement, budget)

    def decide(self, statement: Any, budget: Budget) -> Certificate | Undecided:
        """Decide by the method."""
        return self.method.decide(statement, budget)

    def recheck(self, statement: Any, certificate: Certificate, budget: Budget) -> None:
        """Re-check by the method."""
        self.method.recheck(statement, certificate, budget)


def chain_at(proof: Callable[[Proof], Any], *points: Point) -> HardPoints:
    """Return the method that decides by a proof and refutes at points, or wherever else a search finds.

    Parameters
    ----------
    proof
        As for `theory.engine.words.chain`.
    points
        Exact values by name, one for every parameter of the statement.
    """
    return HardPoints(chain(proof), points)
