r"""How many observations or batches a test needs, computed before sampling.

For betting, a unit of capital grows at the rate ``E log(1 + c (r - 1))`` of its best fraction c, where r is what a
unit of stake pays. The logarithm is concave, so among all laws on ``[low, high]`` of a given mean it is least for the
one on the two ends: planning with that law (`betting_size`) is planning for the worst. There the rate of the best of
all fractions is the Kullback-Leibler divergence between coins (`divergence`). Nothing here looks at data.

>>> betting_size(0.3, 0.5, error=1e-4)
158
>>> sign_test_size(0.8, error=0.01, power=0.9)
38
"""

from __future__ import annotations

import math

import numpy as np

from experiments.sequential import FRACTIONS

_LARGEST = 10**7  # a plan beyond this is no plan


def divergence(mean: float, bound: float) -> float:
    """Return the Kullback-Leibler divergence, in nats, of a coin of probability ``mean`` from one of ``bound``.

    >>> round(divergence(0.3, 0.5), 6), divergence(0.0, 0.5) == math.log(2)
    (0.082283, True)
    """
    if not (0.0 <= mean <= 1.0 and 0.0 < bound < 1.0):
        raise ValueError(f"mean = {mean}, bound = {bound}; allowed: mean in [0, 1], bound in (0, 1)")
    heads = mean * math.log(mean / bound) if mean else 0.0
    tails = (1.0 - mean) * math.log((1.0 - mean) / (1.0 - bound)) if mean < 1.0 else 0.0
    return heads + tails


def betting_growth(mean: float, bound: float, *, low: float = 0.0, high: float = 1.0) -> float:
    """Return the expected growth, in nats an observation, of the best declared fraction for the two-point law.

    Parameters
    ----------
    mean
        The true mean; the null that is to be rejected has ``bound`` on the other side of it.
    bound
        Strictly between ``low`` and ``high``.
    low, high
        Range of the observations.

    Returns
    -------
    float
        At most the divergence; a lower bound for every law on the range with that mean.
    """
    if not low <= mean <= high or not low < bound < high:
        raise ValueError(f"mean = {mean}, bound = {bound}; allowed: mean in, bound strictly in [{low}, {high}]")
    p, b = (mean - low) / (high - low), (bound - low) / (high - low)
    if p < b:
        p, b = 1.0 - p, 1.0 - b
    fractions = np.asarray(FRACTIONS)
    rates = p * np.log1p(fractions * (1.0 / b - 1.0)) + (1.0 - p) * np.log1p(-fractions)
    return max(0.0, float(rates.max()))


def betting_size(mean: float, bound: float, *, error: float, low: float = 0.0, high: float = 1.0) -> int:
    """Return about how many observations the test of a mean needs on average.

    The capital must grow to ``1 / error`` from its share ``1 / len(FRACTIONS)`` of the best fraction. The mean
    stopping time lies somewhat below, since other fractions win too; a law of less variance than the two-point one
    stops much earlier.

    Raises
    ------
    ValueError
        If the mean is at the bound or so near that more than 10^7 observations were needed.
    """
    growth = betting_growth(mean, bound, low=low, high=high)
    need = _needed(error)
    if growth * _LARGEST < need:
        raise ValueError(f"a mean of {mean} cannot be told from {bound} with {_LARGEST} observations")
    return math.ceil(need / growth)


def betting_gap(
    bound: float, observations: int, *, above: bool, error: float, low: float = 0.0, high: float = 1.0
) -> float:
    """Return how far from a bound a mean must be for `betting_size` to be at most the number of observations.

    Parameters
    ----------
    bound, error, low, high
        As in `betting_size`.
    observations
        The cap that is planned.
    above
        On which side of the bound the mean is.

    Returns
    -------
    float
        Infinite if no mean in the range is told from the bound with so few.

    Examples
    --------
    >>> round(betting_gap(0.5, 158, above=False, error=1e-4), 2)
    0.2
    """
    need = _needed(error)
    far = high if above else low

    def enough(gap: float) -> bool:
        mean = bound + math.copysign(gap, far - bound)
        return betting_growth(mean, bound, low=low, high=high) * observations >= need

    short, reached = 0.0, abs(far - bound)
    if not enough(reached):
        return math.inf
    for _ in range(50):
        middle = (short + reached) / 2.0
        short, reached = (short, middle) if enough(middle) else (middle, reached)
    return reached


def sign_test_power(batches: int, probability: float, *, error: float) -> float:
    """Return the exact power of the one-sided binomial sign test.

    Parameters
    ----------
    batches
        Number of signs.
    probability
        Of the sign that speaks against the null.
    error
        Of the test.

    Examples
    --------
    >>> round(sign_test_power(7, 1.0, error=0.01), 12), sign_test_power(6, 1.0, error=0.01)
    (1.0, 0.0)
    """
    from scipy import stats

    _check_probability("error", error)
    if batches < 1 or not 0.0 <= probability <= 1.0:
        raise ValueError(f"batches = {batches}, probability = {probability}; allowed: batches >= 1, one in [0, 1]")
    least = int(stats.binom.isf(error, batches, 0.5)) + 1  # the fewest signs that reject: P(N >= least) <= error
    return float(stats.binom.sf(least - 1, batches, probability))


def sign_test_size(probability: float, *, error: float, power: float = 0.9) -> int:
    """Return the fewest batches from which on, for the next 100 too, the sign test has the power.

    The power of an exact test is a saw-tooth in the number of batches; a plan should not sit on a tooth.
    """
    _check_probability("power", power)
    if not 0.5 < probability <= 1.0:
        raise ValueError(f"probability is {probability}; more than 1/2 is needed for a sign test to see it")
    batches, run = 1, 0
    while run <= 100:
        enough = sign_test_power(batches, probability, error=error) >= power
        run = run + 1 if enough else 0
        batches += 1
        if batches > 10**5:
            raise ValueError(f"a probability of {probability} needs more than {10**5} batches")
    return batches - run


def batch_t_power(batches: int, effect: float, *, error: float) -> float:
    """Return the power of the one-sided batch t-test (noncentral t).

    Parameters
    ----------
    batches
        At least 2.
    effect
        Distance of the mean slope from the bound over the standard deviation of a batch's slope.
    error
        Of the test.

    Examples
    --------
    >>> round(batch_t_power(10, 0.0, error=0.05), 6)
    0.05
    """
    from scipy import special, stats

    _check_probability("error", error)
    if batches < 2 or not math.isfinite(effect):
        raise ValueError(f"batches = {batches}, effect = {effect}; allowed: batches >= 2, a finite effect")
    limit = float(-special.stdtrit(batches - 1, error))
    found = float(stats.nct.sf(limit, batches - 1, effect * math.sqrt(batches)))
    if math.isnan(found):
        raise ValueError(f"the power for effect = {effect} at error = {error} is beyond what SciPy can compute")
    return found


def batch_t_size(effect: float, *, error: float, power: float = 0.9) -> int:
    """Return the fewest batches, at least 2, with which the batch t-test has the power.

    Examples
    --------
    >>> batch_t_size(1.0, error=0.05, power=0.9)
    11
    """
    _check_probability("power", power)
    if not effect > 0.0:
        raise ValueError(f"effect is {effect}; a positive number is needed")
    batches = 2
    while batch_t_power(batches, effect, error=error) < power:
        batches += 1
        if batches > 10**4:
            raise ValueError(f"an effect of {effect} standard deviations needs more than {10**4} batches")
    return batches


def _needed(error: float) -> float:
    """Return what the logarithm of the best fraction's capital must grow by."""
    _check_probability("error", error)
    return math.log(len(FRACTIONS)) - math.log(error)


def _check_probability(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} is {value}; a probability strictly between 0 and 1 is needed")
