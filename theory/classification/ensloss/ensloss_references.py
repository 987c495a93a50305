r"""The hinges with a slowly falling tail as references for `lossproof conform`: a score and a sign in, one loss out.

They are written with Min and Max of the margin, so that nothing cancels at large scores.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from theory.classification.ensloss import ensloss_expressions as exact
from theory.classification.posteriors import OF_TWO
from theory.engine.conformance.cases import swap_signs
from theory.engine.conformance.reference import SCORE_SIGN, Minimum, Reference, Slip

__all__ = ["INVERSE_LOG_HINGE", "LOG_HINGE"]


def _log_hinge(score: Any, label: int) -> Any:
    """Return ``1 - z`` up to the margin 1, then ``-log z``."""
    import sympy

    z = label * score
    return 1 - sympy.Min(z, 1) - sympy.log(sympy.Max(z, 1))


def _inverse_log_hinge(score: Any, label: int) -> Any:
    """Return ``1 - z`` up to the margin 1, then ``e/log(z + e - 1) - e``."""
    import sympy

    z = label * score
    return 1 - sympy.Min(z, 1) + sympy.E / sympy.log(sympy.Max(z, 1) + sympy.E - 1) - sympy.E


def _of_sign(function: Callable[..., Any]) -> Callable[..., Any]:
    def loss(score: Any, label: int) -> Any:
        return function((score,), (label + 1) // 2)

    return loss


def _minimiser(p: tuple[Any, Any]) -> tuple[Any]:
    return (p[1] / p[0] if p[1] > p[0] else -p[0] / p[1],)


def _least(p: tuple[Any, Any]) -> Any:
    import sympy

    return 1 - max(p) * sympy.log(max(p) / min(p))


def _hinge(score: Any, label: int) -> Any:
    import sympy

    return sympy.Max(0, 1 - label * score)


LOG_HINGE = Reference(
    paper="ensloss",
    name="log_hinge",
    where="hinge with the published tail factor 1/z",
    says=r"1-z\ (z\le1),\quad-\log z\ (z>1)",
    inputs=SCORE_SIGN,
    loss=_log_hinge,
    invariances=(swap_signs(),),
    minimum=Minimum("1 - eta log(eta/(1-eta)), at the score eta/(1-eta), eta the larger posterior", _minimiser, _least,
                    OF_TWO),
    slips=(
        *(Slip.of(function, _of_sign) for function in (
            exact.log_hinge_wrong_sign, exact.log_hinge_base_two, exact.log_hinge_label_as_sign,
            exact.log_hinge_missing_margin, exact.log_hinge_of_shifted_margin,
        )),
        Slip("no tail beyond the margin 1: the hinge loss", _hinge),
    ),
    claims=("ensloss.log_hinge_*", "ensloss.published_tail_is_bounded_below"),
)  # fmt: skip

INVERSE_LOG_HINGE = Reference(
    paper="ensloss",
    name="inverse_log_hinge",
    where="hinge with a tail bounded below",
    says=r"1-z\ (z\le1),\quad\frac e{\log(z+e-1)}-e\ (z>1)",
    form="derived",
    inputs=SCORE_SIGN,
    loss=_inverse_log_hinge,
    invariances=(swap_signs(),),
    slips=(
        Slip("-log z beyond the margin 1: the log-hinge, which is not bounded below", _log_hinge),
        Slip("no tail beyond the margin 1: the hinge loss", _hinge),
    ),
    claims=("ensloss.inverse_log_tail_*",),
)
