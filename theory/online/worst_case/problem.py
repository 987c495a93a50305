"""Worst cases of methods as objects: a problem, its exact solution, a certificate that the checker accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

from theory.engine.statements.epigraph import exact
from theory.engine.statements.gram import Expression, Vector, expression
from theory.engine.statements.semidefinite import WorstCase
from theory.online.worst_case.attained import Attained, Solution, WorstFunction
from theory.online.worst_case.interpolation import Condition, Conditions, Visited, distinct
from theory.shown import Shown

if TYPE_CHECKING:
    from theory.engine.evidence import Certificate
    from theory.engine.provers.semidefinite import SemidefiniteProver

_ZERO = Fraction(0)


def searched(problem: Problem) -> Solution:
    """Return bounds that differ by about ``problem.accuracy``, along the central path of the problem.

    Raises
    ------
    RuntimeError
        If none are found.
    ValueError
        If the search would take too long, with an estimate.
    """
    from theory.online.worst_case.search import bounds, orthogonal_coordinates

    found = bounds(problem.objective, problem.conditions, accuracy=problem.accuracy)
    names = sorted({name for pair in found.products for name in pair}) if found else []
    coordinates = orthogonal_coordinates(names, found.products) if found else None
    if found is None or coordinates is None:
        raise RuntimeError(
            f"no bounds were found for {problem.method}: the worst case must be finite, and some vectors must meet "
            "all conditions strictly"
        )
    attained = Attained(coordinates[0], found.scalars, coordinates[1], found.products)
    return Solution(found.lower, found.upper, found.multipliers, attained)


@dataclass(frozen=True)
class Problem(Shown):
    """The worst case of a method: the supremum of a performance over all functions of a class.

    Parameters
    ----------
    method
        What is run, for people.
    unit
        The unit of all values, such as ``"L R^2"`` at L = R = 1; empty where the value is absolute.
    visited
        What the method visits, in order.
    objective
        The performance, to be maximised.
    conditions
        Interpolation and initial conditions by name: left side, ``"<="`` or ``">="``, right side.
    solve
        Returns exact bounds, in closed form where there is one; left out, they are searched. They are checked
        before anything is made of them.
    rounding
        By how much at most the value would change if rational numbers that stand for irrational ones in the
        objective were replaced by those; 0 where the problem is the method itself.
    accuracy
        The gap of the bounds aimed at where they are searched, between 1e-12 and 1.

    Raises
    ------
    ValueError
        If the objective or a side of a condition is no expression, two visited points have the same name, or
        ``rounding`` is not exact or negative.

    Examples
    --------
    The largest inner product of a unit vector and one of length at most 2:

    >>> from theory.engine.statements.gram import expression, vectors
    >>> u, v = vectors("u v")
    >>> conditions = {"|u| <= 1": (u @ u, "<=", expression(1)), "|v| <= 2": (v @ v, "<=", expression(4))}
    >>> problem = Problem("Cauchy and Schwarz", "", [], u @ v, conditions)
    >>> problem
    <problem of the worst case of Cauchy and Schwarz, 2 conditions>
    >>> result = problem.certify()
    >>> bool(result.lower <= 2 <= result.upper <= result.lower + Fraction(1, 10**9))
    True
    """

    method: str
    unit: str
    visited: Sequence[Visited]
    objective: Expression
    conditions: Mapping[str, Condition]
    solve: Callable[[Problem], Solution] = field(default=searched, repr=False)
    rounding: Fraction = _ZERO
    accuracy: float = 1e-9

    def __post_init__(self) -> None:
        if not isinstance(self.conditions, Mapping):
            raise ValueError(f"conditions are a dict by name, given: a {type(self.conditions).__name__}")
        conditions = Conditions()  # a copy: what was shown is not changed from outside
        for name, condition in self.conditions.items():
            if not isinstance(condition, tuple | list) or len(condition) != 3:
                raise ValueError(f"{name}: a condition is (left side, relation, right side), given: {condition!r}")
            left, relation, right = condition
            conditions[name] = (_expression(left, name), relation, _expression(right, name))
        object.__setattr__(self, "conditions", conditions)
        object.__setattr__(self, "objective", _expression(self.objective, "the objective"))
        object.__setattr__(self, "visited", tuple(distinct(self.visited)))
        object.__setattr__(self, "rounding", exact(self.rounding, "the rounding"))
        if self.rounding < 0:
            raise ValueError(f"the rounding widens the bounds and must not be negative, given: {self.rounding}")

    def __repr__(self) -> str:
        return f"<problem of the worst case of {self.method}, {len(self.conditions)} conditions>"

    @cached_property
    def solution(self) -> Solution:
        """The exact bounds, not yet checked."""
        return self.solve(self)

    def statement(self, relation: str, value: Any) -> WorstCase:
        """Return the statement that the supremum is ``<=``, ``==`` or ``>=`` a rational."""
        return WorstCase(self.objective, list(self.conditions.values()), relation, value)

    def prover(self) -> SemidefiniteProver:
        """Return the method that decides statements on this problem by its own solution, searching if that fails."""
        from theory.engine.provers.semidefinite import KnownSolution, semidefinite

        solution = self.solution
        names = list(solution.attained.vectors)
        gram = {(u, v): solution.attained.inner(u, v) for i, u in enumerate(names) for v in names[i:]}
        gram |= {(v, u): value for (u, v), value in gram.items()}
        multipliers = [solution.multipliers.get(name, _ZERO) for name in self.conditions]
        return semidefinite(KnownSolution(multipliers, gram, solution.attained.scalars))

    def certify(self) -> WorstCaseResult:
        """Return the worst case with exact bounds, both accepted by the independent checker.

        Raises
        ------
        RuntimeError
            If the checker does not accept the bounds: no solution was found.
        """
        solution, prover = self.solution, self.prover()
        exact = solution.lower == solution.upper
        wanted = [("==", solution.upper)] if exact else [("<=", solution.upper), (">=", solution.lower)]
        statements = tuple(self.statement(relation, value) for relation, value in wanted)
        certificates = tuple(prover.known_certificate(statement) for statement in statements)
        if None in certificates:
            raise RuntimeError(f"no exact bounds of the worst case were found for {self.method}")
        return WorstCaseResult(self, statements, certificates)  # type: ignore[arg-type]


def _expression(value: Any, where: str) -> Expression:
    if isinstance(value, Vector):
        raise ValueError(f"{where}: a vector has no order, its inner product with another does; given: {value}")
    return expression(value)


@dataclass(frozen=True)
class WorstCaseResult(Shown):
    """The worst case of a method, between exact rational bounds.

    Attributes
    ----------
    problem
        The problem that was solved.
    statements, certificates
        What was shown, and what the checker accepted for it. Bounds, multipliers and the worst function are read
        off these, not off the solution that was handed in.

    Examples
    --------
    >>> from theory.online.worst_case import gradient_descent
    >>> result = gradient_descent(2, 1).certify()
    >>> result
    <worst case of gradient descent, N = 2, h = 1, exactly 0.1>
    >>> result.upper, result.exact, result.multipliers["Q(x0, x1)"]
    (Fraction(1, 10), True, Fraction(1, 4))
    """

    problem: Problem = field(repr=False)
    statements: tuple[WorstCase, ...] = field(repr=False)
    certificates: tuple[Certificate, ...] = field(repr=False)

    @property
    def lower(self) -> Fraction:
        """A rational that the worst case reaches or exceeds."""
        return self._shown(">=") - self.problem.rounding

    @property
    def upper(self) -> Fraction:
        """A rational that no function of the class exceeds."""
        return self._shown("<=") + self.problem.rounding

    def __repr__(self) -> str:
        lies = "exactly" if self.exact else "between rationals near"
        return f"<worst case of {self.problem.method}, {lies} {float(self.upper):.10g}>"

    def _shown_rows(self) -> list[tuple[str, Any]]:
        bounds = [("at least", self.lower), ("at most", self.upper), ("bounds agree", self.exact)]
        return [("method", self.problem.method), *bounds, ("multipliers", self.multipliers)]

    def _shown(self, relation: str) -> Fraction:
        for statement in self.statements:
            if statement.relation in (relation, "=="):
                return statement.value
        raise ValueError(f"nothing shows that the worst case is {relation} a number")

    @property
    def exact(self) -> bool:
        """Whether the bounds agree."""
        return self.lower == self.upper

    @property
    def value(self) -> float:
        """The worst case in floating point."""
        return float((self.lower + self.upper) / 2)

    @property
    def multipliers(self) -> dict[str, Fraction]:
        """The multipliers that are not zero, by name of the condition: the proof of the upper bound."""
        (given,) = self._left("multipliers")
        values = zip(self.problem.conditions, map(Fraction, given["constraints"]), strict=True)
        return {name: value for name, value in values if value}

    def _left(self, key: str) -> Any:
        for certificate in self.certificates:
            left = certificate.data["parts"][0]["left"]
            if key in left:
                return left[key]
        raise ValueError(f"nothing shows a bound of {self.problem.method}: no certificate has a {key}")

    @cached_property
    def attained(self) -> Attained:
        """Vectors and scalars that attain the lower bound, with the inner products that were checked.

        Raises
        ------
        ValueError
            If the coordinates of the solution have others.
        """
        point, names = self._left("point"), self.statements[-1].vectors
        found = replace(self.problem.solution.attained, products={})
        products = {}
        for i, j in combinations_with_replacement(range(len(names)), 2):
            products[min(names[i], names[j]), max(names[i], names[j])] = Fraction(point["gram"][i][j])
        scalars = {name: Fraction(value) for name, value in point["scalars"].items()}
        if any(found.inner(*pair) != value for pair, value in products.items()):
            raise ValueError("the coordinates of the worst function have not the inner products that were checked")
        return replace(found, scalars=scalars, products=products)

    @cached_property
    def function(self) -> WorstFunction:
        """A worst function, by what the method meets on it."""
        attained = self.attained
        return WorstFunction(
            {item.name: attained.combination(item.point) for item in self.problem.visited},
            {item.name: attained.combination(item.gradient) for item in self.problem.visited},
            {item.name: attained.value(item.value) for item in self.problem.visited if item.value != expression(0)},
            tuple(attained.squares),
        )

    @cached_property
    def residuals(self) -> dict[str, Fraction]:
        """Exact residuals: the gap of the bounds, the largest violation by the worst function, complementarity.

        ``complementarity`` is the sum of multiplier times slack at the worst function: it is at most the gap of
        the bounds that the certificate shows.
        """
        attained, multipliers = self.attained, self.multipliers
        violation, complementarity = _ZERO, _ZERO
        for name, (left, relation, right) in self.problem.conditions.items():
            slack = attained.value(left - right) * (-1 if relation == "<=" else 1)
            violation = max(violation, -slack, slack if relation == "==" else _ZERO)
            complementarity += slack * multipliers.get(name, _ZERO)
        return {"gap": self.upper - self.lower, "violation": violation, "complementarity": complementarity}

    def recheck(self) -> None:
        """Check the certificates again, and that they are about this problem; no solver is called.

        Raises
        ------
        theory.engine.checker.Rejected
            If one does not show its statement, or a statement is not about the problem.
        ValueError
            If a bound is not stated, or the coordinates of the worst function are not those of its certificate.
        """
        from theory.engine.checker import Rejected, check

        for statement, certificate in zip(self.statements, self.certificates, strict=True):
            if statement.to_json() != self.problem.statement(statement.relation, statement.value).to_json():
                raise Rejected(f"a statement is not about the problem of {self.problem.method}")
            check(statement.to_json(), certificate.to_json())
        if self.residuals["gap"] < 0 or self.residuals["violation"] > 0:
            raise Rejected(f"the worst function of {self.problem.method} does not attain the lower bound")

    def __str__(self) -> str:
        unit = f" {self.problem.unit}" if self.problem.unit else ""
        if self.exact:
            bounds = f"= {self.upper}{unit}" if len(str(self.upper)) < 40 else f"= {self.value:.15g}{unit}, exact"
        else:
            bounds = f"= {self.value:.12g}{unit}, within {float(self.upper - self.lower):.2g}"
        return f"{self.problem.method}: worst case {bounds} ({len(self.multipliers)} multipliers)"
