"""How many flops a step of a sequential kernel takes, counted by hand beside its scalar body.

A sum, difference, product, quotient, root, exponential or logarithm of real numbers is one flop; comparisons, integers,
random numbers, draws of a label from its chances and what a compiler computes beforehand are none. An exponential of
`experiments.mirror_descent.exp3_scalar` is a polynomial and counts as what it is made of. Tests count the same bodies
again, with numbers that count their own operations.
"""

from __future__ import annotations

__all__ = ["episode_flops", "exp3_flops", "flow_flops"]

_EXPONENTIAL = 2 + 4 + 28 + 1  # nearest whole number, remainder, series, power of 1/2


def exp3_flops(arms: int, rounds: int, losses: int) -> int:
    """Return the flops of rounds of EXP3 on arms that do not change, in some of which there was a loss.

    A round: the point that is drawn in the sum of weights, losses of all arms, the mean loss. After a loss: 1/p, the
    sums, the estimate, the weight and the exponential, the running sums of weights, the slack. Weights that are made
    anew (rarely) are left out.

    Examples
    --------
    >>> exp3_flops(arms=2, rounds=1, losses=0), exp3_flops(arms=2, rounds=1, losses=1)
    (4, 52)
    """
    return rounds * (arms + 2) + losses * (1 + 3 + 2 + _EXPONENTIAL + arms + 5)


def episode_flops(length: int, states: int, actions: int, size: int) -> int:
    """Return the flops of an episode of exponential weights that know the covariance and do not reduce the variance.

    Parameters
    ----------
    length, states, actions, size
        Layers, states and actions of each, and dimension of the features.

    Examples
    --------
    >>> episode_flops(length=1, states=1, actions=1, size=1)
    64
    """
    pairs = length * states * actions
    weigh = 2 * length * size
    choose = 5 * pairs
    visit = pairs * (1 + 2 * size) + (length - 1) * states * actions * 2 * states
    moments = 4 * length * size
    cholesky = size * (size + 1) + size * (size**2 - 1) // 3
    know = pairs * (1 + 3 * size**2) + length * (cholesky + 2 * size**3)
    bonus = pairs * (2 * size**2 + 2 * size + 3 + 4) + (length - 1) * states * actions * (2 * states + 1)
    price = length * (2 * size + 1 + 2 * size**2) + bonus + pairs * (2 * size + 4)
    record = 8 * pairs + 10 * length * states + 2
    return weigh + choose + visit + moments + know + price + record


def flow_flops(depth: int, width: int, classes: int, samples: int, *, squared: bool, bias: bool) -> int:
    """Return the flops of a round of the gradient flow whose step is taken; one that is refused takes up to 4 less.

    Examples
    --------
    >>> flow_flops(1, 2, 2, 2, squared=True, bias=False)
    320
    """
    parameters = (depth - 1) * width**2 + classes * width + width * samples + classes * bias
    energy = _energy(depth, width, classes, samples, squared=squared, bias=bias) + 5 * parameters
    return 2 * energy + 14 * parameters + 14  # the energies; the trial, its change and four lengths; the rules


def _energy(depth: int, width: int, classes: int, samples: int, *, squared: bool, bias: bool) -> int:
    loss = 4 * classes * samples + 1 if squared else samples * (8 * classes + 4)
    logits = classes * samples * (2 * width - 1) + 2 * classes * samples * bias  # there and back
    back = width * samples * (2 * classes - 1) + 2 * classes * width * samples
    heights = [width] * (depth - 2) + [classes] * (depth > 1)  # of all matrices but the first
    chain = sum(rows * width * (2 * width - 1) for rows in heights)
    pulls = sum(2 * rows * width**2 + width**2 * (2 * rows - 1) for rows in heights)
    return loss + logits + back + chain + pulls
