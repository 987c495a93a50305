r"""From conditional to expected regrets by any convex function, and the constant sqrt(2) of the logistic loss.

At x, of weight w, a classifier has conditional zero-one risk c (least: b) and conditional logistic risk r (least: m).
The minimizability gaps are ``M = R* - sum w (least conditional risk)``, so that ``R - R* + M`` is the sum of w times
the conditional regret, whatever the best risk R* in the hypothesis set.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.cross_entropy.claims_n_free_distribution import expected_regret_logistic
from theory.classification.cross_entropy.claims_simplified import published_simplified_logistic
from theory.classification.samples import simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import sympy

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _FORM = "dis_vs_gen", "as usually quoted"
_FRAMEWORK, _LOGISTIC = "multi-class framework", "bound for the logistic loss"
_FINITE = "the distribution of x has finite support; with expectations for sums the proof is the same"
_LINE = "a convex Psi on [0,1] has a supporting line at the average regret (at an end point: by continuity)"
_ONE_PERCENT, _HALF = Fraction(101, 100), Fraction(1, 2)


@claim(
    paper=_PAPER, where=_FRAMEWORK, form=_FORM, expected="proved", strength="lower", assumptions=(_FINITE, _LINE),
    corrects="dis_vs_gen.framework_without_convexity",
    says=r"\Psi\ \text{convex},\ \Psi(d_x)\le s_x\ \forall x\ \Rightarrow\ "
    r"\Psi\bigl(\mathcal R_{0\text-1}-\mathcal R^*_{0\text-1}+\mathcal M_{0\text-1}\bigr)"
    r"\le\mathcal R-\mathcal R^*+\mathcal M",
)  # fmt: skip
def framework(c: Constant = 1) -> Stated:
    """Sum the supporting line of Psi at the average regret D, value P and slope g; v is Psi at x."""
    domain = Domain("P in (-oo,oo), g in (-oo,oo)")
    each = Domain("w in [0,1], d in [0,1], v in (-oo,oo), s in (-oo,oo)")
    (P, g), (w, d, v, s) = domain, each
    D = Sig(w * d)

    def proof(k: Proof) -> Any:
        point = k.show(w * s, ">=", w * (P + g * (d - D)), by=[(w, k.hypothesis(1)), (w, k.hypothesis(2))])
        return k.show(Sig(w * s), ">=", P, by=[k.sum_up(point), (P - g * D, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        weights = simplex(rng, rng.randint(1, 4), zeros=0)
        regrets = [Fraction(rng.randint(0, 20), 20) for _ in weights]
        slope, value = Fraction(rng.randint(-20, 20), 10), Fraction(rng.randint(1, 30), 10)
        average = sum((w * d for w, d in zip(weights, regrets, strict=True)), Fraction(0))
        lines = [value + slope * (d - average) for d in regrets]
        rows = [{"w": w, "d": d, "v": y, "s": y} for w, d, y in zip(weights, regrets, lines, strict=True)]
        return {"P": value, "g": slope}, rows

    given = ((Sig(w), "==", 1), (v, ">=", P + g * (d - D)), (s, ">=", v))
    return ForEveryN(domain, each, given, Sig(w * s), ">=", c * P), chain(proof, sample)


framework.false_if("the average surrogate regret were 1 % larger than Psi", c=_ONE_PERCENT)


@claim(
    paper=_PAPER, where=_FRAMEWORK + ", read without convexity", expected="refuted", strength="lower",
    assumptions=(_FINITE,),
    says=r"s_x\ge\sqrt{d_x}\ \forall x\ \Rightarrow\ \textstyle\sum_xw_xs_x\ge\sqrt{\sum_xw_xd_x}",
)  # fmt: skip
def framework_without_convexity(exponent: Constant = _HALF) -> Stated:
    """A concave Psi reverses Jensen's inequality: one point of regret 1 among points of regret 0."""
    domain, each = Domain("T in [1,1]"), Domain("w in [0,1], d in [0,1], s in [0,oo)")
    w, d, s = each
    D = Sig(w * d)

    def proof(k: Proof) -> Any:
        square = k.sign((d - D) ** 2, ">=")
        point = k.show(w * s, ">=", w * (2 * D * d - D**2), by=[(w, k.hypothesis(1)), (w, square)])
        return k.show(Sig(w * s), ">=", D**2, by=[k.sum_up(point), (-(D**2), k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        rows, tiny = [], Fraction(1, 10**6)  # the comparison of s with a power is not exact
        for w in simplex(rng, rng.randint(1, 4), zeros=0):
            root = Fraction(rng.randint(0, 10), 10)
            rows.append({"w": w, "d": root**2, "s": root ** int(2 * exponent) + tiny})
        return {"T": Fraction(1)}, rows

    given = ((Sig(w), "==", 1), (s, ">=", d**exponent))
    return ForEveryN(domain, each, given, Sig(w * s), ">=", D**exponent), chain(proof, sample)


framework_without_convexity.true_if("Psi were the square, which is convex", exponent=2)


@claim(
    paper=_PAPER, where=_LOGISTIC, form=_FORM, expected="proved", strength="upper",
    assumptions=(
        _FINITE,
        "scores are not bounded; the hypothesis on r and c is the conditional bound named in uses",
        "the most probable and the predicted class have positive probability at each x",
    ),
    uses=("comp_sum.published_logistic", "comp_sum.published_simplified_logistic"),
    says=r"\mathcal R_{0\text-1}(h)-\mathcal R^*_{0\text-1}\le\sqrt2\,\bigl(\mathcal R_{\log}(h)-\mathcal R^*_{\log}"
    r"+\mathcal M_{\log}\bigr)^{1/2}-\mathcal M_{0\text-1}",
)  # fmt: skip
def logistic_bound(c: Constant = 1) -> Stated:
    """Both sides hold R* - R*: what is left is the bound between expected conditional regrets, tau = 1."""
    domain = Domain("Z in (-oo,oo), L in (-oo,oo)")  # the best risks R* in the hypothesis set
    each = Domain("w in [0,1], c in [0,1], b in [0,1], r in [0,oo), m in [0,oo)")
    (Z, L), (w, risk, least, r, m) = domain, each
    gap, log_gap = Z - Sig(w * least), L - Sig(w * m)
    excess, log_excess = Sig(w * risk) - Z, Sig(w * r) - L

    def proof(k: Proof) -> Any:
        d, s = risk - least, r - m
        k.show(1 - d, ">=", 0, by=[k.sign(1 - risk, ">="), k.sign(least, ">=")])
        k.show(s, ">=", 0, by=[k.hypothesis(2), k.sign(d**2 / 2, ">=")])
        bound = k.apply(
            expected_regret_logistic, {"tau": 1}, given=[k.hypothesis(0), k.hypothesis(2)],
            rest={"w": w, "d": d, "s": s},
        )  # fmt: skip
        k.show(log_excess + log_gap, ">=", 0, by=[k.sum_up(k.sign(w * s, ">="))])
        return k.show(excess, "<=", (2 * (log_excess + log_gap)) ** _HALF - gap, by=[bound])

    def sample(rng: random.Random) -> Any:
        same, rows = Fraction(rng.randint(1, 10), 10), []
        for w in simplex(rng, rng.randint(1, 3), zeros=0):
            d = same if rng.random() < 0.8 else Fraction(rng.randint(0, 10), 10)
            b = Fraction(rng.randint(0, 100), 100) * (1 - d)
            m = Fraction(rng.randint(0, 70), 100)
            rows.append({"w": w, "c": b + d, "b": b, "r": m + d**2 / 2, "m": m})
        return {"Z": Fraction(rng.randint(0, 10), 20), "L": Fraction(rng.randint(0, 10), 20)}, rows

    given = ((Sig(w), "==", 1), (risk, ">=", least), (r - m, ">=", (risk - least) ** 2 / 2))
    right = (2 * c * (log_excess + log_gap)) ** _HALF - gap
    return ForEveryN(domain, each, given, excess, "<=", right), chain(proof, sample)


logistic_bound.false_if("the constant were 1 % smaller", c=Fraction(98, 100))


# -- scores in [-B, B], two classes: theta = tanh(B/2) is the largest margin that a score can express ---------------


def _bounded_regret(t: sympy.Expr, theta: sympy.Expr, u: sympy.Expr) -> sympy.Expr:
    """Conditional logistic regret of the wrong-sign score -u against the best score allowed, B, for t >= theta."""
    import sympy

    risk = (1 + t) / 2 * sympy.log(1 + sympy.exp(u)) + (1 - t) / 2 * sympy.log(1 + sympy.exp(-u))
    best = sympy.log(2) - (1 + t) / 2 * sympy.log(1 + theta) - (1 - t) / 2 * sympy.log(1 - theta)
    return risk - best


_BOUNDED = r"|h|\le B,\ \theta=\tanh\tfrac B2,\ \theta\le d\le1,\ u\ge0:\quad "


def _bounded_statement(c: Constant, *, quadratic: Constant) -> Stated:
    """``regret >= c (d^2/2 or d theta/2)``; the proof is that of the second."""
    import sympy

    domain = Domain("theta in (0,1), e in [0,1), u in [0,oo)")
    theta, e, u = domain
    d = theta + e
    regret = _bounded_regret(d, theta, u)

    def proof(k: Proof) -> Any:
        y = k.fresh("y in (0,oo)")
        k.show(1 - d, ">=", 0, by=[k.hypothesis(0)])
        ups = []  # log(1 + e^v) >= log 2 + v/2, since 1 + e^v >= 2 e^(v/2)
        for v in (u, -u):
            square = k.sign((1 - sympy.exp(v / 2)) ** 2, ">=")
            mean = k.show(1 + sympy.exp(v), ">=", 2 * sympy.exp(v / 2), by=[square])
            ups.append(k.logarithm(mean))
        wrong = k.sign(d * u / 2, ">=")  # the score 0 is better than any of the wrong sign
        square = k.apply(published_simplified_logistic, {"beta": theta})
        line = k.tangent(sympy.log(y), y, 1, 1 - theta)
        logs = sympy.log(1 + theta) - sympy.log(1 - theta)
        slope = k.show(logs - theta, ">=", 0, by=[line, k.sign(sympy.log(1 + theta), ">=")])
        weights = [((1 + d) / 2, ups[0]), ((1 - d) / 2, ups[1]), wrong, square, (e / 2, slope)]
        return k.show(regret, ">=", d * theta / 2, by=weights)

    bound = quadratic * d**2 / 2 + (1 - quadratic) * d * theta / 2
    return ForAll(domain, regret, ">=", c * bound, ((d, "<=", 1),)), chain(proof)


@claim(
    paper=_PAPER, where=_LOGISTIC + ", read for scores bounded by B", expected="refuted", strength="upper",
    says=_BOUNDED + r"d\le\sqrt2\,\bigl(C_d(-u)-\min_{|v|\le B}C_d(v)\bigr)^{1/2}",
)  # fmt: skip
def logistic_bound_bounded_scores(quadratic: Constant = 1) -> Stated:
    """Where scores are small the regret is about d B/2: no constant free of B serves beyond d = theta. Two classes."""
    return _bounded_statement(1, quadratic=quadratic)


@claim(
    paper=_PAPER, where=_LOGISTIC + ", scores bounded by B", expected="proved", strength="lower",
    corrects="dis_vs_gen.logistic_bound_bounded_scores",
    says=_BOUNDED + r"C_d(-u)-\min_{|v|\le B}C_d(v)\ge\tfrac12\theta d",
)  # fmt: skip
def logistic_bound_bounded_scores_linear(c: Constant = 1) -> Stated:
    """The line that touches the transform at theta lies above theta d/2; up to theta, d^2/2 holds as before."""
    return _bounded_statement(c, quadratic=0)


logistic_bound_bounded_scores.true_if("the bound were linear in d beyond theta", quadratic=0)
logistic_bound_bounded_scores_linear.false_if("the regret were 1 % larger", c=_ONE_PERCENT)
