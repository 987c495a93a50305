r"""Exact expected bias of the two losses without ridge, at every size; their variances are in `bags`.

theta0 is fixed, of squared norm r^2, and theta the estimate of the loss without noise, of least norm where there are
several. Z1 are the bag means times the root of m, B = n/m rows, Z2 the contrasts within bags, n - B rows; both are
standard normal, and W1 = Z1'Z1, W2 = Z2'Z2.

* Bag-level, ``B >= d``: theta = theta0. ``B < d``: theta is the projection of theta0 on a uniform subspace of
  dimension B, and the bias ``r^2 (1 - B/d)``.
* Instance-level, ``n > d + 1``: ``theta - theta0 = -W^-1 W2 theta0`` with W = W1 + W2, and the law does not depend on
  the direction of theta0, so that the bias is ``(r^2/d) E tr(V W^-1 V W)`` for ``V = W^-1/2 W2 W^-1/2``, which is
  independent of W and keeps its law under rotations. For a fixed symmetric A, ``E V A V = a A + c tr(A) I``, with

      c = E V_12^2 = B (n - B)/((n - 1) n (n + 2)),    a + c = E V_11^2 = (n - B)(n - B + 2)/(n (n + 2)),

  since V_11 and V_12 are sums over n - B rows of two orthonormal columns that are uniform. And
  ``E tr W tr W^-1 = d (n d - 2)/(n - d - 1)``, as tr W is chi-square and independent of W/tr W.
* Instance-level, ``n < d - 1``: with the Gram matrix S of all n rows, uniform directions of their span, and the block
  S_11 of the B bag means, ``theta = H' S^-1/2 D S^1/2 H theta0``, so that the bias is
  ``(r^2/d) (d - 2 B + E tr S_11 (S^-1)_11)``. The inverse block is that of the Schur complement, which has d - n + B
  degrees of freedom and is independent of what completes it to S_11, a Wishart matrix of n - B: the expectation of the
  trace is ``B + B (n - B)/(d - n - 1)``.
"""

from __future__ import annotations

from theory.arrays import real_arrays
from theory.regression.aggregate.bags import bag_level_variance, instance_level_variance

__all__ = ["bag_level_bias", "bag_level_risk", "instance_level_bias", "instance_level_risk"]


def bag_level_bias(examples: int, features: int, bag_size: int, signal_power: float = 1.0) -> float:
    r"""Return the exact expected bias of least squares on the bag means, or of its least-norm solution.

    0 for ``B = n/m >= d`` bags, else ``r^2 (1 - B/d)``.

    Parameters
    ----------
    examples, features, bag_size : int
        n, d, m >= 1; m divides n.
    signal_power : float
        r^2 >= 0.

    Raises
    ------
    ValueError
        If a number is out of range or m does not divide n.

    Notes
    -----
    Source: derived (paper key aggregate).

    Examples
    --------
    >>> bag_level_bias(40, 10, 2), bag_level_bias(40, 10, 8)
    (0.0, 0.5)
    """
    _, d, bags, power = _checked(examples, features, bag_size, signal_power)
    return power * max(0, d - bags) / d


def instance_level_bias(examples: int, features: int, bag_size: int, signal_power: float = 1.0) -> float:
    r"""Return the exact expected bias of least squares on all examples, each with its bag's mean response.

    With ``B = n/m`` and ``p = n - B``

        r^2 p (p + 2 + B (n + 1)(d - 1)/((n - 1)(n - d - 1)))/(n (n + 2))    for n > d + 1,
        r^2 (1 - B/d + B p/(d (d - n - 1)))                                  for n < d - 1 (least norm),

    and infinite between, except for bags of one: these have ``r^2 max(0, 1 - n/d)`` at every size.

    Parameters
    ----------
    examples, features, bag_size : int
        n, d, m >= 1; m divides n.
    signal_power : float
        r^2 >= 0.

    Raises
    ------
    ValueError
        If a number is out of range or m does not divide n.

    Notes
    -----
    Source: derived (paper key aggregate).

    Examples
    --------
    >>> instance_level_bias(4, 1, 2)  # E V^2 for a Beta(1, 1) number V
    0.3333333333333333
    >>> round(instance_level_bias(2400, 600, 3), 3), instance_level_bias(12, 12, 3), instance_level_bias(12, 12, 1)
    (0.519, inf, 0.0)
    """
    n, d, bags, power = _checked(examples, features, bag_size, signal_power)
    within, free = n - bags, abs(n - d) - 1
    if within == 0 or power == 0:
        return power * max(0, d - n) / d
    if d == 1 and n > 1:  # W cancels
        return power * within * (within + 2) / (n * (n + 2))
    if free <= 0:
        return float("inf")
    if n > d:
        spread = bags * (n + 1) * (d - 1) / ((n - 1) * free)
        return power * within * (within + 2 + spread) / (n * (n + 2))
    return power * (1 - bags / d + bags * within / (d * free))


def bag_level_risk(
    examples: int, features: int, bag_size: int, noise_variance: float, signal_power: float = 1.0
) -> float:
    r"""Return the exact expected risk of least squares on the bag means; parameters as for bias and variance.

    Examples
    --------
    >>> bag_level_risk(40, 10, 2, 1.0) == 10 / 9
    True
    """
    bias = bag_level_bias(examples, features, bag_size, signal_power)
    return bias + bag_level_variance(examples, features, bag_size, noise_variance)


def instance_level_risk(
    examples: int, features: int, bag_size: int, noise_variance: float, signal_power: float = 1.0
) -> float:
    r"""Return the exact expected risk of least squares on all examples; parameters as for bias and variance.

    Examples
    --------
    >>> from theory.regression.bags import asymptotic_risk
    >>> limit = asymptotic_risk(0.25, 3, 1.0, 0.0, 1.0).risk
    >>> [round(n * (instance_level_risk(n, n // 4, 3, 1.0) - limit), 3) for n in (120, 1200, 12000)]
    [0.388, 0.394, 0.395]
    """
    bias = instance_level_bias(examples, features, bag_size, signal_power)
    return bias + instance_level_variance(examples, features, bag_size, noise_variance)


def _checked(examples: int, features: int, bag_size: int, signal_power: float) -> tuple[int, int, int, float]:
    bag_level_variance(examples, features, bag_size, 0.0)  # says what is out of range
    (power,) = real_arrays(signal_power)[1]
    if power.ndim or not 0 <= float(power) < float("inf"):
        raise ValueError(f"signal_power must be a finite number >= 0, got {signal_power!r}")
    return int(examples), int(features), int(examples) // int(bag_size), float(power)
