r"""The classical binary and multi-class losses as exact SymPy expressions of the loss of one example, and slips.

Every loss takes the scores (a tuple of SymPy expressions) and the index of the label. Binary losses take one score
u and the label 0 (negative) or 1 (positive), with margin ``u`` for label 1 and ``-u`` for label 0; multi-class ones
take a score for each class. `SLIPS` names, for each loss, wrong versions of it that people really write.

Invariances. Binary: the sign of the score and the label may be changed together. Multi-class: any permutation of
the other classes; Crammer-Singer, Weston-Watkins and the max losses also any constant added to all scores, the
constrained ones only scores of sum zero (none is left to add).

Least conditional risk, at posterior (1+t)/2 for binary losses and p otherwise (p_1 the largest):

- hinge ``1 - t`` (score 1), squared hinge ``1 - t^2`` (score t), exponential ``sqrt(1-t^2)`` (score artanh t),
  logistic the entropy of the posterior in nats (score 2 artanh t), sigmoid ``1 - t`` (not attained), rho-margin
  ``(1-t)/2`` (score rho);
- Crammer-Singer ``min(1, 2(1-p_1))`` (equal scores, or class 1 ahead by 1), rho-margin max loss ``1 - p_1``;
- constrained hinge ``n (1-p_1)`` at ``(n-1, -1, ..., -1)``; constrained squared hinge ``n^2/sum 1/(1-p)`` at ``1 + h``
  proportional to ``1/(1-p)``; constrained exponential ``n (prod (1-p))^(1/n)`` at ``e^h`` proportional to ``1/(1-p)``;
- quadratic surrogate ``sum p (1-p)/(2k)`` at ``f = p - 1``.

For a single example the infimum is 0, and 1/2 - 1/2 = 0 for the quadratic surrogate at ``f = -L e_y``; it is
attained except by the logistic, exponential and sigmoid losses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from theory.classification.background.claims_max_losses import crammer_singer, weston_watkins

if TYPE_CHECKING:
    import sympy

__all__ = [
    "LOSSES",
    "SLIPS",
    "constrained_exponential",
    "constrained_hinge",
    "constrained_squared_hinge",
    "crammer_singer",
    "exponential",
    "hinge",
    "logistic",
    "max_rho_margin",
    "quadratic",
    "quadratic_surrogate",
    "rho_margin",
    "sigmoid",
    "weston_watkins",
]

Scores = tuple[Any, ...]
Loss = Callable[..., Any]


def _margin(scores: Scores, label: int) -> Any:
    """The margin of a binary score: labels 0 and 1 count as -1 and 1."""
    (score,) = scores
    return score if label else -score


def _ramp(x: Any) -> sympy.Expr:
    import sympy

    return sympy.Max(0, x)


def hinge(scores: Scores, label: int) -> sympy.Expr:
    """``max(0, 1 - u)``.

    Examples
    --------
    >>> import sympy
    >>> hinge((sympy.Rational(1, 4),), 0)
    5/4
    """
    return _ramp(1 - _margin(scores, label))


def quadratic(scores: Scores, label: int) -> sympy.Expr:
    """``max(0, 1 - u)^2``, the squared hinge."""
    return hinge(scores, label) ** 2


def exponential(scores: Scores, label: int) -> sympy.Expr:
    """``exp(-u)``."""
    import sympy

    return sympy.exp(-_margin(scores, label))


def logistic(scores: Scores, label: int) -> sympy.Expr:
    """``log(1 + exp(-u))``, natural logarithm."""
    import sympy

    return sympy.log(1 + sympy.exp(-_margin(scores, label)))


def sigmoid(scores: Scores, label: int, *, k: Any = 1) -> sympy.Expr:
    """``1 - tanh(k u)``."""
    import sympy

    return 1 - sympy.tanh(k * _margin(scores, label))


def rho_margin(scores: Scores, label: int, *, rho: Any = 1) -> sympy.Expr:
    """``min(max(0, 1 - u/rho), 1)``."""
    import sympy

    return sympy.Min(_ramp(1 - _margin(scores, label) / rho), 1)


def max_rho_margin(scores: Scores, label: int, *, rho: Any = 1) -> sympy.Expr:
    """The rho-margin loss of the smallest margin ``s_y - max_{y' != y} s_y'``."""
    return rho_margin((_smallest_margin(scores, label),), 1, rho=rho)


def _smallest_margin(scores: Scores, label: int) -> sympy.Expr:
    import sympy

    return scores[label] - sympy.Max(*[score for other, score in enumerate(scores) if other != label])


def _constrained(scores: Scores, label: int, phi: Callable[[Any], Any]) -> sympy.Expr:
    import sympy

    return sympy.Add(*[phi(-score) for other, score in enumerate(scores) if other != label])


def constrained_hinge(scores: Scores, label: int) -> sympy.Expr:
    """``sum_{y' != y} max(0, 1 + h_y')``, for scores of sum zero.

    Examples
    --------
    >>> import sympy
    >>> constrained_hinge(tuple(map(sympy.Integer, (2, -1, -1))), 1)
    3
    """
    return _constrained(scores, label, lambda u: _ramp(1 - u))


def constrained_squared_hinge(scores: Scores, label: int) -> sympy.Expr:
    """``sum_{y' != y} max(0, 1 + h_y')^2``, for scores of sum zero."""
    return _constrained(scores, label, lambda u: _ramp(1 - u) ** 2)


def constrained_exponential(scores: Scores, label: int) -> sympy.Expr:
    """``sum_{y' != y} exp(h_y')``, for scores of sum zero."""
    import sympy

    return _constrained(scores, label, lambda u: sympy.exp(-u))


def quadratic_surrogate(scores: Scores, label: int) -> sympy.Expr:
    """``(f_y^2 + sum_{c != y} (1 + f_c)^2)/(2k)``: squared distance of -f from the column of the zero-one loss."""
    import sympy

    others = [(1 + score) ** 2 for other, score in enumerate(scores) if other != label]
    return (scores[label] ** 2 + sympy.Add(*others)) / (2 * len(scores))


# -- slips -----------------------------------------------------------------------------------------------------------


def zero_one_labels(loss: Loss) -> Loss:
    """Return the slip of a binary loss whose labels are multiplied with the score as 0 and 1."""

    def slip(scores: Scores, label: int, **parameters: Any) -> sympy.Expr:
        """Slip: labels 0 and 1 are used where -1 and 1 are meant."""
        return loss(tuple(label * score for score in scores), 1, **parameters)

    return slip


def reversed_sign(loss: Loss) -> Loss:
    """Return the slip of a binary loss that decreases where it should increase."""

    def slip(scores: Scores, label: int, **parameters: Any) -> sympy.Expr:
        """Slip: the sign of the margin is reversed."""
        return loss(scores, 1 - label, **parameters)

    return slip


def centred(loss: Loss) -> Loss:
    """Return the loss of scores from which their mean is taken first."""

    def slip(scores: Scores, label: int) -> sympy.Expr:
        """Slip: the scores are centred first; on scores of sum zero it is the loss."""
        import sympy

        mean = sympy.Add(*scores) / len(scores)
        return loss(tuple(score - mean for score in scores), label)

    return slip


def perceptron(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the margin 1 is missing: the perceptron loss."""
    return _ramp(-_margin(scores, label))


def quadratic_not_squared(scores: Scores, label: int) -> sympy.Expr:
    """Slip: not squared: the hinge loss."""
    return hinge(scores, label)


def quadratic_halved(scores: Scores, label: int) -> sympy.Expr:
    """Slip: halved: half of the square."""
    return quadratic(scores, label) / 2


def square_without_hinge(scores: Scores, label: int) -> sympy.Expr:
    """Slip: not cut off at 1: the squared loss, which punishes confident right scores."""
    return (1 - _margin(scores, label)) ** 2


def logistic_in_bits(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the logarithm is of base 2."""
    import sympy

    return logistic(scores, label) / sympy.log(2)


def logistic_of_probability(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the logistic function is applied before the loss, which applies it again."""
    import sympy

    return logistic((1 / (1 + sympy.exp(-scores[0])),), label)


def sigmoid_halved(scores: Scores, label: int, *, k: Any = 1) -> sympy.Expr:
    """Slip: halved: the logistic function 1/(1+exp(2ku))."""
    return sigmoid(scores, label, k=k) / 2


def sigmoid_by_logistic(scores: Scores, label: int, *, k: Any = 1) -> sympy.Expr:
    """Slip: 1/(1+exp(ku)): half the loss at half the slope."""
    return sigmoid_doubled_logistic(scores, label, k=k) / 2


def sigmoid_doubled_logistic(scores: Scores, label: int, *, k: Any = 1) -> sympy.Expr:
    """Slip: 1 - tanh(ku/2): the logistic function doubled."""
    return sigmoid(scores, label, k=k / 2)


def rho_margin_uncut(scores: Scores, label: int, *, rho: Any = 1) -> sympy.Expr:
    """Slip: not cut off at 1: a hinge."""
    return _ramp(1 - _margin(scores, label) / rho)


def rho_margin_not_scaled(scores: Scores, label: int, *, rho: Any = 1) -> sympy.Expr:
    """Slip: the margin is subtracted from rho, not divided by it (no difference at rho = 1)."""
    import sympy

    return sympy.Min(_ramp(rho - _margin(scores, label)), 1)


def crammer_singer_with_own_class(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the maximum includes the labelled class: never below 1."""
    import sympy

    return sympy.Max(*[1 + score - scores[label] for score in scores])


def crammer_singer_without_margin(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the margin 1 is missing: the perceptron loss."""
    import sympy

    return sympy.Max(*[score - scores[label] for score in scores])


def crammer_singer_summed(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the sum in place of the maximum: Weston-Watkins."""
    return weston_watkins(scores, label)


def weston_watkins_with_own_class(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the own class is counted: 1 too much."""
    return weston_watkins(scores, label) + 1


def weston_watkins_mean(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the mean over the classes in place of the sum: 1/n times the loss."""
    return weston_watkins(scores, label) / len(scores)


def weston_watkins_squared(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the hinges are squared."""
    import sympy

    others = [score for other, score in enumerate(scores) if other != label]
    return sympy.Add(*[_ramp(1 + score - scores[label]) ** 2 for score in others])


def weston_watkins_largest(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the maximum in place of the sum: Crammer-Singer."""
    return crammer_singer(scores, label)


def max_rho_margin_uncut(scores: Scores, label: int, *, rho: Any = 1) -> sympy.Expr:
    """Slip: not cut off at 1: a hinge of the smallest margin."""
    return rho_margin_uncut((_smallest_margin(scores, label),), 1, rho=rho)


def constrained_hinge_with_own_class(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the labelled class is summed over too: its own score is pushed down."""
    return constrained_hinge(scores, label) + _ramp(1 + scores[label])


def constrained_hinge_of_wrong_sign(scores: Scores, label: int) -> sympy.Expr:
    """Slip: max(0, 1 - h): the other classes' scores are pushed up."""
    return _constrained(scores, label, lambda u: _ramp(1 + u))


def constrained_squared_hinge_not_squared(scores: Scores, label: int) -> sympy.Expr:
    """Slip: not squared: hinges."""
    return constrained_hinge(scores, label)


def constrained_exponential_mean(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the mean over the other classes in place of the sum."""
    return constrained_exponential(scores, label) / (len(scores) - 1)


def quadratic_surrogate_of_one_hot(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the distance from the one-hot label: the scores that this fits are those plus 1."""
    import sympy

    others = [score**2 for other, score in enumerate(scores) if other != label]
    return ((1 - scores[label]) ** 2 + sympy.Add(*others)) / (2 * len(scores))


def quadratic_surrogate_not_divided(scores: Scores, label: int) -> sympy.Expr:
    """Slip: the factor 1/k is missing: the calibration function is then eps^2/4 for every k."""
    return quadratic_surrogate(scores, label) * len(scores)


LOSSES: dict[str, Loss] = {
    "hinge": hinge,
    "quadratic": quadratic,
    "exponential": exponential,
    "logistic": logistic,
    "sigmoid": sigmoid,
    "rho_margin": rho_margin,
    "crammer_singer": crammer_singer,
    "weston_watkins": weston_watkins,
    "max_rho_margin": max_rho_margin,
    "constrained_hinge": constrained_hinge,
    "constrained_squared_hinge": constrained_squared_hinge,
    "constrained_exponential": constrained_exponential,
    "quadratic_surrogate": quadratic_surrogate,
}


def _binary_slips(loss: Loss, *own: Loss) -> tuple[Loss, ...]:
    return (zero_one_labels(loss), reversed_sign(loss), *own)


SLIPS: dict[str, tuple[Loss, ...]] = {
    "hinge": _binary_slips(hinge, perceptron),
    "quadratic": _binary_slips(quadratic, quadratic_not_squared, quadratic_halved, square_without_hinge),
    "exponential": _binary_slips(exponential),
    "logistic": _binary_slips(logistic, logistic_in_bits, logistic_of_probability),
    "sigmoid": _binary_slips(sigmoid, sigmoid_halved, sigmoid_by_logistic, sigmoid_doubled_logistic),
    "rho_margin": _binary_slips(rho_margin, rho_margin_uncut, rho_margin_not_scaled),
    "crammer_singer": (crammer_singer_with_own_class, crammer_singer_without_margin, crammer_singer_summed),
    "weston_watkins": (
        weston_watkins_with_own_class,
        weston_watkins_mean,
        weston_watkins_squared,
        weston_watkins_largest,
    ),
    "max_rho_margin": (max_rho_margin_uncut,),
    "constrained_hinge": (
        constrained_hinge_with_own_class,
        constrained_hinge_of_wrong_sign,
        centred(constrained_hinge),
    ),
    "constrained_squared_hinge": (constrained_squared_hinge_not_squared, centred(constrained_squared_hinge)),
    "constrained_exponential": (constrained_exponential_mean, centred(constrained_exponential)),
    "quadratic_surrogate": (quadratic_surrogate_of_one_hot, quadratic_surrogate_not_divided),
}
