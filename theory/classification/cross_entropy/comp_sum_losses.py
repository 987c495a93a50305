r"""The comp-sum losses as references: the exact forms that `lossproof conform` holds an implementation against.

With scores s and label y, and :math:`S = \mathrm{softmax}(s)_y`:

.. math:: \Phi^\tau = \frac{1 - S^{\tau-1}}{\tau-1}, \qquad \tau = 1: -\log S, \qquad \tau = 2: 1 - S.

Cross-entropy (tau = 1) and mean absolute error (tau = 2, up to the factor 2 that some write) have names of their own.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.classification.posteriors import entropy, log_posterior
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_LABEL, Minimum, Reference, Slip

__all__ = ["COMP_SUM", "CROSS_ENTROPY", "MEAN_ABSOLUTE_ERROR"]

_POSTERIORS = (
    (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)),
    (Fraction(1, 4), Fraction(1, 8), Fraction(5, 8)),
    (Fraction(9, 20), Fraction(7, 20), Fraction(1, 20), Fraction(3, 20)),
)


def probability(scores: tuple[Any, ...], label: int) -> Any:
    """Return softmax(scores)[label].

    Examples
    --------
    >>> probability((0, 0, 0, 0), 2)
    1/4
    """
    import sympy

    return 1 / sympy.Add(*[sympy.exp(score - scores[label]) for score in scores])


def comp_sum(scores: tuple[Any, ...], label: int, tau: Any) -> Any:
    """Return the comp-sum loss of one example, tau >= 0.

    Examples
    --------
    >>> comp_sum((0, 0, 0, 0), 2, 2), comp_sum((0, 0, 0, 0), 2, 1)
    (3/4, log(4))
    """
    import sympy

    tau = sympy.sympify(tau)
    own = probability(scores, label)
    return -sympy.log(own) if tau == 1 else (1 - own ** (tau - 1)) / (tau - 1)


def cross_entropy(scores: tuple[Any, ...], label: int) -> Any:
    """Return log sum exp(scores) - scores[label]."""
    import sympy

    return sympy.log(sympy.Add(*map(sympy.exp, scores))) - scores[label]


def mean_absolute_error(scores: tuple[Any, ...], label: int) -> Any:
    """Return 1 - softmax(scores)[label]."""
    return 1 - probability(scores, label)


def softmax_twice(scores: tuple[Any, ...], label: int) -> Any:
    """Probabilities are handed to a function that expects scores."""
    return cross_entropy(tuple(probability(scores, k) for k in range(len(scores))), label)


def sum_of_logarithms(scores: tuple[Any, ...], label: int) -> Any:
    """Log A + log B for log(A + B): the logarithm is taken term by term."""
    import sympy

    return sympy.Add(*scores) - scores[label]


def own_class_left_out(scores: tuple[Any, ...], label: int) -> Any:
    """The normalisation runs over the other classes only."""
    import sympy

    return sympy.log(sympy.Add(*[sympy.exp(s) for k, s in enumerate(scores) if k != label])) - scores[label]


def mean_for_sum(scores: tuple[Any, ...], label: int) -> Any:
    """The mean over the classes in place of the sum: too small by log n."""
    import sympy

    return cross_entropy(scores, label) - sympy.log(len(scores))


def sigmoid_of_own_score(scores: tuple[Any, ...], label: int) -> Any:
    """Sigmoid for softmax: the other scores do not enter."""
    import sympy

    return sympy.log(1 + sympy.exp(-scores[label]))


def _epsilon(amount: Fraction) -> Any:
    def loss(scores: tuple[Any, ...], label: int) -> Any:
        import sympy

        return -sympy.log(probability(scores, label) + sympy.Rational(amount))

    return loss


def smoothed(scores: tuple[Any, ...], label: int) -> Any:
    """Cross-entropy against labels smoothed by 1/10."""
    import sympy

    spread = sympy.Rational(1, 10 * len(scores)) * sympy.Add(*[cross_entropy(scores, k) for k in range(len(scores))])
    return sympy.Rational(9, 10) * cross_entropy(scores, label) + spread


def signed_error(scores: tuple[Any, ...], label: int) -> Any:
    """Sum of one-hot minus probabilities without the absolute value: identically 0."""
    import sympy

    return sympy.Add(*[int(k == label) - probability(scores, k) for k in range(len(scores))])


def absolute_sum(scores: tuple[Any, ...], label: int) -> Any:
    """Sum over all classes of |one-hot - probability|: twice the loss."""
    return 2 * mean_absolute_error(scores, label)


def absolute_mean(scores: tuple[Any, ...], label: int) -> Any:
    """Mean over the classes of |one-hot - probability|: 2/n times the loss."""
    import sympy

    return 2 * mean_absolute_error(scores, label) / sympy.Integer(len(scores))


def _tilted(p: tuple[Any, ...], tau: Any) -> tuple[Any, ...]:
    """The minimising softmax is proportional to p^a, a = 1/(2-tau), for tau < 2."""
    import sympy

    return tuple(sympy.log(x) / (2 - tau) for x in p)


def _tilted_risk(p: tuple[Any, ...], tau: Any) -> Any:
    import sympy

    if tau == 1:
        return entropy(p)
    norm = sympy.Add(*[x ** (1 / (2 - tau)) for x in p]) ** (2 - tau)
    return (1 - norm) / (tau - 1)


CROSS_ENTROPY = Reference(
    paper="comp_sum",
    name="cross_entropy",
    where="comp-sum losses, tau = 1 (logistic loss)",
    says=r"\log\sum_{y'}e^{s_{y'}}-s_y",
    inputs=SCORES_LABEL,
    loss=cross_entropy,
    invariances=(shift(), reorder_classes()),
    minimum=Minimum("the entropy of p, at the scores log p", log_posterior, entropy, _POSTERIORS),
    slips=(
        Slip("softmax twice: probabilities were given where scores are expected", softmax_twice),
        Slip("log A + log B for log(A + B): the logarithm is taken term by term", sum_of_logarithms),
        Slip("the own class is left out of the normalisation", own_class_left_out),
        Slip("the mean over the classes in place of the sum inside the logarithm", mean_for_sum),
        Slip("sigmoid in place of softmax: the other scores do not enter", sigmoid_of_own_score),
        Slip("1e-7 is added inside the logarithm", _epsilon(Fraction(1, 10**7))),
        Slip("1e-8 is added inside the logarithm", _epsilon(Fraction(1, 10**8))),
        Slip("labels are smoothed by 0.1", smoothed),
    ),
    claims=(
        "comp_sum.published_logistic",
        "comp_sum.published_simplified_logistic",
        "comp_sum.minimum_logistic",
        "comp_sum.tight_logistic",
        "comp_sum.growth_logistic",
        "comp_sum.convex_logistic",
        "comp_sum.expected_regret_logistic",
    ),
)

COMP_SUM = Reference(
    paper="comp_sum",
    name="comp_sum",
    where="comp-sum losses",
    says=r"\Phi^\tau=\frac{1-S_y^{\tau-1}}{\tau-1}",
    inputs=SCORES_LABEL,
    loss=comp_sum,
    parameters={"tau": Fraction(3, 2)},
    invariances=(shift(), reorder_classes()),
    minimum=Minimum("softmax proportional to p^(1/(2-tau))", _tilted, _tilted_risk, _POSTERIORS),
    claims=("comp_sum.*",),
)

MEAN_ABSOLUTE_ERROR = Reference(
    paper="comp_sum",
    name="mean_absolute_error",
    where="comp-sum losses, tau = 2",
    says=r"1-S_y",
    inputs=SCORES_LABEL,
    loss=mean_absolute_error,
    invariances=(shift(), reorder_classes()),
    slips=(
        Slip("the absolute value is missing: the sum is 0 for all scores", signed_error),
        Slip("the sum over all classes: twice the loss", absolute_sum),
        Slip("the mean over the classes: 2/n times the loss", absolute_mean),
    ),
    claims=(
        "comp_sum.mean_absolute_error_*",
        "comp_sum.absolute_error_n_free",
        "comp_sum.expected_regret_absolute_error",
    ),
)
