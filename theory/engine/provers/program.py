"""Terms compiled once to a flat list of steps: value and gradient in balls or in power series of balls.

Equal subterms become one step and constant subterms are evaluated once a precision, so that a cell costs little more
than its ball operations. The gradient is reverse mode: one sweep back, whatever the number of variables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from theory.engine.provers import balls
from theory.engine.provers.balls import Ring
from theory.engine.provers.signs import bounds, is_positive_inside
from theory.engine.terms import Term

Values = list[Ring]
Forward = Callable[[Values], Ring]
Backward = Callable[[Values, Ring], Sequence[Ring]]

_X_LOG_X = "x log x"  # made here only, never read from a term


def _gaussian(x: Ring) -> Ring:
    """Return the derivative of the error function."""
    return 2 * balls.exp(-balls.integer_power(x, 2)) / arb.pi().sqrt()


_SMOOTH: dict[str, tuple[Callable[[Ring], Ring], Callable[[Ring, Ring], Ring]]] = {
    # name: (value, derivative from argument and value)
    "exp": (balls.exp, lambda x, y: y),
    "log": (balls.log, lambda x, y: balls.reciprocal(x)),
    "abs": (balls.absolute, lambda x, y: balls.sign(x)),
    "tanh": (balls.tanh, lambda x, y: 1 - balls.integer_power(y, 2)),
    "sinh": (balls.sinh, lambda x, y: balls.cosh(x)),
    "cosh": (balls.cosh, lambda x, y: balls.sinh(x)),
    "atan": (balls.atan, lambda x, y: balls.reciprocal(1 + balls.integer_power(x, 2))),
    "erf": (balls.erf, lambda x, y: _gaussian(x)),
    "erfc": (balls.erfc, lambda x, y: -_gaussian(x)),
}


class NoBallValue(ValueError):
    """A term holds something that cannot be evaluated in balls."""


class Program:
    """A term, ready to be evaluated.

    Parameters
    ----------
    term
        What to evaluate; ``["sum", ...]`` is refused.
    domain
        The JSON ranges of the statement; the order of the variables is theirs.

    Raises
    ------
    NoBallValue
        If the term holds something that has no value in balls.
    """

    def __init__(self, term: Term, domain: Sequence[Mapping[str, Any]]) -> None:
        self.term = term
        self.domain = domain
        self.names = [item["name"] for item in domain]
        self._box = {item["name"]: (_end(item["low"]), _end(item["high"])) for item in domain}
        self._slots: dict[str, int] = {}
        self._constant: list[bool] = []
        self._forward: list[Forward | None] = []
        self._backward: list[Backward | None] = []
        self._inputs: list[tuple[int, ...]] = []
        self._templates: dict[int, Values] = {}
        for name in self.names:
            self._append(json.dumps(name), None, None, (), constant=False)
        self._result = self._compile(term)
        self._steps = [
            (slot, forward)
            for slot, forward in enumerate(self._forward)
            if forward is not None and not self._constant[slot]
        ]
        self._sweep = [
            (slot, backward, self._inputs[slot])
            for slot, backward in reversed(list(enumerate(self._backward)))
            if backward is not None and not self._constant[slot]
        ]

    # evaluation

    def value(self, point: Sequence[Ring]) -> Ring:
        """Return an enclosure of the term's range; ``point`` has one ball or series a variable."""
        return self._run(point)[self._result]

    def gradient(self, point: Sequence[Ring]) -> tuple[Ring, list[Ring | None]]:
        """Return value and partial derivatives; None for a variable that does not occur."""
        values = self._run(point)
        adjoints: list[Ring | None] = [None] * len(values)
        adjoints[self._result] = arb(1)
        for slot, backward, inputs in self._sweep:
            adjoint = adjoints[slot]
            if adjoint is None:
                continue
            for target, part in zip(inputs, backward(values, adjoint), strict=True):
                if part is not None:
                    before = adjoints[target]
                    adjoints[target] = part if before is None else before + part
        return values[self._result], adjoints[: len(self.names)]

    def _run(self, point: Sequence[Ring]) -> Values:
        values = self._template().copy()
        values[: len(point)] = point
        for slot, forward in self._steps:
            values[slot] = forward(values)
        return values

    def _template(self) -> Values:
        precision = ctx.prec
        if precision not in self._templates:
            values: Values = [None] * len(self._forward)
            for slot, forward in enumerate(self._forward):
                if self._constant[slot] and forward is not None:
                    values[slot] = forward(values)
            self._templates[precision] = values
        return self._templates[precision]

    # compilation

    def _append(
        self, key: str, forward: Forward | None, backward: Backward | None, inputs: tuple[int, ...], *, constant: bool
    ) -> int:
        self._slots[key] = len(self._forward)
        self._forward.append(forward)
        self._backward.append(backward)
        self._inputs.append(inputs)
        self._constant.append(constant)
        return self._slots[key]

    def _step(self, key: str, forward: Forward, backward: Backward, inputs: tuple[int, ...]) -> int:
        if key in self._slots:
            return self._slots[key]
        return self._append(key, forward, backward, inputs, constant=all(self._constant[slot] for slot in inputs))

    def _compile(self, term: Term) -> int:
        key = json.dumps(term)
        if key in self._slots:
            return self._slots[key]
        if isinstance(term, int) or (isinstance(term, list) and term[0] == "/"):
            exact = fmpq(term) if isinstance(term, int) else fmpq(term[1], term[2])
            return self._append(key, lambda v: arb(exact), None, (), constant=True)
        if not isinstance(term, list):
            raise NoBallValue(f"{term!r} is not a variable of the domain ({', '.join(self.names)})")
        head = term[0]
        if head == "pi":
            return self._append(key, lambda v: arb.pi(), None, (), constant=True)
        if head in ("+", "*", "max", "min"):
            return self._fold(head, term[1:], key)
        if head == "^":
            return self._power(term[1], term[2], key)
        if head == "E":
            return self._entire(term[1], term[2], key)
        if head == _X_LOG_X:
            return self._x_log_x(term[1], key)
        if head in _SMOOTH:
            return self._unary(head, term[1], key)
        raise NoBallValue(f"{head!r} has no value in balls; a box prover takes + * ^ max min E pi {' '.join(_SMOOTH)}")

    def _unary(self, head: str, argument: Term, key: str) -> int:
        a, out = self._compile(argument), len(self._forward)
        function, derivative = _SMOOTH[head]
        return self._step(key, lambda v: function(v[a]), lambda v, g: (g * derivative(v[a], v[out]),), (a,))

    def _fold(self, head: str, parts: Sequence[Term], key: str) -> int:
        if head == "*":
            parts = self._join_logarithms(parts)
        slots = [self._compile(part) for part in parts]
        # constants first: they fold into one
        slots.sort(key=lambda slot: not self._constant[slot])
        result = slots[0]
        for slot in slots[1:]:
            result = self._binary(head, result, slot)
        self._slots[key] = result
        return result

    def _binary(self, head: str, a: int, b: int) -> int:
        key = f"{head} {a} {b}"
        pair = (a, b)
        if head == "+":
            return self._step(key, lambda v: v[a] + v[b], lambda v, g: (g, g), pair)
        if head == "*":
            left, right = not self._constant[a], not self._constant[b]
            return self._step(
                key,
                lambda v: v[a] * v[b],
                lambda v, g: (g * v[b] if left else None, g * v[a] if right else None),
                pair,
            )
        if head == "max":
            return self._step(key, lambda v: balls.maximum(v[a], v[b]), lambda v, g: _share(g, v[a] - v[b]), pair)
        return self._step(key, lambda v: balls.minimum(v[a], v[b]), lambda v, g: _share(g, v[b] - v[a]), pair)

    def _power(self, base: Term, exponent: Term, key: str) -> int:
        a = self._compile(base)
        if isinstance(exponent, int):
            n = exponent
            return self._step(
                key,
                lambda v: balls.integer_power(v[a], n),
                lambda v, g: (g * (n * balls.integer_power(v[a], n - 1)),),
                (a,),
            )
        e = self._compile(exponent)
        known = self._known_nonnegative(base)

        def forward(v: Values) -> Ring:
            return balls.power(v[a], v[e], nonnegative=known)

        if self._constant[e]:
            less = self._compile(["+", -1, exponent])
            slope = lambda v, g: (g * (v[e] * balls.power(v[a], v[less], nonnegative=known)), None)  # noqa: E731
            return self._step(key, forward, slope, (a, e))
        out = len(self._forward)

        def backward(v: Values, g: Ring) -> Sequence[Ring]:
            by_base = v[e] * balls.power(v[a], v[e] - 1, nonnegative=known)
            return (g * by_base, g * (v[out] * balls.log(v[a])))

        return self._step(key, forward, backward, (a, e))

    def _entire(self, k: int, argument: Term, key: str) -> int:
        a = self._compile(argument)
        return self._step(key, lambda v: balls.entire(k, v[a]), lambda v, g: (g * balls.entire(k + 1, v[a]),), (a,))

    def _join_logarithms(self, parts: Sequence[Term]) -> Sequence[Term]:
        """Read ``u * log(u)`` as one function, which extends to u = 0, where that end of the domain is excluded."""
        for part in parts:
            if (
                isinstance(part, list)
                and part[0] == "log"
                and part[1] in parts
                and is_positive_inside(part[1], self.domain)
            ):
                rest = list(parts)
                rest.remove(part)
                rest.remove(part[1])
                return [*self._join_logarithms(rest), [_X_LOG_X, part[1]]]
        return parts

    def _x_log_x(self, base: Term, key: str) -> int:
        a, known = self._compile(base), self._known_nonnegative(base)
        return self._step(
            key,
            lambda v: balls.x_log_x(v[a], nonnegative=known),
            lambda v, g: (g * (balls.log(v[a]) + 1),),
            (a,),
        )

    def _known_nonnegative(self, base: Term) -> bool:
        low = bounds(base, self._box).low
        return low is not None and low >= 0


def _end(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _share(adjoint: Ring, difference: Ring) -> tuple[Ring, Ring]:
    """Split an adjoint between the two arguments of a maximum: the larger one takes it."""
    share = balls.step(difference)
    return adjoint * share, adjoint * (1 - share)
