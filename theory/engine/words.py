"""The words that claims are written in: statements and methods, each loading its machinery when it is first used.

A module of claims imports these at its top; listing claims then still imports neither SymPy nor a solver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from theory.engine.statements.classes import ForEveryN
from theory.engine.statements.exponential_cone import ConeOptimum, ConeProgram
from theory.engine.statements.forall import Domain, ForAll
from theory.engine.statements.limit import LimitOf

if TYPE_CHECKING:
    import sympy

__all__ = [
    "ConeOptimum",
    "ConeProgram",
    "Domain",
    "ForAll",
    "ForEveryN",
    "LimitOf",
    "Sig",
    "boxes",
    "chain",
    "every",
    "exponential_cone",
    "newton",
]


def Sig(expression: Any) -> sympy.Expr:
    """Return the sum of an expression over the unnamed classes; see `theory.engine.functions.Sig`."""
    from theory.engine import functions

    return functions.Sig(expression)


def chain(proof: Any, sample: Any = None) -> Any:
    """Decide by a written proof; see `theory.engine.provers.symbolic.chain.chain`."""
    from theory.engine.provers.symbolic import chain as home

    return home.chain(proof, sample)


def every(items: Any, holds: Any, *, over: str, says: str, size: int | None = None) -> Any:
    """State that a predicate holds of every item of a finite world, and decide it by enumeration.

    Parameters
    ----------
    items, holds, over, says
        Domain, predicate and texts of `theory.engine.statements.finite.Finite`.
    size
        How many items there are; counted if it is not given.
    """
    from theory.engine.provers.exhaustive import enumeration
    from theory.engine.statements.finite import Finite

    count = sum(1 for _ in items()) if size is None else size
    return Finite(items, count, holds, over=over, says=says), enumeration()


def boxes(zero_at: Any = None, **options: Any) -> Any:
    """Decide an inequality on a box in ball arithmetic; see `theory.engine.provers.enclosure.boxes`.

    Examples
    --------
    >>> domain = Domain("x in [0,1]")
    >>> (x,) = domain
    >>> from theory.engine.evidence import Budget
    >>> boxes(zero_at=x).decide(ForAll(domain, (1 + x) ** 3, ">=", 1 + 3 * x), Budget()).kind
    'boxes'
    """
    from theory.engine.provers import enclosure

    return enclosure.boxes(zero_at, **options)


def newton(**options: Any) -> Any:
    """Certify an isolated root by interval Newton; see `theory.engine.provers.newton.newton`."""
    from theory.engine.provers import newton as home

    return home.newton(**options)


def exponential_cone() -> Any:
    """Bound the optimum of a cone program; see `theory.engine.provers.exponential_cone.exponential_cone`."""
    from theory.engine.provers import exponential_cone as home

    return home.exponential_cone()
