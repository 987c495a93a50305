"""Values and gradients of a reference to fifty digits, from its one SymPy expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import sympy

from theory.engine.conformance.inputs import Batch
from theory.engine.conformance.reference import Exact, Reference

DIGITS = 50
Loss = Callable[..., Any]


class ExactLoss:
    """A loss of a reference (its own, or a slip's) with its parameters fixed, compiled once for each label.

    Examples
    --------
    >>> from theory.engine.conformance.cases import make
    >>> from theory.engine.conformance.reference import SCORE_SIGN, Reference
    >>> hinge = Reference("demo", "hinge", "", "", SCORE_SIGN, lambda u, y: sympy.Max(0, 1 - y * u))
    >>> loss = ExactLoss(hinge, hinge.loss, {})
    >>> [float(value) for value in loss.values(make(hinge, 2))][:2]
    [4.4375, 0.0]
    """

    def __init__(self, reference: Reference, loss: Loss, parameters: Mapping[str, Exact]) -> None:
        self.reference = reference
        self._loss = loss
        self._parameters = {name: sympy.Rational(value) for name, value in parameters.items()}
        self._compiled: dict[Any, Any] = {}

    def values(self, batch: Batch) -> list[Any]:
        """Return the loss of each example, or of the batch in a list of one."""
        return [self._evaluate(arguments, gradient=False)[0] for arguments in self._examples(batch)]

    def gradients(self, batch: Batch) -> dict[str, list[Any]]:
        """Return, for each differentiated input, the derivatives of the sum of `values`, shaped as the column."""
        found: dict[str, list[Any]] = {item.name: [] for item in self.reference.inputs if item.differentiated}
        for arguments in self._examples(batch):
            flat = iter(self._evaluate(arguments, gradient=True)[1])
            for item, value in zip(self.reference.inputs, arguments, strict=True):
                if not item.differentiated:
                    continue
                rows = value if self.reference.whole_batch else (value,)
                for row in rows:
                    found[item.name].append(tuple(next(flat) for _ in row) if item.per_class else next(flat))
        return found

    def _examples(self, batch: Batch) -> list[tuple[Any, ...]]:
        columns = [batch.columns[item.name] for item in self.reference.inputs]
        if self.reference.whole_batch:
            return [tuple(tuple(column) for column in columns)]
        return list(zip(*columns, strict=True))

    def _evaluate(self, arguments: tuple[Any, ...], *, gradient: bool) -> tuple[Any, list[Any]]:
        shape, numbers = [], []
        for item, value in zip(self.reference.inputs, arguments, strict=True):
            shape.append(value if item.discrete else _lengths(value))
            numbers += [] if item.discrete else _flat(value)
        key = tuple(shape)
        if key not in self._compiled:
            self._compiled[key] = self._compile(arguments)
        value_of, gradient_of = self._compiled[key]
        with mpmath.workdps(DIGITS):
            exact = [mpmath.mpf(x.numerator) / x.denominator for x in numbers]
            return value_of(*exact), list(gradient_of()(*exact)) if gradient else []

    def _compile(self, arguments: tuple[Any, ...]) -> tuple[Any, Any]:
        symbols: list[sympy.Symbol] = []
        differentiated: list[sympy.Symbol] = []
        given = []
        for item, value in zip(self.reference.inputs, arguments, strict=True):
            if item.discrete:
                given.append(value)
                continue
            new = [sympy.Symbol(f"{item.name}_{k}", real=True) for k in range(len(_flat(value)))]
            symbols += new
            differentiated += new if item.differentiated else []
            given.append(_shaped(iter(new), value))
        expression = sympy.sympify(self._loss(*given, **self._parameters))
        foreign = expression.free_symbols - set(symbols)
        if foreign:
            raise ValueError(f"{self.reference.id}: the loss holds {sorted(map(str, foreign))}, which nothing defines")
        value_of = sympy.lambdify(symbols, expression, modules="mpmath", cse=True)
        cache: list[Any] = []

        def gradient_of() -> Any:
            if not cache:
                partials = [sympy.diff(expression, symbol) for symbol in differentiated]
                cache.append(sympy.lambdify(symbols, partials, modules="mpmath", cse=True))
            return cache[0]

        return value_of, gradient_of


def _flat(value: Any) -> list[Any]:
    return [x for item in value for x in _flat(item)] if isinstance(value, tuple) else [value]


def _lengths(value: Any) -> Any:
    return tuple(_lengths(item) for item in value) if isinstance(value, tuple) else 0


def _shaped(symbols: Any, like: Any) -> Any:
    return tuple(_shaped(symbols, item) for item in like) if isinstance(like, tuple) else next(symbols)
