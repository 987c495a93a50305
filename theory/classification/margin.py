r"""Margin losses of binary classification and what their excess risk says about the zero-one excess risk.

With posterior :math:`\eta = (1+t)/2` of the positive class, a score u has conditional risk
:math:`C_t(u) = \frac{1+t}{2}\,\varphi(u) + \frac{1-t}{2}\,\varphi(-u)`. The *transform* of a loss is

.. math:: T(t) = \inf_{u \le 0} C_t(u) - \inf_u C_t(u), \qquad |u| \le B,

the least excess risk that a score of the wrong sign pays; its convex hull turns surrogate regret into zero-one
regret. The wrong-sign infimum is taken as it stands: the shortcut :math:`\varphi(0) - \inf C_t` is right for convex
losses only (for the rho-margin loss it gives 1/2 at t = 0 instead of 0).

Source: paper ``hcons_binary`` (bounded scores), ``bartlett`` (unbounded ones: the psi-transform).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from theory.arrays import Array, quiet, real_arrays, require, restore
from theory.classification import margin_transforms as closed
from theory.elementary import softplus
from theory.shown import Shown

if TYPE_CHECKING:
    import sympy

__all__ = [
    "LOSSES",
    "MarginLoss",
    "bound",
    "exponential",
    "from_formula",
    "hinge",
    "logistic",
    "quadratic",
    "rho_margin",
    "sigmoid",
    "transform",
]


@dataclass(frozen=True)
class MarginLoss(Shown):
    r"""A loss :math:`\varphi(u)` of the margin u = y h(x).

    Attributes
    ----------
    name
        The field's name, with the parameter where it has one.
    formula
        What `theory.engine.expression.parse` reads: the exact definition.
    phi, derivative
        Functions of an array of margins; where the loss has a kink the derivative from the right.
    convex
        Whether phi is convex.
    scale
        Factor of the closed forms (1/log 2 for the logistic loss in bits).
    closed_transform, closed_bound
        Closed form and inverse as functions of (array, score bound, namespace), None where there is none.
    """

    name: str
    formula: str
    phi: Callable[[Array], Array]
    derivative: Callable[[Array], Array] | None
    convex: bool
    scale: float = 1.0
    closed_transform: closed.Closed | None = None
    closed_bound: closed.Closed | None = None

    def __call__(self, margin: Array) -> Array:
        """Return phi of the margin."""
        return self.phi(margin)

    def _repr_latex_(self) -> str:
        import sympy

        from theory.engine.expression import parse

        return rf"$\displaystyle \varphi(u) = {sympy.latex(parse(self.formula))}$"


def _on_arrays(function: Callable[[Array, Any], Array]) -> Callable[[Array], Array]:
    """Let a function of (array, namespace) take Python numbers too and give those back."""

    @quiet
    def call(margin: Array) -> Array:
        xp, (u,), scalar = real_arrays(margin)
        return restore(function(u, xp), scalar)

    return call


def hinge() -> MarginLoss:
    """Return the hinge loss max(0, 1-u).

    >>> hinge()(0.25), hinge().derivative(0.25)
    (0.75, -1.0)
    """
    return MarginLoss(
        "hinge",
        "max(0, 1-u)",
        _on_arrays(lambda u, xp: xp.where(u < 1, 1 - u, 0 * u)),
        _on_arrays(lambda u, xp: xp.where(u < 1, -xp.ones_like(u), xp.zeros_like(u))),
        convex=True,
        closed_transform=closed.hinge,
        closed_bound=closed.hinge_bound,
    )


def logistic(*, base: float = math.e) -> MarginLoss:
    """Return the logistic loss log(1+exp(-u)), natural logarithm unless ``base=2``.

    >>> round(logistic()(0.0), 6), logistic(base=2)(0.0)
    (0.693147, 1.0)
    """
    if base not in (2, math.e):
        raise ValueError(f"base is {base!r}; allowed: 2 and e (math.e)")
    scale = 1 / math.log(2) if base == 2 else 1.0
    return MarginLoss(
        "logistic, base 2" if base == 2 else "logistic",
        "log2(1+exp(-u))" if base == 2 else "log(1+exp(-u))",
        _on_arrays(lambda u, xp: scale * softplus(xp, -u)),
        _on_arrays(lambda u, xp: -scale * closed.logistic_tail(u, xp)),
        convex=True,
        scale=scale,
        closed_transform=closed.logistic,
        closed_bound=closed.logistic_bound,
    )


def exponential() -> MarginLoss:
    """Return the exponential loss exp(-u).

    >>> exponential()(0.0), exponential().derivative(0.0)
    (1.0, -1.0)
    """
    return MarginLoss(
        "exponential",
        "exp(-u)",
        _on_arrays(lambda u, xp: xp.exp(-u)),
        _on_arrays(lambda u, xp: -xp.exp(-u)),
        convex=True,
        closed_transform=closed.exponential,
        closed_bound=closed.exponential_bound,
    )


def quadratic() -> MarginLoss:
    """Return the squared hinge loss max(0, 1-u)**2, called quadratic in the papers.

    >>> quadratic()(-1.0), quadratic().derivative(0.5)
    (4.0, -1.0)
    """
    return MarginLoss(
        "quadratic",
        "max(0, 1-u)**2",
        _on_arrays(lambda u, xp: xp.where(u < 1, 1 - u, 0 * u) ** 2),
        _on_arrays(lambda u, xp: -2 * xp.where(u < 1, 1 - u, 0 * u)),
        convex=True,
        closed_transform=closed.quadratic,
        closed_bound=closed.quadratic_bound,
    )


def sigmoid(*, k: float = 1.0) -> MarginLoss:
    """Return the sigmoid loss 1 - tanh(k u), k > 0: bounded and not convex.

    >>> sigmoid(k=2)(0.0), sigmoid(k=2).derivative(0.0)
    (1.0, -2.0)
    """
    _check_positive("k", k)
    return MarginLoss(
        f"sigmoid, k = {k:g}",
        f"1-tanh({k!r}*u)",
        _on_arrays(lambda u, xp: 2 * closed.logistic_tail(2 * k * u, xp)),  # no cancellation at large u
        _on_arrays(lambda u, xp: -k / xp.cosh(xp.clip(k * u, -350, 350)) ** 2),
        convex=False,
        closed_transform=lambda t, b, xp: closed.linear(t, xp.tanh(k * b), xp),
        closed_bound=lambda x, b, xp: closed.linear_bound(x, xp.tanh(k * b), xp),
    )


def rho_margin(*, rho: float = 1.0) -> MarginLoss:
    """Return the rho-margin loss min(max(0, 1-u/rho), 1), rho > 0: bounded and not convex.

    >>> rho_margin(rho=2)(0.5), rho_margin(rho=2)(-3.0)
    (0.75, 1.0)
    """
    _check_positive("rho", rho)

    def slope(u: Array, xp: Any) -> Array:
        return xp.where((u >= 0) & (u < rho), -xp.ones_like(u) / rho, xp.zeros_like(u))

    return MarginLoss(
        f"rho-margin, rho = {rho:g}",
        f"min(max(0, 1-u/{rho!r}), 1)",
        _on_arrays(lambda u, xp: xp.clip(1 - u / rho, 0.0, 1.0)),
        _on_arrays(slope),
        convex=False,
        closed_transform=lambda t, b, xp: closed.linear(t, closed.smaller(b, rho, xp) / rho, xp),
        closed_bound=lambda x, b, xp: closed.linear_bound(x, closed.smaller(b, rho, xp) / rho, xp),
    )


LOSSES: dict[str, Callable[[], MarginLoss]] = {
    "hinge": hinge,
    "logistic": logistic,
    "exponential": exponential,
    "quadratic": quadratic,
    "sigmoid": sigmoid,
    "rho-margin": rho_margin,
}


def _check_positive(name: str, value: float) -> None:
    if not (isinstance(value, (int, float)) and 0 < value < math.inf):
        raise ValueError(f"{name} is {value!r}; allowed: a finite number above 0")


def from_formula(formula: str | sympy.Expr, *, name: str = "") -> MarginLoss:
    """Return the margin loss of a formula in u; its transform is computed by numeric minimisation (NumPy only).

    Whether it is convex is not decided here (``convex`` is False): `theory.classification.analysis` does.

    >>> loss = from_formula("log(1+exp(-u))")
    >>> round(float(transform(0.5, loss)), 6)
    0.130812
    """
    import sympy

    from theory.engine.expression import parse

    expression = parse(formula) if isinstance(formula, str) else formula
    if len(expression.free_symbols) > 1:
        raise ValueError(
            f"a margin loss has one variable; {expression} has {sorted(map(str, expression.free_symbols))}"
        )
    symbol = next(iter(expression.free_symbols), sympy.Symbol("u", real=True))
    phi = sympy.lambdify(symbol, expression + 0 * symbol, modules=["scipy", "numpy"])
    return MarginLoss(name or str(expression), str(expression), _vectorised(phi), None, convex=False)


def _vectorised(phi: Callable[[Any], Any]) -> Callable[[Array], Array]:
    import numpy as np

    def call(margin: Array) -> Array:
        u = np.asarray(margin, dtype=float)
        with np.errstate(all="ignore"):  # exp overflows to infinity, which is the right limit
            value = np.broadcast_to(np.asarray(phi(u), dtype=float), u.shape)
        return float(value) if u.ndim == 0 else value

    return call


@quiet
def transform(t: Array, loss: MarginLoss | Callable[[Array], Array], score_bound: Array = math.inf) -> Array:
    """Return T(t): least excess conditional risk of a wrong-sign score at posterior (1+t)/2.

    Parameters
    ----------
    t
        Twice the distance of the posterior from 1/2, in [0, 1]; any shape.
    loss
        A `MarginLoss`, or any function of an array of margins (then minimised numerically, to about 1e-9).
    score_bound
        B > 0: scores in [-B, B]; broadcasts against t. Numeric minimisation takes one number.

    Raises
    ------
    ValueError
        If t is outside [0, 1] or NaN, or the score bound is not positive.

    Examples
    --------
    >>> transform(0.5, hinge()), round(transform(0.5, exponential()), 14), transform(0.5, quadratic(), score_bound=0.25)
    (0.5, 0.13397459621556, 0.1875)
    """
    if not (isinstance(loss, MarginLoss) and loss.closed_transform is not None):
        from theory.classification.margin_search import numeric_transform

        return numeric_transform(t, loss, score_bound)
    xp, (values, bounds), scalar = real_arrays(t, score_bound)
    require(xp, (values >= 0) & (values <= 1), values, "t", "in [0, 1]")
    require(xp, bounds > 0, bounds, "score_bound", "above 0 (infinity is allowed)")
    return restore(loss.scale * loss.closed_transform(values, bounds, xp), scalar)


@quiet
def bound(regret: Array, loss: MarginLoss | Callable[[Array], Array], score_bound: Array = math.inf) -> Array:
    """Return the largest zero-one regret that a surrogate regret allows, at most 1: the inverse of the transform.

    The inverse of the convex hull where the transform is not convex (numeric minimisation only: all closed
    forms are convex).

    Parameters
    ----------
    regret
        Surrogate excess risk (plus minimizability gap where there is one), >= 0; any shape.
    loss, score_bound
        As in `transform`.

    Raises
    ------
    ValueError
        If a regret is negative or NaN, or the score bound is not positive.

    Examples
    --------
    >>> bound(0.5, hinge()), round(bound(0.02, logistic()), 6), bound(9.0, quadratic())
    (0.5, 0.19933, 1.0)
    """
    if not (isinstance(loss, MarginLoss) and loss.closed_bound is not None):
        from theory.classification.margin_search import numeric_bound

        return numeric_bound(regret, loss, score_bound)
    xp, (values, bounds), scalar = real_arrays(regret, score_bound)
    require(xp, values >= 0, values, "regret", "at least 0")
    require(xp, bounds > 0, bounds, "score_bound", "above 0 (infinity is allowed)")
    return restore(xp.clip(loss.closed_bound(values / loss.scale, bounds, xp), 0.0, 1.0), scalar)
