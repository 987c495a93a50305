r"""Exploring without a simulator: which layers of which episodes serve, and with what weights.

An episode explores with chance delta: it follows another policy, of the cover, up to and with a layer j that is drawn
evenly, and the learner's policy pi afterwards. Layer h of an episode counts c_h: 1 if it does not explore, H if it does
and ``h = j``, else 0. L_h is the loss from layer h on.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER
from theory.online.adversarial_mdp.small_process import SmallProcess

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "without a simulator: exploring"
_ANY = (
    "H = 3, two states and two actions in a layer (one state in the first); every entry of the process, of both "
    "policies, of the losses and of g is a symbol; the cover is one policy"
)
_PAIRS = [(s, a) for s in range(2) for a in range(2)]


def _process() -> tuple[Domain, dict[str, Any], SmallProcess]:
    names = SmallProcess.chances(3, "p", "u")
    losses = [f"l{h}{s}{a}" for h in (1, 2) for s, a in _PAIRS] + [f"g{s}{a}" for s, a in _PAIRS]
    domain = Domain(
        ", ".join(["delta in [0,1]", *(f"{n} in [0,1]" for n in names), *(f"{n} in (-oo,oo)" for n in losses)])
    )
    symbols = {symbol.name: symbol for symbol in domain}
    return domain, symbols, SmallProcess(3, symbols)


def _ahead(symbols: dict[str, Any]) -> Any:
    """Return g times the loss from the middle layer on, of a trajectory."""

    def value(path: Any) -> Any:
        (_, _), (s, a), (t, b) = path
        return symbols[f"g{s}{a}"] * (symbols[f"l1{s}{a}"] + symbols[f"l2{t}{b}"])

    return value


def _learned(process: SmallProcess, symbols: dict[str, Any], visits: Any) -> Any:
    """Return the sum of visits times g times Q of the learner's policy, over the pairs of the middle layer."""

    def cost(h: int, s: int, a: int) -> Any:
        return symbols[f"l{h}{s}{a}"] if h else 0

    q = process.values(process.plays("p", "p", "p"), cost)
    return sum(visits[s, a] * symbols[f"g{s}{a}"] * q[1, s, a] for s, a in _PAIRS)


@claim(
    paper=PAPER,
    where=_WHERE + ": weighted losses",
    expected="proved",
    strength="identity",
    assumptions=(
        _ANY,
        (
            "q and q^u are the chances of the pairs of the layer under pi and the cover; g is any function of the "
            "pair: features give the estimates, and with a loss of 1 in the layer only, products of features the "
            "covariance (1 - delta) Sigma_pi + delta Sigma_cover"
        ),
        "more states, actions, layers and policies of the cover add terms of the same kind",
    ),
    says=r"\mathbb E\bigl[c_h\,g(s_h,a_h)L_h\bigr]=\sum_{s,a}\bigl((1-\delta)q_h+\delta q^u_h\bigr)(s,a)\,g(s,a)\,"
    r"Q^\pi_h(s,a),\quad H=3,\ h=2",
)
def exploring_layer(weight: Constant = 3) -> Stated:
    """A sum over trajectories on the left, a forward and a backward pass on the right: a polynomial identity."""
    domain, symbols, process = _process()
    delta = symbols["delta"]
    plays, covers = process.plays("p", "p", "p"), process.plays("u", "u", "p")
    value = _ahead(symbols)
    third = Fraction(1, 3)
    left = (1 - delta) * process.mean(plays, value) + delta * third * weight * process.mean(covers, value)
    own, other = process.visits(plays, 1), process.visits(covers, 1)
    visits = {pair: (1 - delta) * own[pair] + delta * other[pair] for pair in _PAIRS}
    right = _learned(process, symbols, visits)
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=PAPER,
    where=_WHERE + ": layers after the one explored to",
    expected="proved",
    strength="identity",
    assumptions=(
        _ANY,
        "j = 1, h = 2: such layers are not biased either; the covariance is that of the cover's policy followed by pi",
    ),
    says=r"\mathbb E\bigl[g(s_h,a_h)L_h\mid j<h\bigr]=\sum_{s,a}q^{u\ldots u\pi\ldots\pi}_h(s,a)\,g(s,a)\,Q^\pi_h(s,a),"
    r"\quad H=3,\ h=2",
)
def later_layer(after: Constant = 0) -> Stated:
    """The action there and what follows is the learner's; ``after`` is the cover's share in the last layer."""
    domain, symbols, process = _process()
    left, right = _explored(process, symbols, ("u", "p"), after)
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=PAPER,
    where=_WHERE + ": layers before the one explored to",
    expected="refuted",
    form="derived",
    assumptions=(_ANY, "j = 3, h = 2: the loss from the layer on is then in part the cover's"),
    says=r"\mathbb E\bigl[g(s_h,a_h)L_h\mid j>h\bigr]=\sum_{s,a}q^u_h(s,a)\,g(s,a)\,Q^\pi_h(s,a),\quad H=3,\ h=2",
)
def earlier_layer(after: Constant = 1) -> Stated:
    """Refuted at a point: the cover acts in the last layer."""
    domain, symbols, process = _process()
    left, right = _explored(process, symbols, ("u", "u"), after)
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


def _explored(
    process: SmallProcess, symbols: dict[str, Any], names: tuple[str, str], after: Constant
) -> tuple[Any, Any]:
    """Return the two sides for episodes that play ``names``, then the cover's policy with the chance ``after``."""
    learner, cover = process.plays(*names, "p"), process.plays(*names, "u")

    def mixed(h: int, s: int, a: int) -> Any:
        return learner(h, s, a) if h < 2 else (1 - after) * learner(h, s, a) + after * cover(h, s, a)

    return process.mean(mixed, _ahead(symbols)), _learned(process, symbols, process.visits(mixed, 1))


_LAYER = "p in [0,1], q in [0,1], x in (-oo,oo)"


def _layer_sample(rng: random.Random) -> Any:
    from theory.classification.samples import simplex

    count = rng.randint(2, 4)
    p, q = simplex(rng, count), simplex(rng, count)
    rows = [{"p": a, "q": b, "x": Fraction(rng.randint(-3, 3))} for a, b in zip(p, q, strict=True)]
    return {"delta": rng.choice((Fraction(1), Fraction(1, 2))), "H": Fraction(rng.randint(1, 4))}, rows


@claim(
    paper=PAPER,
    where=_WHERE + ": squared weights",
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "the classes are the pairs of a layer, p and q their chances under pi and the cover; x is z = phi' S "
            "phi_visited"
        ),
        "the left side is E[c^2 x^2], the right one H E[c x^2]; equality if all episodes explore",
        (
            "with L <= h and moment_below_norm: E[(c z L)^2] <= H h^2 |phi|_S^2 for the covariance of the weighted "
            "features"
        ),
    ),
    uses=(f"{PAPER}.moment_below_norm",),
    says=r"\mathbb E[c^2x^2]=\sum\bigl((1-\delta)p+\delta Hq\bigr)x^2\le H\sum\bigl((1-\delta)p+\delta q\bigr)x^2",
)
def squared_weights(factor: Constant = 1) -> Stated:
    """H is at least 1."""
    domain, each = Domain("delta in [0,1], H in [1,oo)"), Domain(_LAYER)
    (delta, H), (p, q, x) = domain, each
    left = (1 - delta) * Sig(p * x**2) + delta / H * H**2 * Sig(q * x**2)
    right = H * ((1 - delta) * Sig(p * x**2) + delta * Sig(q * x**2))

    def proof(k: Proof) -> Any:
        mass = k.sum_up(k.sign(p * x**2, ">="))
        return k.show(left, "<=", right, by=[((H - 1) * (1 - delta), mass)])

    return ForEveryN(domain, each, (), left, "<=", factor * right), chain(proof, sample=_layer_sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": what is covered",
    expected="proved",
    strength="tight",
    assumptions=(
        (
            "the classes are the pairs of a layer, p and q their chances under pi and the cover; x is the inner "
            "product of features with any vector: the weighted covariance is at least delta that of the cover, "
            "whatever pi is"
        ),
    ),
    says=r"v'\bigl((1-\delta)\Sigma_\pi+\delta\Sigma_u\bigr)v\ge\delta\,v'\Sigma_uv",
)
def covered(factor: Constant = 1) -> Stated:
    """The learner's part is not negative."""
    domain, each = Domain("delta in [0,1], H in [1,oo)"), Domain(_LAYER)
    (delta, _), (p, q, x) = domain, each
    left, right = Sig(((1 - delta) * p + delta * q) * x**2), delta * Sig(q * x**2)

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[(1 - delta, k.sum_up(k.sign(p * x**2, ">=")))])

    return ForEveryN(domain, each, (), left, ">=", factor * right), chain(proof, sample=_layer_sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": with the learner's action in the layer",
    expected="refuted",
    form="derived",
    assumptions=(
        (
            "one state, visited for certain, the classes are its actions: exploring up to the layer before it and "
            "playing pi there estimates Q without bias, by later_layer; but an action that pi does not play is not "
            "covered"
        ),
        "own is the share of the learner's action where the cover's ends",
    ),
    uses=(f"{PAPER}.later_layer",),
    says=r"\sum_a\bigl((1-\delta)\pi_a+\delta\pi_a\bigr)x_a^2\ge\delta\sum_au_ax_a^2",
)
def covered_by_the_learner(own: Constant = 1) -> Stated:
    """Refuted by an action of chance 0."""
    domain, each = Domain("delta in [0,1], H in [1,oo)"), Domain(_LAYER)
    (delta, _), (p, q, x) = domain, each
    left = (1 - delta) * Sig(p * x**2) + delta * Sig((own * p + (1 - own) * q) * x**2)
    right = delta * Sig(q * x**2)

    def proof(k: Proof) -> Any:
        return k.show(left, ">=", right, by=[(1 - delta, k.sum_up(k.sign(p * x**2, ">=")))])

    given = ((Sig(p), "==", 1), (Sig(q), "==", 1))
    return ForEveryN(domain, each, given, left, ">=", right), chain(proof, sample=_layer_sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": its price",
    expected="proved",
    strength="tight",
    assumptions=(
        "v is the value of pi, w that of what is played by an episode that explores, both for losses in [0,1]",
    ),
    says=r"(1-\delta)v+\delta w-v\le\delta H,\quad0\le v,\ w\le H",
)
def exploring_costs(factor: Constant = 1) -> Stated:
    """No value is above H, none below 0."""
    domain = Domain("delta in [0,1], H in [1,oo), v in [0,oo), w in [0,oo)")
    delta, H, v, w = domain
    left = (1 - delta) * v + delta * w - v

    def proof(k: Proof) -> Any:
        return k.show(left, "<=", delta * H, by=[(delta, k.hypothesis(0)), k.sign(delta * v, ">=")])

    statement = ForAll(domain, left, "<=", factor * delta * H, given=((w, "<=", H),))
    return statement, chain_at(proof, {"delta": 1, "H": 2, "v": 0, "w": 2})


exploring_layer.false_if("the layer counted 1 instead of H", weight=1)
exploring_layer.false_if("it counted 1 % more", weight=Fraction(303, 100))
later_layer.false_if("the cover acted in the last layer 1 % of the time", after=Fraction(1, 100))
earlier_layer.true_if("the learner acted in the last layer", after=0)
squared_weights.false_if("H were 1 % smaller", factor=Fraction(99, 100))
covered.false_if("the cover counted 1 % more", factor=Fraction(101, 100))
covered_by_the_learner.true_if("the cover acted in the layer", own=0)
exploring_costs.false_if("it were 1 % cheaper", factor=Fraction(99, 100))
