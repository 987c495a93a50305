r"""Dilated bonuses of a layered process: their table, and the identity that turns regret into them.

``B_h(s, a) = b_h(s, a) + (1 + 1/H) E_{s'} E_{a' ~ pi}[B_{h+1}(s', a')]``. Arrays are (..., H, S, A), the kernel
(..., H-1, S, A, S); leading axes broadcast, an episode starts in state 0 of layer 0. Decided in
`theory.online.adversarial_mdp.claims_mdp_dilated_bonus`. Source: key ``adversarial_mdp``, as usually quoted.
"""

from __future__ import annotations

from typing import Any

from theory.arrays import Array, quiet, real_arrays, require, restore

__all__ = ["backward", "dilated_bonus", "dilation", "regret_terms"]

_ROUNDING = 1e-6  # by which rows of distributions may miss the sum 1: single precision serves


@quiet
def dilation(H: Any) -> Any:
    """Return ``(1 + 1/H)^H``, the largest weight of a bonus: 2 for one layer, below e for any number.

    Examples
    --------
    >>> dilation(1), round(dilation(1000), 4)
    (2.0, 2.7169)
    """
    xp, (H,), scalar = real_arrays(H)
    require(xp, (H >= 1) & xp.isfinite(H), H, "H", "at least 1 and finite")
    return restore((1 + 1 / H) ** H, scalar)


@quiet
def backward(cost: Any, policy: Any, kernel: Any, *, factor: float = 1.0) -> Array:
    """Return ``T_h = cost_h + factor E_{s'} E_{a' ~ policy}[T_{h+1}]``: Q for the factor 1.

    Parameters
    ----------
    cost, policy : arrays (..., H, S, A)
    kernel : array (..., H-1, S, A, S)
        Probabilities of the next state.
    factor
        What a layer counts more than the one before it.

    Raises
    ------
    ValueError
        If the shapes do not fit, something is not finite, or policy or kernel are not distributions.
    """
    xp, (cost, policy, kernel), _ = real_arrays(cost, policy, kernel)
    if cost.ndim < 3 or policy.shape[-3:] != cost.shape[-3:]:
        raise ValueError(f"cost and policy must end in (H, S, A), got {tuple(cost.shape)}, {tuple(policy.shape)}")
    layers, states, actions = cost.shape[-3:]
    if tuple(kernel.shape[-4:]) != (layers - 1, states, actions, states):
        allowed = (layers - 1, states, actions, states)
        raise ValueError(f"kernel must end in (H-1, S, A, S) = {allowed}, got {tuple(kernel.shape)}")
    for name, array in (("cost", cost), ("policy", policy), ("kernel", kernel)):
        require(xp, xp.isfinite(array), array, name, "finite")
    _require_distributions(xp, policy, "policy")
    _require_distributions(xp, kernel, "kernel")
    table = cost[..., layers - 1, :, :]
    found = [table]
    for h in range(layers - 2, -1, -1):
        value = xp.sum(policy[..., h + 1, :, :] * table, axis=-1)
        ahead = xp.sum(kernel[..., h, :, :, :] * value[..., None, None, :], axis=-1)
        table = cost[..., h, :, :] + factor * ahead
        found.append(table)
    return xp.stack(xp.broadcast_arrays(*found[::-1]), axis=-3)


def dilated_bonus(bonus: Any, policy: Any, kernel: Any) -> Array:
    """Return the dilated bonus; arguments as of `backward`.

    Examples
    --------
    >>> import numpy as np
    >>> kernel = np.ones((1, 1, 1, 1))
    >>> dilated_bonus([[[1.0]], [[2.0]]], [[[1.0]], [[1.0]]], kernel).tolist()  # 1 + (1 + 1/2) 2
    [[[4.0]], [[2.0]]]
    """
    _, (table,), _ = real_arrays(bonus)
    layers = table.shape[-3] if table.ndim >= 3 else 1
    return backward(bonus, policy, kernel, factor=1 + 1 / layers)


@quiet
def regret_terms(loss: Any, bonus: Any, policy: Any, comparator: Any, kernel: Any) -> tuple[Array, Array]:
    """Return X and ``(1 + 1/H) <pi, B_1>(s_1)``: they add up to the regret ``V^pi - V^pi*``, exactly.

    Parameters
    ----------
    loss, bonus, policy, comparator : arrays (..., H, S, A)
    kernel : array (..., H-1, S, A, S)

    Examples
    --------
    >>> import numpy as np
    >>> kernel, loss = np.full((1, 2, 2, 2), 0.5), np.arange(8.0).reshape(2, 2, 2)
    >>> uniform, first = np.full((2, 2, 2), 0.5), np.zeros((2, 2, 2))
    >>> first[..., 0] = 1.0  # the better action everywhere: half a loss less in each layer
    >>> X, bonus = regret_terms(loss, loss**2, uniform, first, kernel)
    >>> float(X + bonus)
    1.0
    """
    Q, B = backward(loss, policy, kernel), dilated_bonus(bonus, policy, kernel)
    xp, (Q, B, bonus, policy, comparator, kernel), _ = real_arrays(Q, B, bonus, policy, comparator, kernel)
    if comparator.shape[-3:] != policy.shape[-3:]:
        raise ValueError(f"comparator must end in {tuple(policy.shape[-3:])}, got {tuple(comparator.shape)}")
    _require_distributions(xp, comparator, "comparator")
    layers = Q.shape[-3]
    term = xp.sum((policy - comparator) * (Q - B) - comparator * bonus - policy * B / layers, axis=-1)
    total = term[..., 0, 0]
    here = xp.zeros_like(term[..., 0, :])
    here[..., 0] = 1.0
    for h in range(1, layers):
        moves = (here[..., None] * comparator[..., h - 1, :, :])[..., None] * kernel[..., h - 1, :, :, :]
        here = xp.sum(moves, axis=(-3, -2))
        total = total + xp.sum(here * term[..., h, :], axis=-1)
    return total, (1 + 1 / layers) * xp.sum((policy * B)[..., 0, 0, :], axis=-1)


def _require_distributions(xp: Any, rows: Array, name: str) -> None:
    require(xp, rows >= 0, rows, name, "nonnegative")
    sums = xp.sum(rows, axis=-1)
    require(xp, xp.abs(sums - 1) <= _ROUNDING, sums, f"sums of {name}", "1")
