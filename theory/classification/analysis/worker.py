"""The child process that makes symbolic attempts: one JSON request a line in, one JSON answer a line out.

Run as ``python -m theory.classification.analysis.worker`` by `theory.classification.analysis.attempts`, which kills
it when an answer is late. Formulas travel as terms (`theory.engine.terms`), never as code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import sympy

from theory.classification.analysis.local import Unclear, at_zero, sign
from theory.engine.terms import from_sympy, to_sympy

U = sympy.Symbol("u", real=True)
T = sympy.Symbol("t", positive=True)
Z = sympy.Symbol("z", positive=True)  # its square is (1+t)/(1-t), the odds of the more likely class


def _is_zero(expression: sympy.Expr) -> bool:
    """Return whether SymPy reduces an expression to 0 (False: unknown); a point where it is not 0 answers at once."""
    point = {symbol: sympy.Rational(3, 7) + 1 for symbol in expression.free_symbols}
    value = expression.subs(point).evalf(30)
    if value.is_Float and abs(value) > 1e-20:
        return False
    for attempt in (
        sympy.expand,
        sympy.simplify,
        lambda e: sympy.simplify(e.rewrite(sympy.exp)),
        sympy.radsimp,
    ):
        if attempt(expression) == 0:
            return True
    return False


def _constant(expression: sympy.Expr) -> dict[str, Any]:
    return {"term": from_sympy(expression), "text": str(expression), "latex": sympy.latex(expression)}


def tidy(phi: sympy.Expr) -> dict[str, Any]:
    """An equal formula in which u occurs as rarely as possible: interval arithmetic widens with each occurrence."""
    x = sympy.Symbol("x", positive=True)
    candidates = [phi]
    for attempt in (
        sympy.simplify,
        lambda e: sympy.apart(e, U),
        lambda e: sympy.apart(sympy.expand(e).subs(sympy.exp(U), 1 / x).subs(sympy.exp(-U), x), x).subs(
            x, sympy.exp(-U)
        ),
    ):
        try:
            form = attempt(phi)
        except (sympy.PolynomialError, NotImplementedError):
            continue
        if form.free_symbols <= {U} and _is_zero(form - phi):
            candidates.append(form)
    best = min(candidates, key=lambda form: (_occurrences(form), form.count_ops()))
    return _constant(phi if _occurrences(best) == _occurrences(phi) else best)


def _occurrences(expression: sympy.Expr) -> int:
    return sum(1 for part in sympy.preorder_traversal(expression) if part == U)


def local(phi: sympy.Expr) -> dict[str, Any]:
    """Slopes and derivatives at 0."""
    found = at_zero(phi, U)
    answer: dict[str, Any] = {key: _constant(found[key]) for key in ("value", "left", "right")}
    answer |= {"signs": found["signs"], "smooth": found["smooth"]}
    if found["smooth"]:
        derivatives = found["derivatives"]
        answer["derivative_signs"] = [sign(value) for value in derivatives]
        answer |= _growth(derivatives, answer["derivative_signs"])
    return answer


def _growth(derivatives: list[sympy.Expr], signs: list[int]) -> dict[str, Any]:
    r"""Leading term of T for a convex phi, analytic at 0 with negative slope.

    Near 0 the risk is phi(0) + t phi'(0) u + e u^k + ..., with k the first even order whose derivative is not 0 and
    e = phi^(k)(0)/k!. Its minimum lies (1-1/k) a^(k/(k-1)) / (k e)^(1/(k-1)) t^(k/(k-1)) below, a = -phi'(0). For
    k = 2 this is phi'(0)^2 / (2 phi''(0)) t^2.
    """
    even = next((k for k in range(2, len(derivatives), 2) if signs[k] != 0), None)
    if signs[1] >= 0 or even is None or signs[even] < 0:
        return {}
    power = sympy.Rational(even, even - 1)
    coefficient = derivatives[even] / sympy.factorial(even)
    slope = -derivatives[1]
    constant = (1 - sympy.Rational(1, even)) * slope**power / (even * coefficient) ** sympy.Rational(1, even - 1)
    return {"exponent": str(power), "constant": _constant(sympy.simplify(constant))}


def second_derivative(phi: sympy.Expr) -> dict[str, Any]:
    """The second derivative in a short form, and whether SymPy sees that it is never negative."""
    if phi.has(sympy.Max, sympy.Min, sympy.Abs):
        raise Unclear("the formula has kinks")
    candidates = []
    raw = sympy.diff(phi, U, 2)
    for attempt in (
        sympy.factor,
        sympy.simplify,
        lambda e: sympy.factor(sympy.simplify(e.rewrite(sympy.exp))),
    ):
        form = attempt(raw)
        if form.is_nonnegative:
            return {"nonnegative": True, **_constant(form)}
        candidates.append(form)
    best = min(candidates, key=lambda form: form.count_ops())
    return {"nonnegative": False, **_constant(best)}


def symmetric(phi: sympy.Expr) -> dict[str, Any]:
    """Whether phi(u) + phi(-u) is constant, and whether phi(u) = phi(-u)."""
    mirror = phi.subs(U, -U)
    return {"constant": _is_zero(phi + mirror - 2 * phi.subs(U, 0)), "even": _is_zero(phi - mirror)}


def scaled(phi: sympy.Expr) -> dict[str, Any]:
    """Recognise c*base(k u) + d for a named base: scale k > 0 and factor c > 0 from derivatives at 0, then identity."""
    found = at_zero(phi, U)
    if not found["smooth"]:
        return {"name": None}
    _, first, second, third, _ = found["derivatives"]
    for name, base, raw in _candidates(first, second, third):
        scale = sympy.radsimp(sympy.simplify(raw))
        if scale.has(sympy.zoo, sympy.nan) or not scale.is_real or sign(scale) <= 0:
            continue
        slope = sympy.diff(base, U).subs(U, 0) if name != "quadratic" else sympy.Integer(-2)
        factor = sympy.simplify(first / (scale * slope))
        if sign(factor) <= 0:
            continue
        shape = factor * (base.subs(U, scale * U) - base.subs(U, 0)) + found["value"]
        if _is_zero(phi - shape) or phi == shape:
            shift = sympy.simplify(found["value"] - factor * base.subs(U, 0))
            return {
                "name": name,
                "factor": _constant(factor),
                "scale": _constant(scale),
                "shift": _constant(shift),
            }
    return {"name": None}


def _candidates(first: Any, second: Any, third: Any) -> list[tuple[str, sympy.Expr, sympy.Expr]]:
    hinge = sympy.Max(0, 1 - U)
    shapes = [("sigmoid", 1 - sympy.tanh(U), sympy.sqrt(sympy.cancel(-third / (2 * first))))] if first != 0 else []
    if first != 0 and second != 0:
        shapes += [
            ("exponential", sympy.exp(-U), -second / first),
            ("logistic", sympy.log(1 + sympy.exp(-U)), -2 * second / first),
            ("quadratic", hinge**2, -second / first),
            ("square", (1 - U) ** 2, -second / first),
        ]
    return shapes


def stationary(phi: sympy.Expr) -> dict[str, Any]:
    """A closed-form stationary point of the risk of a convex loss and the transform that follows from it.

    Solved in z with z^2 = (1+t)/(1-t) > 1: stationary where z^2 phi'(u) = phi'(-u). Only the identity is
    checked here; that the point is real, not negative and on the piece of phi around 0 is for the caller to enclose.
    """
    smooth = _piece_at(phi)
    slope = sympy.diff(smooth, U)
    equation = Z**2 * slope - slope.subs(U, -U)
    back = {Z: sympy.sqrt((1 + T) / (1 - T))}
    for form in (equation, sympy.together(equation.rewrite(sympy.exp))):
        try:
            solutions = sympy.solve(form, U)
        except (NotImplementedError, ValueError, TypeError):
            continue
        for point in solutions:
            if point.has(sympy.I):
                continue
            usable = point.free_symbols <= {Z} and sign(point.subs(Z, 3)) >= 0
            if usable and _is_zero(equation.subs(U, point)):
                risk = (Z**2 * smooth + smooth.subs(U, -U)) / (1 + Z**2)
                value = sympy.simplify(smooth.subs(U, 0) - risk.subs(U, point))
                return {"point": _constant(_short(point, back)), "transform": _constant(_short(value, back))}
    raise Unclear("no closed-form stationary point was found")


def _short(expression: sympy.Expr, back: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """Return to t in whichever form has the fewest operations."""
    raw = expression.subs(back)
    forms = [raw, *[attempt(raw) for attempt in (sympy.simplify, sympy.factor, sympy.radsimp)]]
    return min(forms, key=lambda form: (form.count_ops(), str(form)))


def _piece_at(phi: sympy.Expr) -> sympy.Expr:
    """Return the smooth formula around 0; with kinks elsewhere the caller checks where the point lies."""
    from theory.classification.analysis.local import branch

    left, right = branch(phi, U, -1), branch(phi, U, 1)
    if sympy.expand(left - right) != 0:
        raise Unclear("the loss has a kink at 0")
    return right


def fall(phi: sympy.Expr, score_bound: str | None) -> dict[str, Any]:
    """Half of what phi falls from the least to the greatest score, which may be infinite."""
    if score_bound is None:
        ends = [sympy.limit(phi, U, end) for end in (-sympy.oo, sympy.oo)]
    else:
        ends = [phi.subs(U, sign * sympy.Rational(score_bound)) for sign in (-1, 1)]
    half = sympy.simplify((ends[0] - ends[1]) / 2)
    if half is sympy.oo:
        return {"infinite": True}
    if half.free_symbols or half.is_finite is False or half.has(sympy.Limit, sympy.AccumBounds, sympy.nan):
        raise Unclear(f"the loss falls by {half}")
    return _constant(half)


def comp_sum_family(phi: sympy.Expr) -> dict[str, Any]:
    """Recognise a comp-sum Phi as c*Phi_tau: derivatives at 0 give c and tau, then identity; also Phi(0) exactly."""
    at = [sympy.simplify(sympy.diff(phi, U, k).subs(U, 0)) for k in range(3)]
    answer: dict[str, Any] = {"value": _constant(at[0]), "value_sign": sign(at[0]), "name": None}
    if not all(derivative.is_finite for derivative in at) or sign(at[1]) <= 0:
        return answer
    tau = sympy.simplify(-at[2] / at[1])
    if sign(tau) < 0:
        return answer
    base = sympy.log(1 + U) if tau == 1 else ((1 + U) ** (1 - tau) - 1) / (1 - tau)
    positive = sympy.Symbol("x", positive=True)
    difference = (phi - at[0] - at[1] * base).subs(U, positive)
    if _is_zero(sympy.powsimp(difference)):
        answer |= {"name": "comp-sum", "tau": _constant(tau), "factor": _constant(at[1])}
    return answer


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "tidy": tidy,
    "local": local,
    "second_derivative": second_derivative,
    "symmetric": symmetric,
    "scaled": scaled,
    "stationary": stationary,
    "fall": fall,
    "comp_sum_family": comp_sum_family,
}


def answer(line: str) -> dict[str, Any]:
    """Answer one request; whatever SymPy raises becomes ``{"unclear": reason}``."""
    request = json.loads(line)
    try:
        phi = to_sympy(request["term"], {"u": U}.__getitem__)
        return TASKS[request["task"]](phi, **request.get("arguments", {}))
    except Unclear as error:
        return {"unclear": str(error)}
    except Exception as error:  # noqa: BLE001  SymPy raises what it likes; the caller needs to know that it failed
        return {"unclear": f"{type(error).__name__}: {error}"[:300]}


def main() -> None:
    """Serve requests until the input ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
