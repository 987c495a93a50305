"""The arrays that a run of episodes carries on, in the order in which the scalar body takes them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from experiments.arrays import Array, Backend
from experiments.linear_mdp.episode_scalar import SLACK, SUMS

__all__ = ["ARRAYS", "PRODUCTS", "Arrays"]

PRODUCTS = 2**22  # of pairs with pairs that array operations hold at a time


@dataclass
class Arrays:
    """The arrays of R replicates; the last episode is that which was played last.

    Attributes
    ----------
    totals, policies, costs, reductions : arrays (R, H, S, A)
        Sums of costs (estimate less bonus); the last policy, its costs and its reductions.
    visits : array (R, H, S)
        Of the last policy.
    inverses : array (R, H, d, d)
    moments, seen, weights, weight_sums : arrays (R, H, d)
        Expected features of the last policy, their sums; the last weights, their sums.
    paid, spread : arrays (R, H, S)
        Sums of expected costs, and of eta times their second moments (variances for the log barrier).
    matrices, vectors, paths : arrays (R, H + 1, d, d), (R, 2, d) and int (R, H, 2)
        Room for the scalar body.
    values : array (R, H, S)
        The bonus to come.
    sums : array (R, 7)
        Columns as `experiments.linear_mdp.episode_scalar` names them.
    """

    totals: Array
    policies: Array
    costs: Array
    reductions: Array
    visits: Array
    inverses: Array
    moments: Array
    seen: Array
    weights: Array
    weight_sums: Array
    paid: Array
    spread: Array
    matrices: Array
    vectors: Array
    values: Array
    paths: Array
    sums: Array

    @classmethod
    def fresh(cls, count: int, shape: tuple[int, int, int, int], backend: Backend) -> Arrays:
        """Return those before the first episode, for sizes (H, S, A, d) of the process."""
        (length, states, actions, size), xp = shape, backend.xp

        def zeros(*sizes: int) -> Array:
            return xp.zeros((count, *sizes), dtype=xp.float64, device=backend.device)

        sums = zeros(SUMS)
        sums[:, SLACK] = float("inf")
        pairs, layers, features = (length, states, actions), (length, states), (length, size)
        return cls(
            totals=zeros(*pairs), policies=zeros(*pairs) + 1 / actions, costs=zeros(*pairs), reductions=zeros(*pairs),
            visits=zeros(*layers), inverses=zeros(length, size, size),
            moments=zeros(*features), seen=zeros(*features), weights=zeros(*features), weight_sums=zeros(*features),
            paid=zeros(*layers), spread=zeros(*layers),
            matrices=zeros(length + 1, size, size), vectors=zeros(2, size), values=zeros(*layers),
            paths=xp.zeros((count, length, 2), dtype=xp.int64, device=backend.device), sums=sums,
        )  # fmt: skip


ARRAYS = tuple(field.name for field in fields(Arrays))
"""Their names, in this order."""
