"""What a benchmark gives back: rows of one table, whatever it measures.

Each module ``benchmarks.bench_NAME`` has ``run(*, smoke=False)``, which returns or yields `Row`; with ``smoke`` it does
the same at sizes so small that its numbers mean nothing.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Row", "duration"]


@dataclass(frozen=True)
class Row:
    """One comparison, or one time of ours that stands alone.

    Attributes
    ----------
    name : str
        What was measured.
    ours : float or None
        Seconds; None if it was not run.
    theirs : float or None
        Seconds of the alternative, for the same work unless it is a yardstick; None if there is no alternative.
    against : str
        The alternative, "" for none.
    sizes : str
        Sizes of the problem, and what the seconds are of, if they are not of all of it.
    note : str
        What was checked, scaled or left out.
    scaled : bool
        Whether the alternative did a share of the work and its time was multiplied; the note says which share.
    yardstick : bool
        Whether the alternative does other work than ours: more, less, or something to compare times with.
    """

    name: str
    ours: float | None
    theirs: float | None = None
    against: str = ""
    sizes: str = ""
    note: str = ""
    scaled: bool = False
    yardstick: bool = False

    def __post_init__(self) -> None:
        for seconds in (self.ours, self.theirs):
            if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
                raise ValueError(f"row {self.name!r}: a time is {seconds!r}; it must be positive seconds, or None")
        if self.theirs is not None and not self.against:
            raise ValueError(f"row {self.name!r} has a time of an alternative without a name")
        if (self.scaled or self.yardstick) and (self.theirs is None or not self.note):
            raise ValueError(
                f"row {self.name!r}: a scaled time or a yardstick needs a time and a note that says of what"
            )

    @property
    def ratio(self) -> float | None:
        """Time of the alternative over ours: above 1 where ours is faster; None without both."""
        return None if self.ours is None or self.theirs is None else self.theirs / self.ours

    def shown(self) -> tuple[str, str, str]:
        """Return both times and their ratio as the table has them, marked where they are less than they seem."""
        ours = "not run" if self.ours is None else duration(self.ours)
        theirs = ("~" if self.scaled else "") + duration(self.theirs)
        if self.ratio is None:
            return ours, theirs, ""
        ratio = f"{self.ratio:,.0f}" if self.ratio >= 100 else f"{self.ratio:.3g}"
        return ours, theirs, ratio + (" (y)" if self.yardstick else "")

    def to_json(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return asdict(self) | {"ratio": self.ratio}


def duration(seconds: float | None) -> str:
    """Return a time with a unit, three figures; "" for None.

    Examples
    --------
    >>> duration(0.00123), duration(4.56e-8), duration(1234.5), duration(None)
    ('1.23 ms', '45.6 ns', '1,234 s', '')
    """
    if seconds is None:
        return ""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 0.9995:
            return _three(seconds * factor) + " " + unit
    return _three(seconds * 1e9) + " ns"


def _three(x: float) -> str:
    whole = math.floor(math.log10(float(f"{x:.3g}")))
    return f"{x:,.{min(max(0, 2 - whole), 4)}f}"
