r"""Weights of samples from their likelihood in the dataset: ``eta + (1-p)^gamma``.

Source: paper ``datasetequity``, form as usually quoted.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import broadcast, real_arrays, require, restore

__all__ = ["sample_weight"]


def sample_weight(likelihood: Any, *, eta: Any = 1.0, gamma: Any = 1.0) -> Any:
    """Return ``eta + (1 - likelihood)^gamma``: rare samples weigh more; 0^0 is read as 1.

    Parameters
    ----------
    likelihood
        In [0, 1].
    eta, gamma
        Least weight and focus, not negative.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> sample_weight(0.5, eta=1.0, gamma=2.0), sample_weight(1.0, gamma=0.0)
    (1.25, 2.0)
    """
    xp, (p, e, g), scalar = real_arrays(likelihood, eta, gamma)
    require(xp, (p >= 0) & (p <= 1), p, "likelihood", "in [0, 1]")
    require(xp, (e >= 0) & xp.isfinite(e), e, "eta", "finite and >= 0")
    require(xp, (g >= 0) & xp.isfinite(g), g, "gamma", "finite and >= 0")
    p, e, g = broadcast(xp, likelihood=p, eta=e, gamma=g)
    return restore(e + (1 - p) ** g, scalar)
