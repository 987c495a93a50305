"""Bounds of a worst case to any accuracy: the central path, followed in floats with residuals in long arithmetic.

A worst case is ``max <C, X> + c f`` over Gram matrices X and scalars f with ``b_i + <G_i, X> + g_i f >= 0``. Its
multipliers minimise ``b l / mu - log det S(l) - sum log l_i`` where ``c + g l = 0``; the minimiser for ``mu > 0`` lies
strictly inside, and so does the Gram matrix ``mu S^-1`` that belongs to it; the bounds then differ by
``(order + conditions) mu``. Both can therefore be rounded to rationals without leaving the feasible sets. Newton
directions need few digits and are found in floats; the slack matrix is singular up to mu and is built and inverted in
long numbers.
"""

from __future__ import annotations

import importlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.engine.statements.epigraph import Form

if TYPE_CHECKING:
    from collections.abc import Sequence

_BITS = 192  # of the multipliers after the binary point
_PRECISION = 384  # of the inverse of the slack matrix
_FALL = 10.0  # from one barrier parameter to the next, where the path is straight enough
_NEWTON_STEPS = 100  # at one barrier parameter; four are usual
_TRIES = 5  # to reach the next barrier parameter
_CENTRED = 1e-3  # Newton decrement
_LAST_STEPS, _ROOM = 12, 0.1  # steps at the end, until the Gram matrix misses its place by that share of its room
_STEPS_IN_ALL, _RATE = 150, 1e10  # for estimates of time: Newton steps, operations a second


@dataclass(frozen=True)
class Rows:
    """A worst case in rows: maximise ``cost`` where ``inequalities >= 0`` and the Gram matrix is semidefinite.

    Attributes
    ----------
    vectors, scalars
        Names of the unknowns.
    cost, inequalities
        Affine forms in scalars and in sorted pairs of vectors.
    """

    vectors: Sequence[str]
    scalars: Sequence[str]
    cost: Form
    inequalities: Sequence[Form]


@dataclass(frozen=True)
class Central:
    """A point near the central path, rational but not yet exact: its equalities hold to many digits only.

    Attributes
    ----------
    multipliers
        One for each inequality.
    products, scalars
        Inner products by sorted pair, and scalars.
    inside
        The barrier parameter: how far inside both points lie, up to a factor.
    """

    multipliers: list[Fraction]
    products: dict[tuple[str, str], Fraction]
    scalars: dict[str, Fraction]
    inside: float


def seconds(order: int, conditions: int) -> float:
    """Return about how long the path takes on one processor core."""
    step = 2 * conditions**2 * order**2 + 4 * conditions * order**3 + conditions**3
    return _STEPS_IN_ALL * step / _RATE


def follow(problem: Rows, start: Sequence[float], accuracy: float) -> Central | None:
    """Follow the central path until the bounds differ by at most ``accuracy``.

    Parameters
    ----------
    problem
        The worst case.
    start
        Multipliers well inside: positive, with a positive definite slack matrix.
    accuracy
        The gap of the bounds to be reached, at least 1e-14.

    Returns
    -------
    Central or None
        The last point reached, which may fall short of the accuracy; None if there is none, as where one of the
        feasible sets has no inside.
    """
    with _one_thread():
        return _followed(_Tables(problem), start, accuracy)


def _one_thread() -> AbstractContextManager[Any]:
    """The systems are small: on a busy machine threads spend their time waiting for each other."""
    try:
        return importlib.import_module("threadpoolctl").threadpool_limits(1)
    except ImportError:
        return nullcontext()


def _followed(tables: _Tables, start: Sequence[float], accuracy: float) -> Central | None:
    multipliers = [int(Fraction(value) * 2**_BITS) for value in start]
    size = tables.order + tables.count
    mu = max(1.0, float(tables.constants @ np.array(start)) / size)
    state, reached = _centre(tables, multipliers, mu), None
    while state is not None and state.mu * size > accuracy:
        after = _next(tables, state, reached, max(accuracy / size, state.mu / _FALL))
        if after is None:
            break
        state, reached = after, state
    return tables.central(_polished(tables, state)) if state else None


def _next(tables: _Tables, state: _State, reached: _State | None, mu: float) -> _State | None:
    """Return the centre for a smaller barrier parameter: a nearer one where Newton's method fails from the guess."""
    for _ in range(_TRIES):
        guess, mu = _predicted(tables, state, reached, mu)
        found = _centre(tables, guess, mu)
        if found is not None:
            return found
        mu = (mu * state.mu) ** 0.5
    return None


@dataclass(frozen=True)
class _State:
    """Where Newton's method stands: multipliers as integers, their floats, the inverse slack, the Hessian's factor."""

    multipliers: list[int]
    floats: np.ndarray
    inverse: np.ndarray
    free: np.ndarray  # the scalars over mu
    system: _System
    mu: float


class _System:
    """Newton's equations ``[[H, g], [g', 0]]``, scaled to a unit diagonal."""

    def __init__(self, hessian: np.ndarray, equalities: np.ndarray) -> None:
        self.scale = 1 / np.sqrt(np.diag(hessian))
        self.count = len(hessian)
        sides = equalities * self.scale[:, None]
        size = max(1.0, float(np.abs(sides).max(initial=0.0)))
        self.size = size
        zeros = np.zeros((equalities.shape[1], equalities.shape[1]))
        scaled = hessian * self.scale[:, None] * self.scale
        self.matrix = np.block([[scaled, sides / size], [sides.T / size, zeros]])

    def solve(self, gradient: np.ndarray, residual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the direction with ``g' d = -residual``, and the multipliers of the equalities."""
        right = -np.concatenate([self.scale * gradient, residual / self.size])
        found = np.linalg.solve(self.matrix, right)
        return self.scale * found[: self.count], found[self.count :] / self.size


class _Tables:
    """The rows as tables, in floats and in integers over one denominator."""

    def __init__(self, problem: Rows) -> None:
        from flint import fmpz_mat

        self.problem = problem
        self.order, self.count = len(problem.vectors), len(problem.inequalities)
        self.place = {name: i for i, name in enumerate(problem.vectors)}
        forms = [*problem.inequalities, problem.cost]
        self.denominator = 2 * lcm(*[value.denominator for form in forms for value in form.values()])
        whole = [self._matrix(form) for form in problem.inequalities]
        cost = self._matrix(problem.cost)
        self.matrices = np.array(whole, dtype=object).astype(float) / self.denominator
        cells = self.order**2
        self.columns = fmpz_mat(self.count, cells, [value for row in whole for value in row]).transpose()
        self.cost = fmpz_mat(cells, 1, cost)
        self.constants = np.array([float(form.get("", 0)) for form in problem.inequalities])
        table = [[form.get(name, Fraction(0)) for name in problem.scalars] for form in problem.inequalities]
        self.equalities = np.array(table, dtype=float).reshape(self.count, len(problem.scalars))
        self.sparse = [
            ([(i, row[k]) for i, row in enumerate(table) if row[k]], problem.cost.get(name, Fraction(0)))
            for k, name in enumerate(problem.scalars)
        ]

    def _matrix(self, form: Form) -> list[int]:
        cells = [0] * self.order**2
        for key, value in form.items():
            if isinstance(key, tuple):
                i, j = (self.place[name] for name in key)
                whole = value * self.denominator
                cells[i * self.order + j] = cells[j * self.order + i] = int(whole if i == j else whole / 2)
        return cells

    def inverse(self, multipliers: Sequence[int]) -> np.ndarray | None:
        """Return the inverse of the slack matrix, entries to full accuracy; None if that is not positive definite."""
        from flint import arb_mat, ctx, fmpz, fmpz_mat

        if min(multipliers) <= 0:
            return None
        column = fmpz_mat(self.count, 1, list(multipliers))
        slack = -(self.cost * fmpz(2**_BITS)) - self.columns * column
        unit = fmpz(self.denominator * 2**_BITS)
        before = ctx.prec
        ctx.prec = _PRECISION
        try:
            found = arb_mat(self.order, self.order, slack.entries()).inv()
            floats = np.array([float((value * unit).mid()) for value in found.entries()])
        except ZeroDivisionError:
            return None
        finally:
            ctx.prec = before
        square = floats.reshape(self.order, self.order)
        square = (square + square.T) / 2
        return square if np.isfinite(square).all() and np.linalg.eigvalsh(square)[0] > 0 else None

    def residual(self, multipliers: Sequence[int]) -> np.ndarray:
        """Return by how much the equalities of the multipliers are missed."""
        unit = 2**_BITS
        return np.array(
            [
                float(target + sum((Fraction(multipliers[i], unit) * value for i, value in row), Fraction(0)))
                for row, target in self.sparse
            ]
        )

    def central(self, state: _State) -> Central:
        """Return the point that a state at the barrier parameter stands for."""
        names, gram, free = self.problem.vectors, state.mu * state.inverse, state.mu * state.free
        products = {
            (u, v) if u <= v else (v, u): Fraction(float(gram[i, j]))
            for i, u in enumerate(names)
            for j, v in enumerate(names)
            if i <= j
        }
        scalars = {name: Fraction(float(value)) for name, value in zip(self.problem.scalars, free, strict=True)}
        exact = [Fraction(value, 2**_BITS) for value in state.multipliers]
        return Central(exact, products, scalars, state.mu)


def _centre(tables: _Tables, multipliers: Sequence[int], mu: float) -> _State | None:
    """Newton's method: the longest step that does not overshoot, else the damped one that never leaves the inside."""
    current, inverse = list(multipliers), tables.inverse(multipliers)
    for _ in range(_NEWTON_STEPS):
        if inverse is None:
            return None
        floats = np.array([value / 2**_BITS for value in current])
        system = _System(_hessian(tables, inverse, floats), tables.equalities)
        gradient = _gradient(tables, mu, inverse, floats)
        try:
            direction, free = system.solve(gradient, tables.residual(current))
        except np.linalg.LinAlgError:
            return None
        fall = -float((gradient + tables.equalities @ free) @ direction)
        if not np.isfinite(fall):
            return None
        if fall < _CENTRED**2:
            return _State(current, floats, inverse, free, system, mu)
        for share in (1.0, 0.5, 0.25, 1 / (1 + fall**0.5)):
            moved = _moved(current, share * direction)
            inverse = tables.inverse(moved)
            if inverse is not None:
                after = _gradient(tables, mu, inverse, np.array([value / 2**_BITS for value in moved]))
                if abs(float((after + tables.equalities @ free) @ direction)) <= fall:
                    break
        current = moved
    return None


def _polished(tables: _Tables, state: _State) -> _State:
    """Take further whole steps until the Gram matrix meets its conditions: each has room ``mu / l_i``."""
    for _ in range(_LAST_STEPS):
        gradient = _gradient(tables, state.mu, state.inverse, state.floats)
        system = _System(_hessian(tables, state.inverse, state.floats), tables.equalities)
        try:
            direction, free = system.solve(gradient, tables.residual(state.multipliers))
        except np.linalg.LinAlgError:
            return state
        if np.abs(state.floats * (gradient + tables.equalities @ free)).max() < _ROOM:
            return replace(state, free=free)
        current = _moved(state.multipliers, direction)
        inverse = tables.inverse(current)
        if inverse is None:
            return state
        floats = np.array([value / 2**_BITS for value in current])
        state = _State(current, floats, inverse, free, system, state.mu)
    return state


def _gradient(tables: _Tables, mu: float, inverse: np.ndarray, floats: np.ndarray) -> np.ndarray:
    return tables.constants / mu + tables.matrices @ inverse.ravel() - 1 / floats


def _predicted(tables: _Tables, state: _State, before: _State | None, after: float) -> tuple[list[int], float]:
    """Return a guess for a smaller barrier parameter, or for one on the way there where the guess would lie outside.

    The path is smooth in the root of the parameter also where complementarity is not strict: a parabola in the root
    through this point, along its tangent, and through the point before.
    """
    here = state.mu**0.5
    tangent, _ = state.system.solve(-tables.constants / state.mu**2, np.zeros(tables.equalities.shape[1]))
    slope, bend = 2 * here * tangent, np.zeros_like(tangent)
    if before is not None:
        back = before.mu**0.5 - here
        change = np.array(
            [(old - new) / 2**_BITS for old, new in zip(before.multipliers, state.multipliers, strict=True)]
        )
        bend = (change - slope * back) / back**2
    while after < 0.99 * state.mu:
        step = after**0.5 - here
        guess = _moved(state.multipliers, slope * step + bend * step**2)
        if tables.inverse(guess) is not None:
            return guess, after
        after = (after * state.mu) ** 0.5
    return state.multipliers, state.mu / 2


def _hessian(tables: _Tables, inverse: np.ndarray, multipliers: np.ndarray) -> np.ndarray:
    order, count = tables.order, tables.count
    stacked = tables.matrices.reshape(count, order, order)
    moved = (inverse @ stacked @ inverse).reshape(count, order * order)
    found = tables.matrices @ moved.T
    found = (found + found.T) / 2
    found[np.diag_indices(count)] += 1 / multipliers**2
    return found


def _moved(multipliers: Sequence[int], by: np.ndarray) -> list[int]:
    ratios = [float(step).as_integer_ratio() for step in by]
    return [value + (top << _BITS) // bottom for value, (top, bottom) in zip(multipliers, ratios, strict=True)]
