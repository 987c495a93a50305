r"""EXP2's expected regret: mixing, the sum of its three terms, and the best ratio of step and exploration.

With N actions that span d dimensions, exploration gamma by a design of largest leverage d and ``y = eta d/gamma``, the
regret is at most ``(1-gamma) ln(N)/eta + phi(y) eta d T + 2 gamma T``, ``phi(y) = (e^y - 1 - y)/y^2``. The usual choice
is y = 1 with phi replaced by 1; the best for the leading term, of order sqrt(T), is y = 2 for every d, N and T.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.claims_exp2_rounds import price

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "bubeck_exp2"
_QUOTED = "as usually quoted"
_LESS = Fraction(99, 100)
_LONG = {"d": 1, "T": 10**8, "L": 1}
_TERMS = "the three terms are those of regret_in_three_terms, L = ln N; steps with gamma > 1 are outside the algorithm"


@claim(
    paper=_PAPER,
    where="regret of the mixture in one round",
    expected="proved",
    strength="upper",
    form=_QUOTED,
    says=r"p=(1-\gamma)q+\gamma\mu\ (0\le\gamma\le1),\ \textstyle\sum q=\sum\mu=1,\ |\ell|\le1"
    r"\implies\langle p,\ell\rangle-\ell_\ast\le(1-\gamma)(\langle q,\ell\rangle-\ell_\ast)+2\gamma",
)
def mixing_costs(cost: Constant = 2) -> Stated:
    """What exploration loses is at most 2; l1 is the loss of the comparator."""
    domain, each = Domain("gamma in [0,1], l1 in [-1,1]"), Domain("q in [0,1], mu in [0,1], l in [-1,1]")
    (gamma, best), (q, mu, loss) = domain, each
    given = ((Sig(q), "==", 1), (Sig(mu), "==", 1))

    def proof(k: Proof) -> Any:
        explored = k.sum_up(k.sign(gamma * mu * (1 - loss), ">="))
        least = k.sign(gamma * (1 + best), ">=")
        left = Sig(((1 - gamma) * q + gamma * mu) * loss) - best
        right = (1 - gamma) * (Sig(q * loss) - best) + 2 * gamma
        return k.show(left, "<=", right, by=[explored, (-gamma, k.hypothesis(1)), least])

    def sample(rng: random.Random) -> Any:
        row = {"q": Fraction(1), "mu": Fraction(1), "l": Fraction(1)}
        return {"gamma": Fraction(rng.randint(1, 4), 4), "l1": Fraction(-1)}, [row]

    left = Sig(((1 - gamma) * q + gamma * mu) * loss) - best
    right = (1 - gamma) * (Sig(q * loss) - best) + cost * gamma
    return ForEveryN(domain, each, given, left, "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="regret bound: three terms",
    expected="proved",
    strength="upper",
    assumptions=(
        "the classes are the rounds; r is the expected regret of a round, m that of q, s = E <q, lhat^2>",
        ("the conditions are mixing_costs, the expectation of pathwise_regret (unbiased estimates, losses fixed in "
        "advance or by an adversary that sees the past), and second_moment; the price phi at y = eta d/gamma holds "
        "because estimates times eta are at most y in size: estimate_from_above, estimate_from_below"),
    ),
    uses=tuple(
        f"{_PAPER}.{name}"
        for name in ("mixing_costs", "pathwise_regret", "second_moment", "unbiased", "estimate_from_above",
                     "estimate_from_below")
    ),
    says=r"r_t\le(1-\gamma)m_t+2\gamma,\ \sum m_t\le\frac L\eta+\varphi\eta\sum s_t,\ (1-\gamma)s_t\le d\implies"
    r"\sum_{t\le T}r_t\le(1-\gamma)\frac L\eta+\varphi\,\eta dT+2\gamma T",
)  # fmt: skip
def regret_in_three_terms(factor: Constant = 1) -> Stated:
    """Sum the rounds; the factor 1 - gamma cancels in the second moment and stays in the first term."""
    import sympy

    domain = Domain("gamma in [0,1], eta in (0,oo), phi in (0,oo), d in (0,oo), T in (0,oo), L in [0,oo)")
    each = Domain("r in (-oo,oo), m in (-oo,oo), s in [0,oo)")
    (gamma, eta, phi, d, T, L), (r, m, s) = domain, each
    given = (
        (r, "<=", (1 - gamma) * m + 2 * gamma),
        (Sig(m), "<=", L / eta + phi * eta * Sig(s)),
        ((1 - gamma) * s, "<=", d),
        (Sig(sympy.Integer(1)), "==", T),
    )

    def proof(k: Proof) -> Any:
        mixed, weights, moment, count = (k.hypothesis(i) for i in range(4))
        by = [k.sum_up(mixed), (1 - gamma, weights), (phi * eta, k.sum_up(moment))]
        by += [(-2 * gamma - phi * eta * d, count)]
        right = (1 - gamma) * L / eta + phi * eta * d * T + 2 * gamma * T
        return k.show(Sig(r), "<=", right, by=by)

    def sample(rng: random.Random) -> Any:
        d, eta = Fraction(rng.randint(1, 4)), Fraction(1, rng.randint(1, 9))
        rows = [{"r": eta * d, "m": eta * d, "s": d} for _ in range(rng.randint(1, 4))]
        point = {"gamma": Fraction(0), "eta": eta, "phi": Fraction(1), "d": d, "T": Fraction(len(rows))}
        return point | {"L": Fraction(0)}, rows

    right = (1 - gamma) * L / eta + factor * phi * eta * d * T + 2 * gamma * T
    return ForEveryN(domain, each, given, Sig(r), "<=", right), chain(proof, sample)


@claim(
    paper=_PAPER,
    where="regret bound: its usual form",
    expected="proved",
    strength="identity",
    form=_QUOTED,
    assumptions=(_TERMS, "gamma = eta d, phi(1) = e - 2 replaced by 1, and (1-gamma) by 1"),
    says=r"\frac L\eta+\eta dT+2\eta dT=2\sqrt{3TdL},\quad\eta=\sqrt{\frac L{3Td}}",
)
def usual_bound(factor: Constant = 1) -> Stated:
    """Both parts are equal at the tuned step."""
    import sympy

    domain = Domain("d in (0,oo), T in (0,oo), L in (0,oo)")
    d, T, L = domain
    eta = sympy.sqrt(L / (3 * T * d))
    left, right = L / eta + 3 * eta * d * T, 2 * sympy.sqrt(3 * T * d * L)
    return ForAll(domain, left, "==", factor * right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER,
    where="regret bound: no other step does better",
    expected="proved",
    strength="tight",
    says=r"\frac L\eta+c\,\eta dT\ge2\sqrt{c\,TdL}\quad\text{for every }\eta>0,\ c>0",
)
def best_step(factor: Constant = 1) -> Stated:
    """A square."""
    import sympy

    domain = Domain("eta in (0,oo), c in (0,oo), d in (0,oo), T in (0,oo), L in (0,oo)")
    eta, c, d, T, L = domain
    left, right = L / eta + c * eta * d * T, 2 * sympy.sqrt(c * T * d * L)

    def proof(k: Proof) -> Any:
        square = k.sign((sympy.sqrt(L / eta) - sympy.sqrt(c * eta * d * T)) ** 2, ">=")
        return k.show(left, ">=", right, by=[square])

    return ForAll(domain, left, ">=", factor * right), chain_at(proof, dict.fromkeys(("eta", "c", "d", "T", "L"), 1))


@claim(
    paper=_PAPER,
    where="the best ratio y of step times d and exploration",
    expected="proved",
    strength="tight",
    assumptions=("the left side is the factor of eta d T in the regret bound with gamma = eta d/y",),
    says=r"\frac{e^y-1-y}{y^2}+\frac2y\ge\frac{e^2+1}4\ \text{for every }y>0",
)
def best_ratio(factor: Constant = 1) -> Stated:
    """The convex function (e^v - 1)/v lies above its tangent at 2; so y = 2, used in sharper_bound, attains it."""
    import sympy

    from theory.engine.functions import EntireQuotient

    domain = Domain("y in (0,oo)")
    (y,) = domain
    left, least = price(y) + 2 / y, (sympy.exp(2) + 1) / 4

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        return k.show(left, ">=", least, by=[(1 / y, k.tangent(EntireQuotient(0, v), v, 2, y))])

    return ForAll(domain, left, ">=", factor * least), chain_at(proof, {"y": 2})


@claim(
    paper=_PAPER,
    where="regret bound: sharper",
    expected="proved",
    strength="identity",
    corrects=f"{_PAPER}.usual_bound",
    assumptions=(_TERMS, "gamma = eta d/2, at most 1"),
    uses=(f"{_PAPER}.regret_in_three_terms",),
    says=r"(1-\gamma)\frac L\eta+\frac{e^2-3}4\eta dT+2\gamma T=\sqrt{(e^2+1)TdL}-\frac{dL}2,\quad"
    r"\gamma=\frac{\eta d}2,\ \eta=\sqrt{\frac{4L}{(e^2+1)Td}}",
)
def sharper_bound(factor: Constant = 1, kept: Constant = Fraction(1, 2)) -> Stated:
    """The three terms at y = 2 and the step that balances them."""
    import sympy

    domain = Domain("d in (0,oo), T in (0,oo), L in (0,oo)")
    d, T, L = domain
    c = sympy.exp(2) + 1
    eta = sympy.sqrt(4 * L / (c * T * d))
    gamma = eta * d / 2

    def right(factor: Any, kept: Any) -> Any:
        return factor * sympy.sqrt(c * T * d * L) - kept * d * L

    left = (1 - gamma) * L / eta + price(2) * eta * d * T + 2 * gamma * T
    true = right(1, sympy.Rational(1, 2))
    return ForAll(domain, left, "==", right(factor, sympy.sympify(kept))), chain(lambda k: k.identity(left, true))


@claim(
    paper=_PAPER,
    where="regret bound: how much sharper",
    expected="proved",
    strength="upper",
    says=r"\sqrt{(e^2+1)TdL}-\frac{dL}2<0.8362\cdot2\sqrt{3TdL}",
)
def sharper_than_usual(factor: Constant = Fraction(8362, 10000)) -> Stated:
    """e^2 + 1 is below 12 * 0.8362^2."""
    import sympy

    domain = Domain("d in (0,oo), T in (0,oo), L in (0,oo)")
    d, T, L = domain
    c, ratio = sympy.exp(2) + 1, sympy.Rational(8362, 10000)
    left = sympy.sqrt(c * T * d * L) - d * L / 2

    def proof(k: Proof) -> Any:
        room = k.sign((ratio * sympy.sqrt(12) - sympy.sqrt(c)) * sympy.sqrt(T * d * L), ">")
        return k.show(
            left, "<", ratio * 2 * sympy.sqrt(3 * T * d * L), by=[room, (Fraction(1, 2), k.sign(d * L, ">="))]
        )

    statement = ForAll(domain, left, "<", sympy.sympify(factor) * 2 * sympy.sqrt(3 * T * d * L))
    return statement, chain_at(proof, _LONG)


@claim(
    paper=_PAPER,
    where="why exploration: expected price of one round, two arms",
    expected="refuted",
    strength="upper",
    assumptions=(
        (
            "arms e1, e2 in R^2, played with the chances p, 1-p of the exponential weights; the loss of e1 is "
            "-1, that of e2 is 0, the estimate -1/p: the left side is E ln sum q exp(-eta lhat), the right side is "
            "E[-eta <q, lhat> + eta^2 <q, lhat^2>]"
        ),
        "what is refuted is the expected step from round to round, not the regret of the algorithm",
    ),
    says=r"p\ln(1-p+p\,e^{\eta/p})\le\eta p+\eta^2,\quad0<p\le1,\ \eta>0",
)
def no_exploration(condition: Constant = 0) -> Stated:
    """For p far below eta the left side is nearly eta; with eta <= p, that is eta lhat >= -1, it holds."""
    import sympy

    domain = Domain("p in (0,1], eta in (0,oo)")
    p, eta = domain
    left = p * sympy.log(1 - p + p * sympy.exp(eta / p))

    def proof(k: Proof) -> Any:
        from theory.online.claims_exp2_rounds import square_with_condition

        ratio = k.show(eta / p, "<=", 1, by=[(1 / p, k.hypothesis(0))])
        above = k.apply(square_with_condition, {"u": eta / p}, given=[ratio])
        mass = 1 - p + p * sympy.exp(eta / p)
        k.show(mass, ">", 0, by=[k.sign(1 - p, ">="), k.sign(p * sympy.exp(eta / p), ">")])
        v = k.fresh("v in (0,oo)")
        line = k.tangent(sympy.log(v), v, 1, mass)
        return k.show(left, "<=", eta * p + eta**2, by=[(p, line), (p**2, above)])

    given = ((eta, "<=", condition * p),) if condition else ()
    point = {"p": Fraction(1, 1000), "eta": Fraction(1, 10)}
    return ForAll(domain, left, "<=", eta * p + eta**2, given=given), chain_at(proof, point)


mixing_costs.false_if("exploration cost 1 % less", cost=Fraction(198, 100))
regret_in_three_terms.false_if("the second moment counted 1 % less", factor=_LESS)
usual_bound.false_if("it were 1 % smaller", factor=_LESS)
best_step.false_if("it were 1 % larger", factor=Fraction(101, 100))
best_ratio.false_if("it were 1 % larger", factor=Fraction(101, 100))
sharper_bound.false_if("it were 1 % smaller", factor=_LESS)
sharper_bound.false_if("1 % more were subtracted", kept=Fraction(101, 200))
sharper_than_usual.false_if("0.8362 were 1/1000 smaller", factor=Fraction(8352, 10000))
no_exploration.true_if("the estimate times eta is at least -1", condition=1)
