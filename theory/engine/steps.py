"""Steps that written proofs share, each made of a few rules.

>>> from theory.engine.evidence import Budget
>>> from theory.engine.words import Domain, ForAll, chain
>>> domain = Domain("x in [0,oo)")
>>> (x,) = domain
>>> f = (1 + x) ** 3 - 1 - 3 * x
>>> method = chain(lambda k: grows_twice(k, f, x, [k.sign(6 * (1 + x), ">=")]))
>>> method.decide(ForAll(domain, f, ">=", 0), Budget()).kind
'proof'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.context import Fact
    from theory.engine.provers.symbolic.proof import Proof

__all__ = ["grows_twice"]


def grows_twice(k: Proof, f: sympy.Expr, v: sympy.Symbol, by: Sequence[Any]) -> Fact:
    """Show ``f(v) >= f(low)``, low the closed lower end of the range of v, where f' >= 0; by ``by``, f'' >= 0."""
    bent = k.show(f.diff(v, 2), ">=", 0, by=by)
    slope = k.show(f.diff(v), ">=", 0, by=[k.grows(bent, f.diff(v), v)])
    fact: Fact = k.grows(slope, f, v)
    return fact
