r"""Regret bounds as objects: every assumption, the terms by name, and a number.

A bound evaluates to a number (or, for arrays of parameters, to an array): ``float(bound)``, ``bound.value``. Regret is
that against a fixed comparator, in expectation where the losses or the plays are random; each bound says which.

>>> print(gradient_descent(D=2.0, G=1.0, T=100))
30.0: regret of projected online gradient descent, step D/(G sqrt t)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from theory.arrays import Array, broadcast, real_arrays, require, restore
from theory.shown import Shown

__all__ = [
    "RegretBound",
    "adagrad",
    "checked",
    "exp2",
    "exp3",
    "gradient_descent",
    "gradient_descent_strongly_convex",
    "hedge",
    "newton_step",
]


@dataclass(frozen=True)
class RegretBound(Shown):
    """An upper bound on regret.

    Attributes
    ----------
    name
        What is bounded, of which method.
    terms
        The summands by name; their sum is the bound.
    parameters
        What they were computed from.
    assumptions
        Every hypothesis under which the bound holds, in words.
    paper
        Key of the source in ``papers.toml``, "" if it has none there.
    form
        ``"as usually quoted"`` or ``"derived"``.
    """

    name: str
    terms: Mapping[str, Any]
    parameters: Mapping[str, Any]
    assumptions: tuple[str, ...]
    paper: str = ""
    form: str = "as usually quoted"

    @property
    def value(self) -> Any:
        """The bound: a float, or an array where a parameter was one."""
        return reduce(add, self.terms.values())

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        return f"{self.value}: {self.name}"

    def _shown_title(self) -> str:
        return self.name

    def _shown_rows(self) -> list[tuple[str, Any]]:
        rows = [("bound", self.value), *((f"of it: {name}", value) for name, value in self.terms.items())]
        rows += [("parameters", self.parameters), *(("assumes", item) for item in self.assumptions)]
        return [*rows, ("source", f"{self.paper} ({self.form})" if self.paper else self.form)]


def checked(positive: tuple[str, ...] = (), **parameters: Any) -> tuple[Any, dict[str, Array], bool]:
    """Read parameters into arrays that broadcast against each other; those in ``positive`` are > 0, the others >= 0.

    Raises
    ------
    ValueError
        If one is not, is not finite, or is empty; the message names it.

    Examples
    --------
    >>> _, read, scalar = checked(("D",), D=2, G=0)
    >>> float(read["D"]), scalar
    (2.0, True)
    """
    xp, arrays, scalar = real_arrays(*parameters.values())
    for name, array in zip(parameters, arrays, strict=True):
        if 0 in array.shape:
            raise ValueError(f"{name} must hold at least one number, got shape {tuple(array.shape)}")
        low = array > 0 if name in positive else array >= 0
        allowed = "positive and finite" if name in positive else "nonnegative and finite"
        require(xp, low & xp.isfinite(array), array, name, allowed)
    full = broadcast(xp, **dict(zip(parameters, arrays, strict=True)))
    return xp, dict(zip(parameters, full, strict=True)), scalar


_LOGARITHMIC = "ons"  # the paper of the logarithmic bounds
_CONVEX = ("the decision set is convex with diameter at most D", "the losses are convex with gradients of at most G")


def gradient_descent(*, D: Any, G: Any, T: Any) -> RegretBound:
    """Return ``(3/2) D G sqrt(T)``, for the steps ``D/(G sqrt t)``, which need no horizon.

    Examples
    --------
    >>> float(gradient_descent(D=1, G=1, T=4))
    3.0
    """
    xp, p, scalar = checked(("T",), D=D, G=G, T=T)
    value = 1.5 * p["D"] * p["G"] * xp.sqrt(p["T"])
    name = "regret of projected online gradient descent, step D/(G sqrt t)"
    return RegretBound(name, {"steps": restore(value, scalar)}, {"D": D, "G": G, "T": T}, _CONVEX, "zinkevich")


def gradient_descent_strongly_convex(*, G: Any, lam: Any, T: Any) -> RegretBound:
    """Return ``(G^2/(2 lam)) (1 + log T)``, for the steps ``1/(lam t)``.

    Examples
    --------
    >>> float(gradient_descent_strongly_convex(G=2, lam=1, T=1))
    2.0
    """
    xp, p, scalar = checked(("lam", "T"), G=G, lam=lam, T=T)
    require(xp, p["T"] >= 1, p["T"], "T", "at least 1")
    value = p["G"] ** 2 / (2 * p["lam"]) * (1 + xp.log(p["T"]))
    assumptions = ("the decision set is convex", "the losses are lam-strongly convex with gradients of at most G")
    name = "regret of projected online gradient descent, step 1/(lam t)"
    return RegretBound(name, {"log": restore(value, scalar)}, {"G": G, "lam": lam, "T": T}, assumptions, _LOGARITHMIC)


def hedge(*, N: Any, T: Any, eta: Any = None) -> RegretBound:
    """Return ``log(N)/eta + eta T/8``, by default at the best step ``sqrt(8 log(N)/T)``.

    Examples
    --------
    >>> round(float(hedge(N=2, T=100)), 4)
    5.8871
    """
    xp, p, scalar = checked(("N", "T"), N=N, T=T)
    require(xp, p["N"] >= 2, p["N"], "N", "at least 2")
    logarithm = xp.log(p["N"])
    if eta is None:
        step = xp.sqrt(8 * logarithm / p["T"])
    else:
        xp, p, scalar = checked(("N", "T", "eta"), N=N, T=T, eta=eta)
        step, logarithm = p["eta"], xp.log(p["N"])
    terms = {"prior": restore(logarithm / step, scalar), "stability": restore(step * p["T"] / 8, scalar)}
    name = "regret of exponential weights with a fixed step"
    assumptions = ("losses lie in [0, 1]", "all losses of a round are seen")
    return RegretBound(name, terms, {"N": N, "T": T, "eta": restore(step, scalar)}, assumptions, "hedge")


def exp3(*, K: Any, T: Any) -> RegretBound:
    """Return ``sqrt(2 T K log K)``, for the step ``sqrt(2 log(K)/(T K))``.

    Examples
    --------
    >>> round(float(exp3(K=10, T=5000)), 2)
    479.85
    """
    xp, p, scalar = checked(("K", "T"), K=K, T=T)
    require(xp, p["K"] >= 2, p["K"], "K", "at least 2")
    value = xp.sqrt(2 * p["T"] * p["K"] * xp.log(p["K"]))
    assumptions = ("losses lie in [0, 1] and are fixed in advance", ("the loss of the arm drawn is seen, weighted by "
                   "its probability; the regret is expected, against a fixed arm"))  # fmt: skip
    return RegretBound("expected regret of EXP3", {"both": restore(value, scalar)}, {"K": K, "T": T}, assumptions,
                       "exp3")  # fmt: skip


def exp2(*, d: Any, N: Any, T: Any) -> RegretBound:
    """Return ``2 sqrt(3 T d log N)``, with exploration of largest leverage d (G-optimal design).

    Examples
    --------
    >>> round(float(exp2(d=3, N=8, T=400)), 1)
    173.0
    """
    xp, p, scalar = checked(("d", "N", "T"), d=d, N=N, T=T)
    value = 2 * xp.sqrt(3 * p["T"] * p["d"] * xp.log(p["N"]))
    assumptions = ("linear losses of at most 1 in size on N actions that span d dimensions, fixed in advance",
                   "step sqrt(log(N)/(3 T d)), exploration d times it (at most 1), from a design of largest leverage d",
                   "the regret is expected, against a fixed action")  # fmt: skip
    terms = {"both": restore(value, scalar)}
    return RegretBound("expected regret of EXP2", terms, {"d": d, "N": N, "T": T}, assumptions, "bubeck_exp2")


def newton_step(*, d: Any, alpha: Any, G: Any, D: Any, T: Any) -> RegretBound:
    """Return ``2 (1/alpha + G D) d log T``, T >= 4.

    Examples
    --------
    >>> round(float(newton_step(d=2, alpha=1, G=0, D=1, T=4)), 4)
    5.5452
    """
    xp, p, scalar = checked(("d", "alpha", "T"), d=d, alpha=alpha, G=G, D=D, T=T)
    require(xp, p["T"] >= 4, p["T"], "T", "at least 4")
    value = 2 * (1 / p["alpha"] + p["G"] * p["D"]) * p["d"] * xp.log(p["T"])
    assumptions = (*_CONVEX, "the losses are alpha-exp-concave",
                   "gamma = min(1/(G D), alpha)/2 and H_0 = I/(gamma D)^2")  # fmt: skip
    given = {"d": d, "alpha": alpha, "G": G, "D": D, "T": T}
    return RegretBound(
        "regret of online Newton steps", {"log": restore(value, scalar)}, given, assumptions, _LOGARITHMIC
    )


def adagrad(*, D_inf: Any, gradients: Any) -> RegretBound:
    """Return ``sqrt(2) D_inf sum_i |g_{1:T,i}|``, from the gradients themselves (rounds first, coordinates last).

    Examples
    --------
    >>> round(float(adagrad(D_inf=1, gradients=[[3.0, 0.0], [4.0, 1.0]])), 6)
    8.485281
    """
    xp, (width, gradients), _ = real_arrays(D_inf, gradients)
    if 0 in width.shape:
        raise ValueError(f"D_inf must hold at least one number, got shape {tuple(width.shape)}")
    require(xp, (width > 0) & xp.isfinite(width), width, "D_inf", "positive and finite")
    require(xp, xp.isfinite(gradients), gradients, "gradients", "finite")
    if gradients.ndim < 2 or 0 in gradients.shape:
        raise ValueError(f"gradients need rounds first and coordinates last, got shape {tuple(gradients.shape)}")
    value = 2**0.5 * width * xp.sum(xp.sqrt(xp.sum(gradients**2, axis=0)), axis=-1)
    assumptions = ("the decision set is convex with width at most D_inf in every coordinate", "the losses are convex",
                   "steps D_inf/sqrt(2 sum g_i^2) in coordinate i")  # fmt: skip
    return RegretBound("regret of diagonal AdaGrad", {"coordinates": value}, {"D_inf": D_inf, "T": gradients.shape[0]},
                       assumptions, "adagrad")  # fmt: skip
