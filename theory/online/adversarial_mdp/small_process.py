"""Processes with two actions whose every entry is a symbol: means over trajectories, and values by backward passes.

Layer 0 has one state, the others have two. ``p{h}{s}`` is the chance of action 0 in state s of layer h by the learner's
policy, ``u{h}{s}`` by another one, ``P{h}{s}{a}`` that of state 0 of the next layer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

__all__ = ["SmallProcess"]

Symbols = Mapping[str, Any]
Table = Callable[[int, int, int], Any]  # of layer, state and action
Path = Sequence[tuple[int, int]]  # a state and an action in every layer


class SmallProcess:
    """A process of the given number of layers.

    Parameters
    ----------
    layers : int
    symbols : mapping
        From names to expressions.

    Examples
    --------
    >>> from fractions import Fraction
    >>> process = SmallProcess(2, {name: Fraction(1, 2) for name in SmallProcess.chances(2, "p")})
    >>> process.mean(process.plays("p", "p"), lambda path: path[1][1])
    Fraction(1, 2)
    >>> process.values(process.plays("p", "p"), lambda h, s, a: 1)[0, 0, 0]
    Fraction(2, 1)
    """

    def __init__(self, layers: int, symbols: Symbols) -> None:
        self.layers, self.symbols = layers, symbols

    @staticmethod
    def chances(layers: int, *policies: str) -> list[str]:
        """Return the names of the chances: those of the policies, and of moves."""
        pairs = [(h, s) for h in range(layers) for s in range(1 + (h > 0))]
        plays = [f"{name}{h}{s}" for name in policies for h, s in pairs]
        return plays + [f"P{h}{s}{a}" for h, s in pairs if h + 1 < layers for a in range(2)]

    def pairs(self, layer: int) -> Iterable[tuple[int, int]]:
        """Return the states and actions of a layer."""
        return itertools.product(range(1 + (layer > 0)), range(2))

    def plays(self, *names: str) -> Table:
        """Return the policy that is the one of the given name in each layer."""

        def play(layer: int, state: int, action: int) -> Any:
            chance = self.symbols[f"{names[layer]}{layer}{state}"]
            return 1 - chance if action else chance

        return play

    def move(self, layer: int, state: int, action: int, following: int) -> Any:
        """Return the chance of a state of the next layer."""
        chance = self.symbols[f"P{layer}{state}{action}"]
        return 1 - chance if following else chance

    def mean(self, policy: Table, value: Callable[[Path], Any]) -> Any:
        """Return the mean of a function of the trajectory: the sum over all trajectories."""
        total = 0
        for path in itertools.product(*(self.pairs(h) for h in range(self.layers))):
            chance = 1
            for h, (state, action) in enumerate(path):
                chance = chance * policy(h, state, action)
                if h + 1 < self.layers:
                    chance = chance * self.move(h, state, action, path[h + 1][0])
            total = total + chance * value(path)
        return total

    def visits(self, policy: Table, layer: int) -> dict[tuple[int, int], Any]:
        """Return the chances of the pairs of a layer, by a forward pass."""
        states = {0: 1}
        for h in range(layer):
            states = {
                following: sum(states[s] * policy(h, s, a) * self.move(h, s, a, following) for s, a in self.pairs(h))
                for following in range(2)
            }
        return {(s, a): states[s] * policy(layer, s, a) for s, a in self.pairs(layer)}

    def values(self, policy: Table, cost: Table, dilation: Any = 1) -> dict[tuple[int, int, int], Any]:
        """Return ``cost + dilation E[mean of the next layer]`` of every pair, by a backward pass."""
        found: dict[tuple[int, int, int], Any] = {}
        for h in reversed(range(self.layers)):
            for s, a in self.pairs(h):
                found[h, s, a] = cost(h, s, a)
                if h + 1 < self.layers:
                    found[h, s, a] += dilation * sum(
                        self.move(h, s, a, t) * policy(h + 1, t, b) * found[h + 1, t, b] for t, b in self.pairs(h + 1)
                    )
        return found
