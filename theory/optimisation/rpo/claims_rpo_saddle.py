r"""Regularised preference optimisation: the inner maximum in closed form, and why minimax equals maximin.

Actions are the classes. ``p`` is the reference policy, ``w = exp(r/beta)`` stands for the reward r, ``q`` is any policy
and ``b`` the base policy; the best response to the reward is ``p w/Z`` with ``Z = sum p w``.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "rpo"
_ONE_PERCENT, _LESS = Fraction(101, 100), Fraction(99, 100)
_RESPONSE = r"\pi_r\propto\pi_0e^{r/\beta},\ Z=\textstyle\sum_a\pi_0(a)e^{r(a)/\beta}:\quad "


def _policies(rng: random.Random, names: tuple[str, ...]) -> list[dict[str, Fraction]]:
    """Draw positive distributions over two to four actions, and weights w."""
    rows = [{name: Fraction(rng.randint(1, 9)) for name in names} for _ in range(rng.randint(2, 4))]
    for name in names:
        if name != "w":
            total = sum(row[name] for row in rows)
            for row in rows:
                row[name] /= total
    return rows


def _setting() -> tuple[Any, ...]:
    import sympy

    domain, each = Domain("beta in (0,oo)"), Domain("p in (0,1], w in (0,oo), q in (0,1]")
    (beta,), (p, w, q) = domain, each
    total, log = Sig(p * w), sympy.log
    value = beta * Sig(q * log(w)) - beta * Sig(q * (log(q) - log(p)))
    divergence = Sig(q * (log(q) - log(p) - log(w)) + q * log(total))
    return domain, each, total, value, divergence


def _sample(rng: random.Random) -> Any:
    rows = _policies(rng, ("p", "w", "q"))
    if rng.random() < 0.5:
        total = sum(row["p"] * row["w"] for row in rows)
        for row in rows:
            row["q"] = row["p"] * row["w"] / total
    return {"beta": Fraction(rng.randint(1, 4), 2)}, rows


@claim(
    paper=_PAPER,
    where="inner maximum over policies",
    expected="proved",
    strength="identity",
    says=_RESPONSE
    + r"\mathbb E_\pi r-\beta\,\mathrm{KL}(\pi\,\|\,\pi_0)=\beta\ln Z-\beta\,\mathrm{KL}(\pi\,\|\,\pi_r)",
)
def log_partition_identity(c: Constant = 1) -> Stated:
    """Write the reward as beta ln w; ln Z has weight sum q = 1."""
    import sympy

    domain, each, total, value, divergence = _setting()
    (beta,), (_, _, q) = domain, each

    def proof(k: Proof) -> Any:
        right = beta * sympy.log(total) - beta * divergence
        split = k.show(Sig(q * sympy.log(total)), "==", sympy.log(total) * Sig(q))
        whole = k.hypothesis(0)
        return k.show(value, "==", right, by=[(beta, split), (beta * sympy.log(total), whole)])

    right = c * beta * sympy.log(total) - beta * divergence
    given = ((Sig(q), "==", 1), (total, ">", 0))
    return ForEveryN(domain, each, given, value, "==", right), chain(proof, _sample)


@claim(
    paper=_PAPER,
    where="inner maximum over policies",
    expected="proved",
    strength="tight",
    says=_RESPONSE + r"\mathbb E_\pi r-\beta\,\mathrm{KL}(\pi\,\|\,\pi_0)\le\beta\ln Z\quad\text{for every }\pi>0",
    assumptions=("policies of full support; by continuity the bound holds for all",),
)
def log_partition_is_the_maximum(c: Constant = 0) -> Stated:
    """The tangent of the logarithm at 1: ln(p w/(q Z)) <= p w/(q Z) - 1, in the mean over q. Equality at pi_r."""
    import sympy

    domain, each, total, value, _ = _setting()
    (beta,), (p, w, q), log = domain, each, sympy.log

    def proof(k: Proof) -> Any:
        whole = k.hypothesis(0)
        v = k.fresh("v in (0,oo)")
        line = k.tangent(log(v), v, 1, p * w / (q * total))
        ratio = log(w) + log(p) - log(q) - log(total)
        each_one = k.show(q * ratio, "<=", p * w / total - q, by=[(q, line)])
        summed = k.sum_up(each_one)
        spread = k.show(Sig(q * ratio), "==", value / beta - log(total) * Sig(q))
        unit = k.show(Sig(p * w / total - q), "==", 1 - Sig(q))
        by = [(beta, summed), (-beta, spread), (-beta, unit), (-beta * log(total), whole), (beta, whole)]
        return k.show(value, "<=", beta * log(total), by=by)

    given = ((Sig(q), "==", 1), (total, ">", 0))
    return ForEveryN(domain, each, given, value, "<=", beta * log(total) - c), chain(proof, _sample)


@claim(
    paper=_PAPER,
    where="the maximum as a loss of the policy",
    expected="proved",
    strength="identity",
    says=_RESPONSE + r"\eta\bigl(\beta\ln Z-\mathbb E_{\pi_b}r\bigr)"
    r"=-\eta\beta\,\mathbb E_{\pi_b}\ln\frac{\pi_r}{\pi_0}",
)
def supervised_loss_identity(c: Constant = 1) -> Stated:
    """ln(pi_r/pi_0) = r/beta - ln Z; so the adversary's term is the supervised loss on the base policy's answers."""
    import sympy

    domain, each = Domain("beta in (0,oo), eta in (0,oo)"), Domain("p in (0,1], w in (0,oo), b in [0,1]")
    (beta, eta), (p, w, b), log = domain, each, sympy.log
    total = Sig(p * w)
    left = eta * (beta * log(total) - beta * Sig(b * log(w)))
    given = ((Sig(b), "==", 1), (total, ">", 0))

    def right(c: Any) -> Any:
        return -c * eta * beta * Sig(b * (log(w) - log(total)))

    def proof(k: Proof) -> Any:
        split = k.show(Sig(b * log(total)), "==", log(total) * Sig(b))
        return k.show(left, "==", right(1), by=[(-eta * beta, split), (-eta * beta * log(total), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        return {"beta": Fraction(1, 2), "eta": Fraction(rng.randint(1, 4))}, _policies(rng, ("p", "w", "b"))

    return ForEveryN(domain, each, given, left, "==", right(c)), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="minimax equals maximin",
    expected="proved",
    strength="lower",
    assumptions=(
        (
            "q is the best response to the reward s; s minimises the maximum over policies in a convex set, "
            "so that (q - b) eta + l is its gradient there and <gradient, r - s> >= 0 for every reward r of the set"
        ),
        "L is convex with gradient l at s; L_r, L_s are its values; both objectives hold the same divergence of q",
        "so q guarantees the minimax value: the saddle point exists and the two values agree",
    ),
    says=r"\langle\eta(q-b)+l,\,r-s\rangle\ge0,\ L(r)-L(s)\ge\langle l,r-s\rangle\ \Rightarrow\ "
    r"\eta\,\langle q-b,r\rangle+L(r)\ \ge\ \eta\,\langle q-b,s\rangle+L(s)",
)
def best_response_is_a_saddle_point(c: Constant = 1) -> Stated:
    """Convexity of the loss and first-order optimality of the reward add up to the claim."""
    domain = Domain("eta in (0,oo), L_r in (-oo,oo), L_s in (-oo,oo)")
    each = Domain("q in [0,1], b in [0,1], r in (-oo,oo), s in (-oo,oo), l in (-oo,oo)")
    (eta, loss_r, loss_s), (q, b, r, s, slope) = domain, each
    given = (
        (Sig((eta * (q - b) + slope) * (r - s)), ">=", 0),
        (loss_r - loss_s, ">=", Sig(slope * (r - s))),
    )  # fmt: skip
    left, right = eta * Sig((q - b) * r) + loss_r, eta * Sig((q - b) * s) + loss_s

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[k.hypothesis(0), k.hypothesis(1)])

    def sample(rng: random.Random) -> Any:
        eta, rows = Fraction(rng.randint(1, 3)), _policies(rng, ("q", "b"))
        for row in rows:
            row |= {name: Fraction(rng.randint(-3, 3)) for name in "rs"}
            row["l"] = -eta * (row["q"] - row["b"])
        rise = sum((row["l"] * (row["r"] - row["s"]) for row in rows), Fraction(0))
        return {"eta": eta, "L_s": Fraction(1), "L_r": 1 + rise}, rows

    return ForEveryN(domain, each, given, left, ">=", right + c - 1), chain(proof, sample)


log_partition_identity.false_if("ln Z counted 1 % more", c=_ONE_PERCENT)
log_partition_is_the_maximum.false_if("the maximum were 1/100 smaller", c=Fraction(1, 100))
supervised_loss_identity.false_if("it were 1 % more", c=_ONE_PERCENT)
best_response_is_a_saddle_point.false_if("a hundredth more were guaranteed", c=_ONE_PERCENT)
