"""The method that decides statements by sampling; see `experiments.sampling`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from fractions import Fraction
from typing import Any, ClassVar

from experiments.sampling.runs import Finding, Plan, sample
from experiments.sampling.statements import SampledStatement
from theory.arguments import whole
from theory.engine.evidence import Budget, Certificate, Evidence, Undecided, Witness

CHUNK = 2**16  # numbers drawn at once
OTHER_CHUNK = 10_007  # the repetition cuts the draws in other places
_DECLARED = ("seed", "error_probability")  # nothing was computed: equal to the last digit
_CLOSE = 1e-9  # a sum that is cut elsewhere is rounded otherwise


@dataclass(frozen=True)
class Sampling:
    """Decide a statement about a mean or a slope by a sequential test; made by `experiments.sampling.sampling`.

    The sampling takes place once for a statement: looking for a refutation and for support read off the same test.
    Its seed is the statement's, so there is no second try, and a larger cap goes on where a smaller one stopped.

    Parameters
    ----------
    share
        Probability of a wrong verdict on the statement, in (0, 1e-3]: its share of the run's total.
    cap
        Most observations (means) or batches (slopes), at least 1.

    Raises
    ------
    ValueError
        If a parameter is out of range.
    """

    share: float
    cap: int
    _found: dict[str, Finding] = field(default_factory=dict, init=False, repr=False, compare=False)

    evidence: ClassVar[Evidence] = Evidence.SUPPORTED

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1e-3:
            raise ValueError(f"share is {self.share}; a probability in (0, 1e-3] is needed, as the run's total is 1e-3")
        object.__setattr__(self, "cap", whole("cap", self.cap))

    @property
    def error_probability(self) -> float:
        """What a verdict by this method costs of the run's total false-alarm probability."""
        return self.share

    def refute(self, statement: SampledStatement, budget: Budget) -> Witness | None:
        """Sample; return a witness if the test rejects the statement: at an error, not by a counterexample."""
        found = self._once(statement, budget)
        if found.outcome != "refuted":
            return None
        self._repeat(statement, found.data, budget)
        summary = f"rejected by sampling: {found.summary}, claimed is {_claimed(statement)}{self._wrong('rejection')}"
        return Witness("sampling", found.data, summary, self.share)

    def decide(self, statement: SampledStatement, budget: Budget) -> Certificate | Undecided:
        """Return what the sampling found, as a certificate if the statement is supported."""
        found = self._once(statement, budget)
        if found.outcome == "supported":
            return Certificate("sampling", found.data, found.summary + _interval(found.data) + self._wrong("verdict"))
        return Undecided(f"the test has not decided by its cap of {self.cap}: {found.summary}", found.planned)

    def _wrong(self, what: str) -> str:
        return f"; the {what} is wrong with probability at most {_digits(self.share, 2, ROUND_CEILING)}"

    def recheck(self, statement: SampledStatement, certificate: Certificate, budget: Budget) -> None:
        """Repeat the sampling by the statement's seed, in other chunks, and compare all that was recorded."""
        from theory.engine.checker import Rejected

        if certificate.kind != "sampling" or certificate.data.get("outcome") != "supported":
            raise Rejected(f"not a record of a sampling that supports the statement, but of kind {certificate.kind!r}")
        self._repeat(statement, certificate.data, budget)

    def _once(self, statement: SampledStatement, budget: Budget) -> Finding:
        key = statement.digest()
        if key not in self._found:
            self._found[key] = sample(statement, Plan(self.share, self.cap, CHUNK, budget.step))
        return self._found[key]

    def _repeat(self, statement: SampledStatement, recorded: dict[str, Any], budget: Budget) -> None:
        from theory.engine.checker import Rejected

        def step(name: str) -> None:
            budget.step(f"repeat {name}")

        again = sample(statement, Plan(self.share, self.cap, OTHER_CHUNK, step)).data
        wrong = [key for key in again.keys() | recorded.keys() if not _same(again.get(key), recorded.get(key))]
        wrong += [key for key in _DECLARED if again.get(key) != recorded.get(key)]
        if wrong:
            key = min(wrong)
            raise Rejected(f"sampling again gives {key} = {again.get(key)!r:.80}, not {recorded.get(key)!r:.80}")


def _interval(data: dict[str, Any]) -> str:
    """Return the interval in words; it is wider than a test of one bound needs, so a rejection does not show it."""
    low, high = data["interval"] or [None, None]
    if None in (low, high):
        return ""
    return f"; confidence interval {_digits(low, 4, ROUND_FLOOR)} to {_digits(high, 4, ROUND_CEILING)}"


def _digits(value: float, digits: int, rounding: str) -> str:
    """Return a number rounded in one direction."""
    return f"{float(Context(prec=digits, rounding=rounding).create_decimal(repr(value))):g}"


def _claimed(statement: SampledStatement) -> str:
    """Return in words what is claimed of the mean or slope."""
    from theory.engine.provers.wording import number

    low, high = ["" if end is None else number(Fraction(end)) for end in statement.bounds]
    if low and high:
        return f"between {low} and {high}"
    return f"at least {low}" if low else f"at most {high}"


def _same(first: Any, second: Any) -> bool:
    """Whether two pieces of plain data are equal but for the rounding of floats."""
    if isinstance(first, float) and isinstance(second, float):
        return math.isclose(first, second, rel_tol=_CLOSE, abs_tol=_CLOSE)
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_same(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_same, first, second))
    return type(first) is type(second) and bool(first == second)
