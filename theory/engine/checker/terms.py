"""Terms as a tape of ball operations with derivatives: the checker's evaluator, which no prover shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flint import arb, arb_series, ctx, fmpq

NAN = arb.nan()
_MOST_BITS = 100_000
_UNARY = ("exp", "log", "abs", "tanh", "sinh", "cosh", "atan", "erf", "erfc")
_ARITY = dict.fromkeys(_UNARY, 1) | {"^": 2, "pi": 0}
Cell = Mapping[str, tuple[fmpq, fmpq]]


class Tape:
    """Terms over common variables, flattened so that equal subterms are one entry.

    Parameters
    ----------
    ranges
        The statement's ranges by name: they say where ``u log u`` may be continued by 0.
    """

    def __init__(self, ranges: Mapping[str, Mapping[str, Any]]) -> None:
        self._ranges, self._names = ranges, list(ranges)
        self._nodes: list[tuple[str, tuple[int, ...], Any]] = [("x", (), name) for name in ranges]
        self._where: dict[Any, int] = {node: i for i, node in enumerate(self._nodes)}
        self._varies = [True] * len(self._nodes)
        self._constants: dict[int, list[Any]] = {}

    def add(self, term: Any) -> int:
        """Add a term given as JSON and return its place; ValueError if it is none."""
        if isinstance(term, str):
            return self._where["x", (), term]
        if isinstance(term, int) or term[0] == "/":
            return self._place("q", (), fmpq(term) if isinstance(term, int) else fmpq(term[1], term[2]))
        head, rest = term[0], term[1:]
        if head == "E":
            if not (isinstance(rest[0], int) and 0 <= rest[0] < 1000 and len(rest) == 2):
                raise ValueError("E takes an integer k >= 0 and a term")
            return self._place(head, (self.add(rest[1]),), rest[0])
        if head not in ("+", "*", "max", "min") and len(rest) != _ARITY.get(head, -1):
            raise ValueError(f"no term begins with {str(head)[:20]!r} and has {len(rest)} parts")
        inputs = [self.add(part) for part in rest]
        if head == "*":
            for i in inputs:
                name, inner, _ = self._nodes[i]
                if name == "log" and inner[0] in inputs and self._is_positive(inner[0]):
                    inputs.remove(i)
                    inputs.remove(inner[0])
                    inputs.append(self._place("u log u", inner, None))
                    break
        return self._place(head, tuple(inputs), None)

    def minus(self, left: int, right: int) -> int:
        return self._place("+", (left, self._place("*", (self._place("q", (), fmpq(-1)), right), None)), None)

    def _place(self, head: str, inputs: tuple[int, ...], extra: Any) -> int:
        node = (head, inputs, extra)
        if node not in self._where:
            self._where[node] = len(self._nodes)
            self._nodes.append(node)
            self._varies.append(any(self._varies[i] for i in inputs))
            self._constants.clear()
        return self._where[node]

    def values(self, inputs: Mapping[str, Any], cell: Cell) -> list[Any]:
        """Evaluate every entry; ``inputs`` has a ball or series a variable, ``cell`` the exact range of each."""
        if ctx.prec not in self._constants:
            fixed: list[Any] = [None] * len(self._nodes)
            for i, varies in enumerate(self._varies):
                if not varies:
                    fixed[i] = self._value(i, fixed, {}, {})
            self._constants[ctx.prec] = fixed
        result = self._constants[ctx.prec].copy()
        for i, varies in enumerate(self._varies):
            if varies:
                result[i] = self._value(i, result, inputs, cell)
        return result

    def _value(self, i: int, v: Sequence[Any], inputs: Mapping[str, Any], cell: Cell) -> Any:
        head, args, extra = self._nodes[i]
        if head == "x":
            return inputs[extra]
        if head == "q":
            return arb(extra)
        if head == "+":
            return sum([v[j] for j in args[1:]], v[args[0]]) if args else arb(0)
        if head == "*":
            return _times([v[j] for j in args])
        if head == "^":
            return self._power(v[args[0]], v[args[1]], self._whole(args[1]), args[0], cell)
        if head in ("max", "min"):
            return _extreme([v[j] for j in args], 1 if head == "max" else -1)
        if head == "pi":
            return arb.pi()
        return _entire(extra, v[args[0]]) if head == "E" else apply(head, v[args[0]])

    def slopes(self, top: int, v: Sequence[Any], cell: Cell) -> dict[str, Any]:
        """Return the partial derivatives of entry ``top`` by every variable, swept back through its values ``v``."""
        swept: list[Any] = [arb(0)] * len(v)
        swept[top] = arb(1)
        for i in range(top, len(self._names) - 1, -1):
            args = self._nodes[i][1]
            if not self._varies[i] or (isinstance(swept[i], arb) and swept[i] == 0):
                continue
            for j, weight in zip(args, self._weights(i, v, cell), strict=True):
                if self._varies[j]:
                    swept[j] = swept[j] + swept[i] * weight()
        return dict(zip(self._names, swept, strict=False))

    def _weights(self, i: int, v: Sequence[Any], cell: Cell) -> list[Callable[[], Any]]:
        """Return the derivatives of one entry by its arguments, each evaluated only if it is needed."""
        head, args, extra = self._nodes[i]
        x = v[args[0]]
        if head == "+":
            return [lambda: 1] * len(args)
        if head == "*":
            return [partial(_times, [v[j] for m, j in enumerate(args) if m != k]) for k in range(len(args))]
        if head == "^":
            n = self._whole(args[1])
            less = None if n is None else n - 1
            return [
                lambda: v[args[1]] * self._power(x, v[args[1]] - 1, less, args[0], cell),
                lambda: v[i] * apply("log", x),
            ]
        if head in ("max", "min"):
            sign = 1 if head == "max" else -1
            size = range(len(args))
            return [partial(_share, [(v[args[j]] - v[args[m]]) * sign for m in size if m != j]) for j in size]
        if head == "E":
            return [lambda: _entire(extra + 1, x)]
        return [lambda: _derivative(head, x, v[i])]

    def _whole(self, exponent: int) -> int | None:
        head, _, extra = self._nodes[exponent]
        return int(extra.p) if head == "q" and extra.q == 1 and abs(extra) < 1000 else None

    def _power(self, b: Any, e: Any, whole: int | None, base: int, cell: Cell) -> Any:
        if whole == 0 and not _head(b).is_finite():
            return _nan(b)  # arithmetic would say 1, also where the base is not defined
        if whole is not None:
            power = b ** abs(whole)
            if isinstance(b, arb) and whole % 2 == 0 and not (b > 0 or b < 0) and b.is_finite():
                power = arb(0).union(b.abs_upper() ** abs(whole))
            return power if whole >= 0 else over(power)
        if isinstance(b, arb_series) or isinstance(e, arb_series):
            return (e * apply("log", b)).exp()
        if b > 0:
            return _ends(lambda x: _ends(lambda y: (x.log() * y).exp(), e), b)
        known = self.span(base, cell) if e > 0 else None
        if known is None or known[0] < 0:
            return NAN
        return arb(0).union(_ends(lambda y: arb(known[1]) ** y, e)) if known[1] > 0 else arb(0)

    def span(self, i: int, cell: Cell) -> tuple[fmpq, fmpq] | None:
        """Enclose an entry by exact interval arithmetic, or return None if it is no polynomial or too large."""
        head, args, extra = self._nodes[i]
        if head == "q":
            return extra, extra
        if head == "x":
            return cell[extra]
        n = self._whole(args[1]) if head == "^" else 1
        if head not in ("+", "*", "^") or n is None or not 0 < n <= 64:
            return None
        low = high = fmpq(int(head == "*"))
        for j in args[: 1 if head == "^" else None]:
            other = self.span(j, cell)
            if other is None or max(end.height_bits() for end in other) * n > _MOST_BITS:
                return None
            if head == "^":
                low, high = sorted(end**n for end in other)
                return (fmpq(0) if n % 2 == 0 and other[0] < 0 < other[1] else low), high
            ends = [low + other[0], high + other[1]] if head == "+" else [a * b for a in (low, high) for b in other]
            low, high = min(ends), max(ends)
        return low, high

    def _is_positive(self, i: int) -> bool:
        """Whether ``x``, ``c - x`` and the like are > 0 on the range of x, 0 at most at an excluded end."""
        affine = self._affine(i)
        if affine is None or len(affine[1]) != 1:
            return False
        ((name, factor),) = affine[1].items()
        for end in ("low", "high"):
            text = self._ranges[name][end]
            if text is None and (factor > 0) != (end == "high"):
                return False
            value = None if text is None else affine[0] + factor * fmpq(*map(int, text.split("/")))
            if value is not None and (value < 0 or (value == 0 and self._ranges[name][f"{end}_closed"])):
                return False
        return True

    def _affine(self, i: int) -> tuple[fmpq, dict[str, fmpq]] | None:
        head, args, extra = self._nodes[i]
        if head in ("q", "x"):
            return (extra, {}) if head == "q" else (fmpq(0), {extra: fmpq(1)})
        parts = [self._affine(j) for j in args] if head in ("+", "*") else [None]
        if any(part is None for part in parts):
            return None
        total: tuple[fmpq, dict[str, fmpq]] = (fmpq(int(head == "*")), {})
        for part in filter(None, parts):
            if head == "*" and total[1] and part[1]:
                return None
            total = _combined(head, total, part)
        return total[0], {name: factor for name, factor in total[1].items() if factor != 0}


def _combined(head: str, left: tuple[fmpq, dict[str, fmpq]], right: tuple[fmpq, dict[str, fmpq]]) -> Any:
    """Add or multiply two affine forms, of which one is constant in a product."""
    (a, left_factors), (b, right_factors) = left, right
    one, other = (fmpq(1), fmpq(1)) if head == "+" else (b, a)
    names = left_factors.keys() | right_factors.keys()
    none = fmpq(0)
    factors = {n: left_factors.get(n, none) * one + right_factors.get(n, none) * other for n in names}
    return (a + b if head == "+" else a * b), factors


def _times(factors: Sequence[Any]) -> Any:
    result = factors[0] if factors else arb(1)
    for factor in factors[1:]:
        result = result * factor
    return result


def _head(x: Any) -> arb:
    return x[0] if isinstance(x, arb_series) else x


def _ends(function: Callable[[arb], arb], x: arb) -> arb:
    """Enclose a monotone function by its values at both ends."""
    if x.rel_accuracy_bits() > 30:  # as good as a point: the ball itself
        return function(x)
    low, high = function(x.lower()), function(x.upper())
    return low.union(high) if low.is_finite() and high.is_finite() else NAN


def _nan(x: Any) -> Any:
    """Return NaN, of a series all coefficients: a shorter series would leave the higher ones at 0."""
    return arb_series([NAN] * x.prec, x.prec) if isinstance(x, arb_series) else NAN


def over(x: Any) -> Any:
    """Return 1 / x, NaN where that may be a division by 0."""
    return 1 / x if _head(x) > 0 or _head(x) < 0 else _nan(x)


def _sign(x: Any) -> Any:
    """Return the sign, where unknown the ball [-1, 1]; a series has no derivative at a kink."""
    head = _head(x)
    return (
        arb(1) if head > 0 else arb(-1) if head < 0 else arb(0, 1) if isinstance(x, arb) and x.is_finite() else _nan(x)
    )


def _extreme(arguments: Sequence[Any], sign: int) -> Any:
    best = arguments[0] * sign
    for other in arguments[1:]:
        gap = best - other * sign
        if isinstance(gap, arb_series):
            best = best if gap[0] > 0 else other * sign if gap[0] < 0 else _nan(gap)
        else:
            best = best.max(other * sign)
    return best * sign


def _share(gaps: Sequence[Any]) -> Any:
    """Return the weight of one argument of a maximum, given by how much it exceeds the others."""
    signs = [_sign(gap) for gap in gaps]
    return arb(0) if any(_head(sign) < 0 for sign in signs) else _times([(1 + sign) / 2 for sign in signs])


def _entire(k: int, z: Any) -> Any:
    """``int_0^1 s^k e^(s z) ds``: monotone, so a ball by its ends; a series by Taylor."""
    if not isinstance(z, arb_series):
        return _ends(lambda end: end.hypgeom_1f1(k + 1, k + 2) / (k + 1), z)
    result, weight, weights = arb_series([0], z.prec), arb(1), []
    for j in range(z.prec):
        weight = weight / max(j, 1)
        weights.append(weight * _entire(k + j, z[0]))
    for term in reversed(weights):
        result = result * (z - z[0]) + term
    return result


def apply(head: str, x: Any) -> Any:
    """Apply a function of one argument to a ball or series; NaN where it is not defined on all of it."""
    series = isinstance(x, arb_series)
    if head == "log":
        return (x.log() if series else _ends(arb.log, x)) if _head(x) > 0 else _nan(x)
    if head == "u log u":
        if series or x > 0 or not x.upper() < arb(1) / 3:
            return x * apply("log", x)
        return (x.upper() * x.upper().log()).union(arb(0)) if x.upper() > 0 else arb(0)  # it falls on [0, 1/3]
    if head == "abs":
        return x * _sign(x) if series else abs(x)
    if head in ("exp", "atan", "erf", "erfc"):
        return getattr(x, head)() if series else _ends(getattr(arb, head), x)
    if head in ("sinh", "tanh") and not series:
        return _ends(getattr(arb, head), x)
    up, down = x.exp(), (-x).exp()
    return (up + down) / 2 if head == "cosh" else (up - down) / 2 if head == "sinh" else (up - down) * over(up + down)


def _derivative(head: str, x: Any, y: Any) -> Any:
    if head == "exp":
        return y
    if head == "log":
        return over(x)
    if head == "u log u":
        return apply("log", x) + 1
    if head == "abs":
        return _sign(x)
    if head == "tanh":
        return 1 - y * y
    if head == "atan":
        return over(1 + x * x)
    if head in ("erf", "erfc"):
        return (2 if head == "erf" else -2) * apply("exp", -(x * x)) / arb.pi().sqrt()
    return apply("cosh" if head == "sinh" else "sinh", x)
