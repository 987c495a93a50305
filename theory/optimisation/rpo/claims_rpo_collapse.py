r"""The collapse of minimax to maximin: how far any pair is from it, what it implies, and where it fails.

Actions are the classes; ``q`` is the policy of the pair, ``s`` its reward, ``b`` the base policy. Rewards of a convex
class are needed: for two rewards alone the two values differ.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, boxes, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "rpo"
_ONE_PERCENT = Fraction(101, 100)
_REWARD = ("0.386836239153", "0.115601168695", "-0.502437407848")
_TWO = (
    "two actions, reference and base policy uniform, beta = eta = 1, no preferences",
    "the rewards are (a, 0) and (0, a), and no others; w = e^(a/2)",
)


@claim(
    paper=_PAPER,
    where="the loss of the policy",
    expected="proved",
    strength="identity",
    form="as usually quoted",
    assumptions=(
        "w is e^(r/beta), so that the reward's difference is beta (ln w_1 - ln w_2); p is the reference policy",
    ),
    says=r"\pi_r=\pi_0e^{r/\beta}/Z:\quad \beta\ln\frac{\pi_r(a_1)}{\pi_0(a_1)}-\beta\ln\frac{\pi_r(a_2)}{\pi_0(a_2)}"
    r"=r(a_1)-r(a_2)",
)
def normaliser_cancels(c: Constant = 1) -> Stated:
    """So the likelihood of preferences is one of policies, without Z: direct preference optimisation."""
    import sympy

    domain = Domain("beta in (0,oo), Z in (0,oo), p_1 in (0,1], p_2 in (0,1], w_1 in (0,oo), w_2 in (0,oo)")
    beta, Z, p_1, p_2, w_1, w_2 = domain
    log = sympy.log
    left = beta * (log(p_1 * w_1 / Z) - log(p_1)) - beta * (log(p_2 * w_2 / Z) - log(p_2))
    right = beta * (log(w_1) - log(w_2))
    return ForAll(domain, left, "==", c * right), chain(lambda k: k.show(left, "==", right))


@claim(
    paper=_PAPER,
    where="minimax equals maximin, up to the accuracy of the reward",
    expected="proved",
    strength="lower",
    assumptions=(
        "q is the best response to the reward s; eta (q - b) + l is the gradient there of the maximum over policies",
        "L is convex with gradient l at s; L_r, L_s are its values; r is any reward of the class",
        "both objectives hold the same divergence of q; the maximum over policies at s is at least the minimax value",
    ),
    says=r"\langle\eta(q-b)+l,\,s-r\rangle\le g\ \Rightarrow\ "
    r"\eta\,\langle q-b,r\rangle+L(r)\ \ge\ \eta\,\langle q-b,s\rangle+L(s)-g",
)
def frank_wolfe_gap_bounds_the_collapse(c: Constant = 1) -> Stated:
    """Convexity of the loss and the gap add up: q guarantees the maximum over policies at s less g. No s is exact."""
    domain = Domain("eta in (0,oo), L_r in (-oo,oo), L_s in (-oo,oo), gap in [0,oo)")
    each = Domain("q in [0,1], b in [0,1], r in (-oo,oo), s in (-oo,oo), l in (-oo,oo)")
    (eta, loss_r, loss_s, gap), (q, b, r, s, slope) = domain, each
    given = (
        (Sig((eta * (q - b) + slope) * (s - r)), "<=", gap),
        (loss_r - loss_s, ">=", Sig(slope * (r - s))),
    )  # fmt: skip
    left, right = eta * Sig((q - b) * r) + loss_r, eta * Sig((q - b) * s) + loss_s - gap

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[k.hypothesis(0), k.hypothesis(1)])

    def sample(rng: random.Random) -> Any:
        eta, rows = Fraction(rng.randint(1, 3)), []
        for _ in range(rng.randint(2, 4)):
            rows.append({name: Fraction(rng.randint(0, 4), 4) for name in "qb"})
            rows[-1] |= {name: Fraction(rng.randint(-3, 3)) for name in "rsl"}
        gap = sum(((eta * (row["q"] - row["b"]) + row["l"]) * (row["s"] - row["r"]) for row in rows), Fraction(0))
        rise = sum((row["l"] * (row["r"] - row["s"]) for row in rows), Fraction(0))
        return {"eta": eta, "L_s": Fraction(0), "L_r": rise, "gap": max(gap, Fraction(0))}, rows

    return ForEveryN(domain, each, given, left, ">=", right + (1 - c) * gap), chain(proof, sample)


def _paid() -> tuple[Any, ...]:
    """Return the two conditions on a pair within ``gap`` of the collapse, and the two sides of what they imply."""
    domain = Domain("eta in (0,oo), V in (-oo,oo), gap in [0,oo), L_r in (-oo,oo), L_s in (-oo,oo), "
                    "D_p in (-oo,oo), D_q in (-oo,oo)")  # fmt: skip
    each = Domain("p in [0,1], q in [0,1], b in [0,1], r in (-oo,oo), s in (-oo,oo)")
    (eta, value, gap, loss_r, loss_s, paid_p, paid_q), (p, q, b, r, s) = domain, each
    given = (
        (eta * (Sig((q - b) * r) - paid_q) + loss_r, ">=", value - gap),
        (eta * (Sig((p - b) * s) - paid_p) + loss_s, "<=", value),
    )  # fmt: skip
    left = Sig((p - q) * r)
    right = Sig((p - b) * (r - s)) + paid_p - paid_q + (loss_r - loss_s + gap) / eta
    return domain, each, given, left, right


@claim(
    paper=_PAPER,
    where="suboptimality of the policy, before expectations",
    expected="proved",
    strength="upper",
    assumptions=(
        "first condition: q guarantees V - gap against the true reward r; second: V is the maximum over policies at s",
        "D_p, D_q are beta times the divergences of p and q from the reference policy; p is any policy",
    ),
    says=r"\langle p-q,r\rangle\le\langle p-b,r-s\rangle+\beta\,\mathrm{KL}(p\,\|\,\pi_0)"
    r"-\beta\,\mathrm{KL}(q\,\|\,\pi_0)+\tfrac1\eta\bigl(L(r)-L(s)+g\bigr)",
)
def suboptimality_of_the_policy(c: Constant = 1) -> Stated:
    """Subtract the two conditions. It holds for each set of preferences, coverage enters by the first term alone."""
    domain, each, given, left, right = _paid()
    eta, gap = domain.symbols[0], domain.symbols[2]

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", right, by=[(1 / eta, k.hypothesis(0)), (1 / eta, k.hypothesis(1))])

    def sample(rng: random.Random) -> Any:
        rows = [{name: Fraction(rng.randint(0, 4), 4) for name in "pqb"} for _ in range(rng.randint(2, 3))]
        for row in rows:
            row |= {name: Fraction(rng.randint(-3, 3)) for name in "rs"}
        eta, gap = Fraction(rng.randint(1, 3)), Fraction(rng.randint(1, 3))
        own = sum(((row["q"] - row["b"]) * row["r"] for row in rows), Fraction(0))
        other = sum(((row["p"] - row["b"]) * row["s"] for row in rows), Fraction(0))
        point = {"eta": eta, "gap": gap, "D_p": Fraction(1), "D_q": Fraction(2), "V": Fraction(0)}
        return point | {"L_r": -gap - eta * (own - 2), "L_s": -eta * (other - 1)}, rows

    return ForEveryN(domain, each, given, left, "<=", right - (1 - c) * gap / eta), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="minimax equals maximin, for a class of rewards that is not convex",
    expected="refuted",
    strength="identity",
    assumptions=(
        *_TWO,
        "both rewards have the maximum ln((1 + e^a)/2) - a/2 over policies; the uniform policy guarantees 0",
        "that no policy guarantees more than 0 is a claim of its own, two_rewards_maximin",
    ),
    says=r"\min_{r\in\mathcal R}\max_\pi\varphi\le\max_\pi\min_{r\in\mathcal R}\varphi\quad\text{for every }\mathcal R",
)
def collapse_for_every_class(most: Constant = 2) -> Stated:
    """Minimum and maximum may not be exchanged over two rewards: the policy must choose before the reward is known."""
    import sympy

    domain = Domain(f"a in [0,{most}]")
    (a,) = domain
    return ForAll(domain, sympy.log((1 + sympy.exp(a)) / 2), "<=", a / 2), boxes()


@claim(
    paper=_PAPER,
    where="minimax and maximin, for two rewards",
    expected="proved",
    strength="upper",
    assumptions=(
        *_TWO,
        "p is the policy's weight of the first action; v is what it guarantees against both rewards",
        "p = 0 and p = 1 follow by continuity",
    ),
    says=r"v\le\langle\pi,r\rangle-\tfrac a2-\mathrm{KL}(\pi\,\|\,\pi_0)\ \ (r\in\{(a,0),(0,a)\})\ \Rightarrow\ v\le0",
)
def two_rewards_maximin(c: Constant = 0) -> Stated:
    """The mean of the two conditions is v <= -KL, and the tangent of the logarithm gives KL >= 0."""
    import sympy

    domain = Domain("a in [0,oo), p in (0,1), v in (-oo,oo)")
    a, p, v = domain
    divergence = p * sympy.log(2 * p) + (1 - p) * sympy.log(2 * (1 - p))
    given = ((v, "<=", a * p - a / 2 - divergence), (v, "<=", a * (1 - p) - a / 2 - divergence))

    def proof(k: Proof) -> Any:
        x = k.fresh("x in (0,oo)")
        first = k.tangent(sympy.log(x), x, 1, 1 / (2 * p))
        second = k.tangent(sympy.log(x), x, 1, 1 / (2 * (1 - p)))
        half = sympy.Rational(1, 2)
        return k.show(v, "<=", 0, by=[(half, k.hypothesis(0)), (half, k.hypothesis(1)), (p, first), (1 - p, second)])

    return ForAll(domain, v, "<=", -c, given), chain(proof)


@claim(
    paper=_PAPER,
    where="minimax and maximin, for two rewards",
    expected="proved",
    strength="lower",
    corrects=f"{_PAPER}.collapse_for_every_class",
    uses=(f"{_PAPER}.two_rewards_maximin",),
    assumptions=(*_TWO, "the left side is the minimax value, with a/2 = ln w > 0; the maximin value is 0"),
    says=r"\ln\frac{1+w^2}2-\ln w\ \ge\ \frac{(w-1)^2}{1+w^2}",
)
def two_rewards_minimax(c: Constant = 1) -> Stated:
    """The tangent of the logarithm at 1. For every w > 1 the right side is positive: the two values differ."""
    import sympy

    domain = Domain("w in (1,oo)")
    (w,) = domain
    left, right = sympy.log((1 + w**2) / 2) - sympy.log(w), (w - 1) ** 2 / (1 + w**2)

    def proof(k: Proof) -> Any:
        x = k.fresh("x in (0,oo)")
        return k.show(left, ">=", right, by=[k.tangent(sympy.log(x), x, 1, 2 * w / (1 + w**2))])

    return ForAll(domain, left, ">=", c * right), chain(proof)


@claim(
    paper=_PAPER,
    where="minimax equals maximin, three actions, six preferences",
    expected="certified",
    strength="upper",
    uses=(f"{_PAPER}.frank_wolfe_gap_bounds_the_collapse",),
    assumptions=(
        "reference policy uniform, base policy (1/2, 1/3, 1/6), eta = 1/2, beta = 1; s is the reward of the pair",
        "wins: 1 over 2 twice, 2 over 1, 1 over 3, 3 over 1 and 2 over 3 once each",
        "the largest left side is the gap of frank_wolfe_gap_bounds_the_collapse",
    ),
    says=rf"s=({', '.join(_REWARD)}):\quad"
    r"\langle\nabla\Phi(s),s-r\rangle\le10^{-10}\quad\text{for every }r\in[-\tfrac32,\tfrac32]^3",
)
def listed_instance_collapses(wins: Constant = 2) -> Stated:
    """A rational reward of twelve digits, its gradient in ball arithmetic; linear in r."""
    import sympy

    domain = Domain("r_1 in [-3/2,3/2], r_2 in [-3/2,3/2], r_3 in [-3/2,3/2]")
    reward = [sympy.Rational(value) for value in _REWARD]
    counts = {(0, 1): wins, (1, 0): 1, (0, 2): 1, (2, 0): 1, (1, 2): 1}
    raised, number = [sympy.exp(s) for s in reward], sum(counts.values())
    base = [sympy.Rational(1, 2), sympy.Rational(1, 3), sympy.Rational(1, 6)]
    slope = [(w / sum(raised) - b) / 2 for w, b in zip(raised, base, strict=True)]
    for (i, j), count in counts.items():
        odds = sympy.exp(reward[j] - reward[i])
        pull = sympy.Rational(count, number) * odds / (1 + odds)
        slope[j], slope[i] = slope[j] + pull, slope[i] - pull
    left = sum(g * (s - r) for g, s, r in zip(slope, reward, domain.symbols, strict=True))
    return ForAll(domain, left, "<=", sympy.Rational(1, 10**10)), boxes()


normaliser_cancels.false_if("the difference were 1 % larger", c=_ONE_PERCENT)
frank_wolfe_gap_bounds_the_collapse.false_if("the gap counted 1 % less", c=Fraction(99, 100))
suboptimality_of_the_policy.false_if("the gap counted 1 % less", c=Fraction(99, 100))
collapse_for_every_class.true_if("the two rewards are one", most=0)
two_rewards_maximin.false_if("a hundredth less were the most", c=Fraction(1, 100))
two_rewards_minimax.false_if("1 % more were sure", c=_ONE_PERCENT)
listed_instance_collapses.false_if("one more preference were counted", wins=3)
