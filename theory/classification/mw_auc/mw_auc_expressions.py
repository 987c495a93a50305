"""The Mann-Whitney and the contrastive loss as exact expressions, and wrong variants that people write.

Scores are tuples of SymPy expressions or exact numbers. `mann_whitney` is invariant under a common shift of all scores
and under permutations of either tuple; `infonce` under a shift of all scores of the query. Both have the
infimum 0, which is not attained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

Numbers = tuple[Any, ...]

__all__ = [
    "LOSSES",
    "SLIPS",
    "infonce",
    "infonce_mean_of_negatives",
    "infonce_multiplied_temperature",
    "infonce_of_negatives_only",
    "infonce_of_similarities",
    "mann_whitney",
    "mann_whitney_in_nats",
    "mann_whitney_of_means",
    "mann_whitney_of_partners",
    "mann_whitney_summed",
    "mann_whitney_wrong_sign",
]


def _softplus(u: Any) -> sympy.Expr:
    import sympy

    return sympy.log(1 + sympy.exp(sympy.sympify(u)))


def mann_whitney(positives: Numbers, negatives: Numbers, base: Any = 2) -> sympy.Expr:
    """Mean of ``log_base(1 + exp(-(s+ - s-)))`` over all pairs; with base 2 an upper bound of 1 - AUC.

    Examples
    --------
    >>> mann_whitney((0, 1), (0, 1)).subs({}).is_positive
    True
    """
    return mann_whitney_summed(positives, negatives, base) / (len(positives) * len(negatives))


def mann_whitney_summed(positives: Numbers, negatives: Numbers, base: Any = 2) -> sympy.Expr:
    """Slip: the sum over the pairs instead of the mean."""
    import sympy

    return sum(_softplus(n - p) for p in positives for n in negatives) / sympy.log(base)


def mann_whitney_in_nats(positives: Numbers, negatives: Numbers, base: Any = 2) -> sympy.Expr:
    """Slip: the natural logarithm whatever the base; then it does not bound 1 - AUC."""
    import sympy

    return mann_whitney(positives, negatives, sympy.E)


def mann_whitney_wrong_sign(positives: Numbers, negatives: Numbers, base: Any = 2) -> sympy.Expr:
    """Slip: the order of positive and negative is exchanged."""
    return mann_whitney(negatives, positives, base)


def mann_whitney_of_partners(positives: Numbers, negatives: Numbers, base: Any = 2) -> sympy.Expr:
    """Slip: pairs the i-th positive with the i-th negative only, instead of all with all."""
    import sympy

    partners = list(zip(positives, negatives, strict=False))
    return sum(_softplus(n - p) for p, n in partners) / (len(partners) * sympy.log(base))


def mann_whitney_of_means(positives: Numbers, negatives: Numbers, base: Any = 2) -> sympy.Expr:
    """Slip: the loss of the mean score difference instead of the mean loss."""
    import sympy

    means = [sympy.Rational(1, len(scores)) * sum(scores) for scores in (positives, negatives)]
    return _softplus(means[1] - means[0]) / sympy.log(base)


def infonce(positive: Any, negatives: Numbers, temperature: Any = 1) -> sympy.Expr:
    """``log(1 + sum_j exp((s_j - s+)/temperature))``, the contrastive loss of one query in nats.

    Examples
    --------
    >>> infonce(0, (0, 0))
    log(3)
    """
    import sympy

    return sympy.log(1 + sum(sympy.exp((sympy.sympify(s) - positive) / temperature) for s in negatives))


def infonce_of_negatives_only(positive: Any, negatives: Numbers, temperature: Any = 1) -> sympy.Expr:
    """Slip: the positive is left out of the denominator (that is the decoupled loss; it is unbounded below)."""
    import sympy

    return sympy.log(sum(sympy.exp((sympy.sympify(s) - positive) / temperature) for s in negatives))


def infonce_multiplied_temperature(positive: Any, negatives: Numbers, temperature: Any = 1) -> sympy.Expr:
    """Slip: multiplies by the temperature instead of dividing (the same at temperature 1)."""
    import sympy

    return infonce(positive, negatives, 1 / sympy.sympify(temperature))


def infonce_mean_of_negatives(positive: Any, negatives: Numbers, temperature: Any = 1) -> sympy.Expr:
    """Slip: the mean of the negatives' exponentials instead of their sum."""
    import sympy

    terms = [sympy.exp((sympy.sympify(s) - positive) / temperature) for s in negatives]
    return sympy.log(1 + sum(terms) / len(terms))


def infonce_of_similarities(positive: Any, negatives: Numbers, temperature: Any = 1) -> sympy.Expr:
    """Slip: divides similarities by their sum without exponentials."""
    import sympy

    total = sympy.sympify(positive) + sum(negatives)
    return sympy.log(total / positive) / temperature


LOSSES = (mann_whitney, infonce)
SLIPS = {
    mann_whitney: (
        mann_whitney_summed, mann_whitney_in_nats, mann_whitney_wrong_sign, mann_whitney_of_partners,
        mann_whitney_of_means,
    ),
    infonce: (
        infonce_of_negatives_only, infonce_multiplied_temperature, infonce_mean_of_negatives, infonce_of_similarities,
    ),
}  # fmt: skip
