r"""Statements about expectations and slopes of what a sampler draws.

A sampler is a function at the top of a module, ``function(stream, replicates, **parameters)``, whose rows depend on
the stream and the index of the replicate alone. Its name, its parameters and the range of its numbers are part of the
statement; that it draws from the law it names is what its own tests must show.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, ClassVar

from theory.engine.statements.base import Statement

Number = int | Fraction
PASS_ON = (bool, int, Fraction, str)
_RESOLVED = Fraction(1, 10**12)  # rounding of a bound against its distance to the range's ends: n of them do not count
TESTS = {
    "means": "least-squares slope of the logarithms of the means",
    "sign": "median of the least-squares slopes of batches",
}


@dataclass(frozen=True)
class Sampler:
    """What is drawn: a pure function of stream and replicates, with its parameters.

    Parameters
    ----------
    function
        ``function(stream, replicates, **parameters)``, at the top of a module. ``replicates`` is a range; it returns
        an array of that many rows, of one number each for `Mean` and `MeanWithin`, of one for each size for `Slope`.
    parameters
        Exact numbers, truth values, words, and tuples of them; fractions are handed over as floats.
    low, high
        Every number lies between them: what the error probability of a mean rests on, and checked on each number.
    says
        The quantity in words: ``"test error of naive Bayes, d = 20, m = 50"``.
    symbol
        Its LaTeX.

    Raises
    ------
    ValueError
        If the function cannot be named, or a parameter or the range is not of that kind.
    """

    function: Callable[..., Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    low: Number = 0
    high: Number = 1
    says: str = ""
    symbol: str = "X"

    def __post_init__(self) -> None:
        name = getattr(self.function, "__qualname__", "<")
        if "<" in name or "." in name:
            raise ValueError(f"the sampler {name!r} must be a function at the top of a module: its name stands for it")
        _exact(low=self.low, high=self.high)
        if not self.low < self.high:
            raise ValueError(f"low = {self.low} must be below high = {self.high}")
        for key, value in self.parameters.items():
            parts = value if isinstance(value, tuple) else (value,)
            if not all(isinstance(part, PASS_ON) for part in parts):
                raise ValueError(f"parameter {key} = {value!r}; allowed: int, Fraction, str, bool and tuples of them")

    @property
    def name(self) -> str:
        """Module and name of the function."""
        return f"{self.function.__module__}:{self.function.__qualname__}"

    def draw(self, stream: Any, replicates: range, **more: Any) -> Any:
        """Return the rows of the replicates, unchecked."""
        given = {key: _plain(value) for key, value in self.parameters.items()}
        return self.function(stream, replicates, **given, **more)

    def to_json(self) -> dict[str, Any]:
        """Return name, parameters and range; words about it are left out, so that they may be improved."""
        parameters = {key: _text(value) for key, value in self.parameters.items()}
        return {"sampler": self.name, "parameters": parameters, "low": str(self.low), "high": str(self.high)}

    def scope(self) -> str:
        """Return in words what is drawn."""
        given = ", ".join(f"{key} = {_shown(value)}" for key, value in self.parameters.items())
        return f"{self.says or self.name}{f' ({given})' if given else ''}, numbers in [{self.low}, {self.high}]"


class SampledStatement(Statement):
    """What `Mean`, `MeanWithin` and `Slope` have in common: a sampler and an interval that is claimed."""

    sampler: Sampler

    @property
    @abstractmethod
    def bounds(self) -> tuple[Number | None, Number | None]:
        """Lower and upper end of what is claimed; None where there is none."""

    def scope(self) -> str:
        return self.sampler.scope()

    def seed(self) -> int:
        """Return the seed of the sampling: the first 64 bits of the digest, so that nobody chooses it."""
        return int(self.digest()[:16], 16)


@dataclass(frozen=True, eq=False)
class Mean(SampledStatement):
    """``E X <= bound`` or ``E X >= bound`` for what a sampler draws.

    Parameters
    ----------
    sampler
        What is drawn.
    relation
        ``"<="`` or ``">="``.
    bound
        Exact, strictly inside the sampler's range.

    Raises
    ------
    ValueError
        If the relation is another, or the bound is not exact or not inside the range.
    """

    sampler: Sampler
    relation: str
    bound: Number

    kind: ClassVar[str] = "sampled_mean"

    def __post_init__(self) -> None:
        if self.relation not in ("<=", ">="):
            raise ValueError(f"relation is {self.relation!r}; allowed: '<=', '>='")
        _exact(bound=self.bound)
        _inside(self.sampler, self.bound)

    @property
    def bounds(self) -> tuple[Number | None, Number | None]:
        return (None, self.bound) if self.relation == "<=" else (self.bound, None)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "relation": self.relation, "bound": str(self.bound)} | self.sampler.to_json()

    def latex(self) -> str:
        sign = r"\le" if self.relation == "<=" else r"\ge"
        return rf"\operatorname{{E}} {self.sampler.symbol} {sign} {_latex(self.bound)}"


@dataclass(frozen=True, eq=False)
class MeanWithin(SampledStatement):
    """``|E X - centre| <= margin`` for what a sampler draws.

    Parameters
    ----------
    sampler
        What is drawn.
    centre, margin
        Exact; both ends lie strictly inside the sampler's range and the margin is positive.

    Raises
    ------
    ValueError
        If they do not.
    """

    sampler: Sampler
    centre: Number
    margin: Number

    kind: ClassVar[str] = "sampled_mean_within"

    def __post_init__(self) -> None:
        _exact(centre=self.centre, margin=self.margin)
        if not self.margin > 0:
            raise ValueError(f"margin is {self.margin}; a positive number is needed")
        _inside(self.sampler, self.centre - self.margin)
        _inside(self.sampler, self.centre + self.margin)

    @property
    def bounds(self) -> tuple[Number | None, Number | None]:
        return self.centre - self.margin, self.centre + self.margin

    def to_json(self) -> dict[str, Any]:
        own = {"kind": self.kind, "centre": str(self.centre), "margin": str(self.margin)}
        return own | self.sampler.to_json()

    def latex(self) -> str:
        centre, margin = _latex(self.centre), _latex(self.margin)
        return rf"\left| \operatorname{{E}} {self.sampler.symbol} - {centre} \right| \le {margin}"


@dataclass(frozen=True, eq=False)
class Slope(SampledStatement):
    """``low <= slope <= high`` for the least-squares slope of log means against log sizes, over declared sizes.

    Two tests, which decide two statements; both keep the error whatever the law is:

    * ``"means"``: the slope of ``log E X``. Numbers are not negative; a confidence sequence for the mean at each size
      bounds the slope. Costs more samples, and wants means that are not tiny against the range.
    * ``"sign"``: the median slope of the logarithms of the means of batches.

    How far the slopes of batches lie off that of ``log E X`` says `experiments.rates`. Student's t over batches is no
    third: its error is nominal, and nothing bounds what it is for a law that was not foreseen.

    Parameters
    ----------
    sampler
        What is drawn: rows of one number for each size; its function is also given ``sizes``.
    sizes
        At least two, increasing, positive.
    low, high
        What is claimed, exact; one may be None.
    replicates
        In a batch.
    first
        Observations at the first look of ``"means"``, at least 8; it looks again when they have grown by a quarter.
    test
        One of the two.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """

    sampler: Sampler
    sizes: tuple[int, ...]
    low: Number | None
    high: Number | None
    replicates: int = 100
    first: int = 32
    test: str = "sign"

    kind: ClassVar[str] = "sampled_slope"

    def __post_init__(self) -> None:
        ends = {key: end for key, end in (("low", self.low), ("high", self.high)) if end is not None}
        _exact(**ends)
        if not ends or (len(ends) == 2 and not ends["low"] < ends["high"]):
            raise ValueError(f"low = {self.low}, high = {self.high}; at least one is needed, and low < high")
        sizes = self.sizes
        increasing = all(small < large for small, large in pairwise(sizes))
        if len(sizes) < 2 or sizes[0] <= 0 or not increasing or not all(isinstance(size, int) for size in sizes):
            raise ValueError(f"sizes are {sizes}; at least two increasing positive integers are needed")
        counts = isinstance(self.replicates, int) and isinstance(self.first, int)
        if self.test not in TESTS or not counts or self.replicates < 1 or self.first < 8:
            raise ValueError(
                f"test = {self.test!r}, replicates = {self.replicates}, first = {self.first}; "
                f"allowed: test one of {', '.join(TESTS)}, integers replicates >= 1 and first >= 8"
            )
        if self.test == "means" and self.sampler.low < 0:
            raise ValueError(f"a slope of means needs numbers >= 0; the sampler declares low = {self.sampler.low}")

    @property
    def bounds(self) -> tuple[Number | None, Number | None]:
        return self.low, self.high

    def to_json(self) -> dict[str, Any]:
        ends = [None if end is None else str(end) for end in self.bounds]
        own = {"kind": self.kind, "sizes": list(self.sizes), "slope": ends, "test": self.test}
        used = {"first": self.first} if self.test == "means" else {"replicates": self.replicates}
        return own | used | self.sampler.to_json()  # what plays no part must not change the seed

    def latex(self) -> str:
        low = "" if self.low is None else rf"{_latex(self.low)} \le "
        high = "" if self.high is None else rf" \le {_latex(self.high)}"
        symbol = self.sampler.symbol
        if self.test == "means":
            slope = rf"\frac{{\Delta \log \operatorname{{E}} {symbol}_n}}{{\Delta \log n}}"
        else:
            mean = rf"\overline{{{symbol}}}^{{({self.replicates})}}_n"
            slope = rf"\operatorname{{median}} \frac{{\Delta \log {mean}}}{{\Delta \log n}}"
        return rf"{low}{slope}{high},\quad n \in \{{{', '.join(map(str, self.sizes))}\}}"

    def scope(self) -> str:
        sizes = ", ".join(map(str, self.sizes))
        batches = "" if self.test == "means" else f" of {self.replicates} replicates"
        return f"{self.sampler.scope()}; sizes {sizes}; {TESTS[self.test]}{batches}"


def _exact(**numbers: Any) -> None:
    for name, value in numbers.items():
        if not isinstance(value, (int, Fraction)) or isinstance(value, bool):
            raise ValueError(f"{name} is {value!r}; an exact number is needed, an int or a Fraction")


def _inside(sampler: Sampler, bound: Number) -> None:
    if not sampler.low < bound < sampler.high:
        raise ValueError(
            f"the bound {bound} is not strictly inside the sampler's range [{sampler.low}, {sampler.high}], "
            "so that no sample could speak against it"
        )
    low, high = Fraction(sampler.low), Fraction(sampler.high)
    rounded = max(abs(Fraction(float(number)) - number) for number in (low, high, bound))
    if rounded > _RESOLVED * min(bound - low, high - bound):
        raise ValueError(
            f"the bound {bound} is too near to an end of the range [{sampler.low}, {sampler.high}] to be told from its "
            "neighbours in double precision; shift or rescale the numbers"
        )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return float(value) if isinstance(value, Fraction) else value


def _text(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_text(part) for part in value]
    return {"fraction": str(value)} if isinstance(value, Fraction) else value


def _shown(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else str(value)


def _latex(value: Number) -> str:
    r"""Return an exact number in LaTeX, as a decimal where that is short.

    >>> print(_latex(Fraction(1, 8)), _latex(Fraction(-1, 3)))
    0.125 -\frac{1}{3}
    """
    fraction = Fraction(value)
    rest = fraction.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1 and fraction.denominator <= 10**6:
        return f"{float(fraction):.10f}".rstrip("0").rstrip(".")
    sign = "-" if fraction < 0 else ""
    return rf"{sign}\frac{{{abs(fraction.numerator)}}}{{{fraction.denominator}}}"
