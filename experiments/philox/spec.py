"""Constants of the specification, and the addresses that one call asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = [
    "ATTEMPTS",
    "ELEMENTS",
    "MASK",
    "MULTIPLIERS",
    "REPLICATES",
    "ROUNDS",
    "SEEDS",
    "STREAMS",
    "TINY",
    "TURN",
    "WEYL",
    "Law",
    "Window",
]

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)  # what the key grows by in a round
ROUNDS = 10
MASK = 0xFFFFFFFF
TINY = 2.0**-53  # the smallest uniform
TURN = 6.283185307179586

ATTEMPTS = 2**11  # of gamma: two rounds each, below 2^12; all are rejected with probability below 10^-2000
SEEDS, STREAMS, REPLICATES, ELEMENTS = 2**64, 2**32, 2**32, 2**48  # each below this


class Law(IntEnum):
    """The laws by their number in the counter."""

    BITS = 0
    UNIFORM = 1
    NORMAL = 2
    EXPONENTIAL = 3
    RADEMACHER = 4
    INTEGERS = 5
    CATEGORICAL = 6
    GAMMA = 7


@dataclass(frozen=True, slots=True)
class Window:
    """The addresses that one call asks for: some rows (replicates) and a run of elements of each.

    Attributes
    ----------
    key : (int, int)
        Low and high word of the seed.
    stream : int
    first, rows : int
        The first replicate and how many.
    offset, count : int
        The first element and how many.
    """

    key: tuple[int, int]
    stream: int
    first: int
    rows: int
    offset: int
    count: int
