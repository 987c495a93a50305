r"""The multi-focal modifier of multi-label learning, from scores, and the posterior behind a focal prediction.

Source: paper ``learning_in_imperfect_environment``, form as usually quoted: ``-(1-p)^a log p`` of a positive,
``-p^b log(1-p)`` of a negative label, p the sigmoid of the score; the focus may differ from class to class.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import broadcast, quiet, real_arrays, require, restore

__all__ = ["multi_focal_loss", "posterior_behind"]


@quiet
def multi_focal_loss(scores: Any, labels: Any, *, positive_focus: Any = 0.0, negative_focus: Any = 0.0) -> Any:
    """Return the loss of each entry; all arguments broadcast.

    Parameters
    ----------
    scores
        Logits.
    labels
        0 or 1, as numbers.
    positive_focus, negative_focus
        The exponents a and b, not negative; 0 gives binary cross-entropy.

    Raises
    ------
    ValueError
        If a label is neither 0 nor 1, or an exponent is negative.

    Examples
    --------
    >>> round(multi_focal_loss(0.0, 1.0, positive_focus=1.0), 6), round(multi_focal_loss(0.0, 0.0), 6)
    (0.346574, 0.693147)
    """
    xp, (u, y, a, b), scalar = real_arrays(scores, labels, positive_focus, negative_focus)
    require(xp, (y == 0) | (y == 1), y, "labels", "0 or 1")
    require(xp, (a >= 0) & xp.isfinite(a), a, "positive_focus", "finite and >= 0")
    require(xp, (b >= 0) & xp.isfinite(b), b, "negative_focus", "finite and >= 0")
    u, y, a, b = broadcast(xp, scores=u, labels=y, positive_focus=a, negative_focus=b)
    margin, focus = xp.where(y > 0, u, -u), xp.where(y > 0, a, b)
    tail = xp.log1p(xp.exp(-xp.abs(margin)))
    wrong = xp.where(margin < 0, -tail, -margin - tail)  # log of the probability of the other label
    entropy = xp.where(margin < 0, tail - margin, tail)
    return restore(xp.where(focus > 0, xp.exp(focus * wrong), 0 * focus + 1) * entropy, scalar)


@quiet
def posterior_behind(prediction: Any, *, gamma: Any) -> Any:
    r"""Return the posterior whose focal risk is stationary at ``prediction``: the focal loss is not proper.

    It is ``A(1-q)/(A(q) + A(1-q))`` with ``A(q) = (1-q)^gamma/q - gamma (1-q)^(gamma-1) log q``.

    Parameters
    ----------
    prediction
        The probability q, in (0, 1).
    gamma
        Focus, not negative; 0 gives back the prediction.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> round(posterior_behind(0.694212805090, gamma=2), 9), posterior_behind(0.25, gamma=0)
    (0.9, 0.25)
    """
    xp, (q, g), scalar = real_arrays(prediction, gamma)
    require(xp, (q > 0) & (q < 1), q, "prediction", "in (0, 1)")
    require(xp, (g >= 0) & xp.isfinite(g), g, "gamma", "finite and >= 0")
    q, g = broadcast(xp, prediction=q, gamma=g)
    # q (1-q) A(q) = (1-q)^g (1-q - g q log q), and the same for 1-q: what they share drops out of the quotient
    up, down = 1 - q - g * q * xp.log(q), q - g * (1 - q) * xp.log1p(-q)
    odds = up / down * xp.exp(g * (xp.log1p(-q) - xp.log(q)))
    return restore(1 / (1 + odds), scalar)
