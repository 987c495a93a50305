"""Which claims stand behind an answer about a comp-sum loss.

The answer's evidence is theirs, never a word of its own.
"""

from __future__ import annotations

from theory.classification import calibration
from theory.classification.cross_entropy.claims_mean_absolute_error import (
    mean_absolute_error_attained,
    mean_absolute_error_lower,
)
from theory.classification.cross_entropy.claims_n_free import n_free_quadratic
from theory.classification.cross_entropy.claims_published_bound import (
    published_high,
    published_logistic,
    published_low,
    published_middle,
)
from theory.classification.cross_entropy.claims_sharp_quadratic import absolute_error_n_free, sharp_quadratic
from theory.classification.cross_entropy.claims_simplified import (
    published_simplified_logistic,
    published_simplified_low,
)
from theory.classification.cross_entropy.claims_tightness import tight_logistic, tight_low, two_classes_attain_middle
from theory.classification.cross_entropy.claims_transform import growth_logistic, growth_low, growth_middle
from theory.classification.cross_entropy.claims_two_class_optimal import two_class_is_worst, two_classes_only
from theory.engine.claim import Claim
from theory.engine.evidence import Evidence

PROSE = "argued"  # a proof on paper, in the docstring of the function; no claim decides it
_LP_CLASSES = 6  # most classes of the linear programs on record


def evidence(claims: tuple[Claim, ...]) -> str:
    """Return the weakest verdict on record among the claims, ``"argued"`` if there are none.

    >>> evidence((published_low, tight_low)), evidence(())
    ('proved', 'argued')
    """
    return Evidence.weakest(*[claim.expected for claim in claims]).value if claims else PROSE


def lower_bound(tau: float, n: int) -> tuple[Claim, ...]:
    """Return the claims that the exact transform is a lower bound on the conditional regret.

    >>> [claim.id for claim in lower_bound(1.3, 10)]
    ['comp_sum.two_class_is_worst']
    """
    if tau < 1:
        return (published_low,)
    if tau == 1:
        return (published_logistic,)
    if tau < 2 and n == 2:
        return (two_classes_only,)
    if tau <= 1.5:
        return (two_class_is_worst,)
    if tau <= calibration.TAU_STAR:
        return _up_to_threshold()
    return (mean_absolute_error_lower,) if tau == 2 and n <= _LP_CLASSES else ()


def attained(tau: float, n: int) -> tuple[Claim, ...]:
    """Return the claims that the exact transform is attained, at least in the limit."""
    if tau < 1:
        return (tight_low,)
    if tau == 1:
        return (tight_logistic,)
    if tau < 2 and (n == 2 or tau <= calibration.TAU_STAR):
        return (two_classes_attain_middle,)
    return (mean_absolute_error_attained,) if tau == 2 and n <= _LP_CLASSES else ()


def exact(tau: float, n: int) -> tuple[Claim, ...]:
    """Return the claims behind the exact transform; empty where one of the halves has no claim."""
    below, above = lower_bound(tau, n), attained(tau, n)
    return (*below, *above) if below and above else ()


def quadratic(tau: float) -> tuple[Claim, ...]:
    """Return the claims behind the square-root bound that is free of n, 0 <= tau <= 2.

    >>> [claim.name for claim in quadratic(1.0)]
    ['published_logistic', 'published_simplified_logistic']
    """
    if tau < 1:
        return (published_low, published_simplified_low)
    if tau == 1:
        return (published_logistic, published_simplified_logistic)
    return (n_free_quadratic,) if tau < 2 else (absolute_error_n_free,)


def positive(tau: float) -> tuple[Claim, ...]:
    """Return the claims that the regret is bounded away from zero where the zero-one regret is: calibration."""
    return quadratic(tau) if tau <= 2 else (published_high,)


def growth(tau: float, n: int) -> tuple[Claim, ...]:
    """Return the claims behind the growth of the exact transform near 0, tau < 2."""
    if tau < 1:
        return (*exact(tau, n), growth_low)
    if tau == 1:
        return (*exact(tau, n), growth_logistic)
    near = exact(tau, n) or (_near_zero(), two_classes_attain_middle)
    return (*near, growth_middle)


def guaranteed(tau: float, n: int) -> tuple[Claim, ...]:
    """Return the claims behind `theory.classification.calibration.guaranteed_transform`."""
    if lower_bound(tau, n):
        return lower_bound(tau, n)
    if tau < 2:
        return (published_middle, n_free_quadratic, sharp_quadratic)
    return ()


def _near_zero() -> Claim:
    from theory.classification.cross_entropy.claims_near_zero import two_class_near_zero

    return two_class_near_zero


def _up_to_threshold() -> tuple[Claim, ...]:
    from theory.classification.cross_entropy.claims_threshold import two_class_up_to_threshold

    return (two_class_up_to_threshold,)
