r"""The magnitude-reduced estimate of Q: unbiased, bounded below by -h/(2 sqrt gamma), no second moment lost.

``z = phi' S phi_visited`` with ``S = (gamma I + Sigma)^{-1}`` and the loss L still to come, ``0 <= L <= h``, h layers
being left. Plain: ``z L``. Reduced: ``z L - h min(z, 0) + m`` with ``m = h E min(z, 0)``. In sums over what is visited,
q are the probabilities; ``z_- = max(-z, 0)``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain
from theory.online.adversarial_mdp.claims_log_barrier_tangent import PAPER

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_WHERE = "magnitude-reduced estimate"
_LESS = Fraction(99, 100)


def negative_part(z: Any) -> Any:
    """Return ``max(-z, 0)``, as a SymPy expression."""
    import sympy

    return sympy.Max(-z, 0)


def _visits(rng: random.Random, least: Fraction | None = None) -> tuple[Fraction, list[dict[str, Fraction]]]:
    """Return h and rows q, z, L of exact numbers; half of the time z >= 0 and L = h, where moments are attained."""
    from theory.classification.samples import simplex

    h, extreme = Fraction(rng.randint(1, 4)), rng.random() < 0.5
    rows = []
    for q in simplex(rng, rng.randint(1, 4)):
        z = Fraction(rng.randint(0 if extreme else -6, 6), 2)
        rows.append({"q": q, "z": z, "L": h if extreme else h * Fraction(rng.randint(0, 4), 4)})
    return h, rows


@claim(
    paper=PAPER,
    where=_WHERE + ": no bias beyond that of the plain one",
    expected="proved",
    strength="identity",
    assumptions=(
        "the classes are the trajectories, finitely many; given the policy and S, z and L are functions of them",
    ),
    says=r"\mathbb E\bigl[zL-h\min(z,0)\bigr]+h\,\mathbb E\min(z,0)=\mathbb E[zL]",
)
def reduced_mean(other: Constant = 1) -> Stated:
    """What is subtracted is added in the mean, with the same h."""
    import sympy

    domain, each = Domain("h in (0,oo)"), Domain("q in [0,1], z in (-oo,oo), L in [0,oo)")
    (h,), (q, z, L) = domain, each
    low = sympy.Min(z, 0)
    left, right = Sig(q * (z * L - h * low)) + other * h * Sig(q * low), Sig(q * z * L)

    def sample(rng: random.Random) -> Any:
        h, rows = _visits(rng)
        return {"h": h}, rows

    given = ((Sig(q), "==", 1), (L, "<=", h))
    return ForEveryN(domain, each, given, left, "==", right), chain(lambda k: k.identity(left, right), sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": at least m",
    expected="proved",
    strength="tight",
    assumptions=("m is added on both sides; z_- = max(-z, 0) = -min(z, 0)",),
    says=r"zL+h\,z_-\ge0,\quad0\le L\le h",
)
def reduced_at_least_its_mean(share: Constant = 1) -> Stated:
    """With z_+ = z + z_-: it is z_+ L + z_- (h - L)."""
    domain = Domain("h in (0,oo), L in [0,oo), z in (-oo,oo)")
    h, L, z = domain

    def proof(k: Proof) -> Any:
        n = k.fresh("n in [0,oo)")
        named, _, above, _ = k.part(n, -z)
        order = k.show(h - L, ">=", 0, by=[k.hypothesis(0)])
        return k.show(z * L + h * negative_part(z), ">=", 0, by=[(L, above), (n, order), (-h, named)])

    statement = ForAll(domain, z * L + share * h * negative_part(z), ">=", 0, given=((L, "<=", h),))
    return statement, chain_at(proof, {"h": 1, "L": 1, "z": -1})


@claim(
    paper=PAPER,
    where=_WHERE + ": at most as large as z allows",
    expected="proved",
    strength="tight",
    assumptions=("z_- = max(-z, 0); |z| = z + 2 z_-",),
    says=r"zL+h\,z_-\le h\,(z+2z_-),\quad0\le L\le h",
)
def reduced_at_most(share: Constant = 1) -> Stated:
    """The difference is z_+ (h - L) + z_- L."""
    domain = Domain("h in (0,oo), L in [0,oo), z in (-oo,oo)")
    h, L, z = domain
    low = negative_part(z)

    def proof(k: Proof) -> Any:
        n = k.fresh("n in [0,oo)")
        named, least, above, _ = k.part(n, -z)
        k.show(h - L, ">=", 0, by=[k.hypothesis(0)])
        by = [(h - L, above), (L, least), (-h, named)]
        return k.show(z * L + h * low, "<=", h * (z + 2 * low), by=by)

    statement = ForAll(domain, z * L + h * low, "<=", share * h * (z + 2 * low), given=((L, "<=", h),))
    return statement, chain_at(proof, {"h": 1, "L": 1, "z": 1})


def _reduction() -> tuple[Domain, Domain, Any, Any]:
    """Return domain, classes, bound on the moment, and by how much the reduced estimate is reduced at most."""
    domain, each = Domain("h in (0,oo), gamma in (0,oo)"), Domain("q in [0,1], z in (-oo,oo)")
    (h, gamma), (q, z) = domain, each
    return domain, each, ((Sig(q), "==", 1), (Sig(q * z**2), "<=", 1 / (4 * gamma))), -h * Sig(q * negative_part(z))


@claim(
    paper=PAPER,
    where=_WHERE + ": its least value",
    expected="proved",
    strength="tight",
    assumptions=(
        "the mean of z^2 is at most 1/(4 gamma) by moment_below_quarter",
        "the reduced estimate is at least m by reduced_at_least_its_mean",
    ),
    uses=(f"{PAPER}.moment_below_quarter", f"{PAPER}.reduced_at_least_its_mean"),
    says=r"m=-h\,\mathbb E z_-\ge-\frac h{2\sqrt\gamma},\quad\mathbb E z^2\le\frac1{4\gamma}",
)
def reduction_at_least(half: Constant = Fraction(1, 2)) -> Stated:
    """z_- <= sqrt(gamma) z_-^2 + 1/(4 sqrt gamma), and z_-^2 <= z^2."""
    import sympy

    domain, each, given, left = _reduction()
    (h, gamma), (q, z) = domain, each
    root = sympy.sqrt(gamma)

    def proof(k: Proof) -> Any:
        one, moment = k.hypothesis(0), k.hypothesis(1)
        n = k.fresh("n in [0,oo)")
        named, _, _, either = k.part(n, -z)
        square = k.sign(root * (n - 1 / (2 * root)) ** 2, ">=")
        smaller = k.show(z**2, ">=", n**2, by=[k.sign((z + n) ** 2, ">="), (-2, either)])
        line = k.show(q * negative_part(z), "<=", q * (root * z**2 + 1 / (4 * root)),
                      by=[(-q, named), (q, square), (q * root, smaller)])  # fmt: skip
        by = [(h, k.sum_up(line)), (h * root, moment), (h / (4 * root), one)]
        return k.show(left, ">=", -h / (2 * root), by=by)

    def sample(rng: random.Random) -> Any:
        side = Fraction(rng.randint(1, 3), 2)  # 2 sqrt(gamma)
        return {"h": Fraction(rng.randint(1, 3)), "gamma": side**2 / 4}, [{"q": Fraction(1), "z": -1 / side}]

    return ForEveryN(domain, each, given, left, ">=", -half * h / root), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": its least value, as usually quoted",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    assumptions=("the constant is twice the best one, that of reduction_at_least", "h is the largest loss to come"),
    says=r"m\ge-\frac h{\sqrt\gamma},\quad\mathbb E z^2\le\frac1{4\gamma}",
)
def reduction_quoted(constant: Constant = 1) -> Stated:
    """Half of it holds."""
    import sympy

    domain, each, given, left = _reduction()
    (h, gamma), (q, z) = domain, each

    def proof(k: Proof) -> Any:
        values, row = {"h": h, "gamma": gamma}, {"q": q, "z": z}
        sharp = k.apply(reduction_at_least, values, given=[k.hypothesis(0), k.hypothesis(1)], rest=row)
        rest = k.sign(h / (2 * sympy.sqrt(gamma)), ">=")
        return k.show(left, ">=", -h / sympy.sqrt(gamma), by=[sharp, rest])

    def sample(rng: random.Random) -> Any:
        side = Fraction(rng.randint(1, 3), 2)
        return {"h": Fraction(1), "gamma": side**2 / 4}, [{"q": Fraction(1), "z": -1 / side}]

    return ForEveryN(domain, each, given, left, ">=", -constant * h / sympy.sqrt(gamma)), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": its least value is attained",
    expected="proved",
    strength="tight",
    assumptions=("one dimension: the visited feature is -sqrt(gamma), Sigma = gamma, phi = 1; z < 0 is certain",),
    says=r"m=h\cdot\frac{-\sqrt\gamma}{\gamma+\gamma}=-\frac h{2\sqrt\gamma}\quad(d=1)",
)
def reduction_attained(half: Constant = Fraction(1, 2)) -> Stated:
    """S = 1/(2 gamma)."""
    import sympy

    domain = Domain("h in (0,oo), gamma in (0,1]")
    h, gamma = domain
    visited = -sympy.sqrt(gamma)
    m = h * visited / (gamma + visited**2)
    right = -h / (2 * sympy.sqrt(gamma))
    return ForAll(domain, m, "==", 2 * half * right), chain(lambda k: k.identity(m, right))


_MOMENT = Domain("h in (0,oo), n in [0,oo)"), Domain("q in [0,1], z in (-oo,oo), L in [0,oo)")


def _reduced_moment() -> tuple[Any, Any, Any]:
    """Return the conditions, the second moment of the reduced estimate, and that of z."""
    (h, n), (q, z, L) = _MOMENT
    given = ((Sig(q), "==", 1), (L, "<=", h), (Sig(q * negative_part(z)), "==", n))
    return given, Sig(q * (z * L + h * negative_part(z) - h * n) ** 2), Sig(q * z**2)


def _moment_sample(rng: random.Random) -> Any:
    h, rows = _visits(rng)
    return {"h": h, "n": sum((row["q"] * max(-row["z"], Fraction(0)) for row in rows), Fraction(0))}, rows


@claim(
    paper=PAPER,
    where=_WHERE + ": its second moment",
    expected="proved",
    strength="tight",
    assumptions=(
        "the mean of z^2 is phi' S Sigma S phi <= |phi|_S^2 (moment_below_norm), so that no constant is lost",
        "the policy's mean of |phi|_S^2 is at most d, by effective_dimension",
    ),
    says=r"\mathbb E\bigl(zL+h\,z_--h\,\mathbb E z_-\bigr)^2\le h^2\,\mathbb E z^2,\quad0\le L\le h",
)
def reduced_second_moment(factor: Constant = 1) -> Stated:
    """Each square is at most h^2 (z^2 + 2 n^2 - 2 n z_-), n the mean of z_-: with products and squares."""
    given, left, moment = _reduced_moment()
    (h, n), (q, z, L) = _MOMENT

    def proof(k: Proof) -> Any:
        one, order, mean = (k.hypothesis(i) for i in range(3))
        low = k.fresh("low in [0,oo)")
        named, _, above, either = k.part(low, -z)
        p, part = z + low, negative_part(z)
        less = k.show(h - L, ">=", 0, by=[order])
        k.show(p, ">=", 0, by=[above])
        by = [k.sign(p**2 * (h + L) * (h - L) + 2 * h * n * p * L, ">="), k.sign((h * n - low * L) ** 2, ">=")]
        by += [(2 * low**2 * L, less), (-2 * (h**2 + h * L - L**2), either)]  # either: one of the two parts of z is 0
        square = k.show((z * L + h * low - h * n) ** 2, "<=", h**2 * (z**2 + 2 * n**2 - 2 * n * low), by=by)
        renamed = 2 * n * h**2 + h * (2 * z * L - 2 * h * n + h * low + h * part)
        row = k.show(q * (z * L + h * part - h * n) ** 2, "<=", q * h**2 * (z**2 + 2 * n**2 - 2 * n * part),
                     by=[(q, square), (q * renamed, named)])  # fmt: skip
        by = [k.sum_up(row), (-2 * n**2 * h**2, one), (2 * n * h**2, mean)]
        return k.show(left, "<=", h**2 * moment, by=by)

    statement = ForEveryN(*_MOMENT, given, left, "<=", factor * h**2 * moment)
    return statement, chain(proof, sample=_moment_sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": its second moment, m estimated",
    expected="proved",
    strength="upper",
    assumptions=(
        (
            "m is -h times the mean of M draws of z_-, independent of the visit and of each other: the second moment "
            "is then the first term plus h^2 v/M, v the variance of z_-"
        ),
    ),
    says=r"\mathbb E\bigl(zL+h\,z_--h\,\mathbb E z_-\bigr)^2+\frac{h^2}M\operatorname{Var}z_-"
    r"\le\Bigl(1+\frac1M\Bigr)h^2\,\mathbb E z^2",
)
def sampled_second_moment(more: Constant = 1) -> Stated:
    """The variance is at most the mean of z_-^2 <= z^2."""
    domain = Domain("h in (0,oo), n in [0,oo), v in [0,oo), M integer in [1,oo)")
    h, n, v, M = domain
    given, left, moment = _reduced_moment()
    q, z, L = _MOMENT[1]
    given = (*given, (Sig(q * negative_part(z) ** 2), "==", v + n**2))

    def proof(k: Proof) -> Any:
        known = [k.hypothesis(i) for i in range(3)]
        exact = k.apply(reduced_second_moment, {"h": h, "n": n}, given=known, rest={"q": q, "z": z, "L": L})
        low = k.fresh("low in [0,oo)")
        named, _, _, either = k.part(low, -z)
        smaller = k.show(z**2, ">=", low**2, by=[k.sign((z + low) ** 2, ">="), (-2, either)])
        renamed = low + negative_part(z)
        row = k.show(q * negative_part(z) ** 2, "<=", q * z**2, by=[(q, smaller), (q * renamed, named)])
        spread = k.show(v, "<=", moment, by=[k.sum_up(row), k.sign(n**2, ">="), (-1, k.hypothesis(3))])
        return k.show(left + h**2 * v / M, "<=", (1 + 1 / M) * h**2 * moment, by=[exact, (h**2 / M, spread)])

    def sample(rng: random.Random) -> Any:
        z = -Fraction(rng.randint(1, 4))
        p = Fraction(1, 1000)
        rows = [{"q": p, "z": z, "L": Fraction(0)}, {"q": 1 - p, "z": Fraction(0), "L": Fraction(0)}]
        return {"h": Fraction(1), "n": -p * z, "v": p * z**2 - (p * z) ** 2, "M": rng.randint(1, 3)}, rows

    right = (1 + more / M) * h**2 * moment
    return ForEveryN(domain, _MOMENT[1], given, left + h**2 * v / M, "<=", right), chain(proof, sample=sample)


@claim(
    paper=PAPER,
    where=_WHERE + ": its second moment, 1 is best",
    expected="proved",
    strength="tight",
    assumptions=("one dimension, phi = 1 = the visited feature, L = h: z = 1/(1 + gamma) = |phi|_S^2, and no z_-",),
    says=r"0\le\kappa<1,\ \gamma=1-\kappa:\quad(hz)^2>\kappa\,h^2|\phi|_S^2",
)
def no_smaller_second_moment(largest: Constant = 1) -> Stated:
    """The ratio 1/(1 + gamma) exceeds 1 - gamma."""
    domain = Domain(f"kappa in [0,{largest}), h in (0,oo)")
    kappa, h = domain
    gamma = largest - kappa
    z = 1 / (1 + gamma)

    def proof(k: Proof) -> Any:
        return k.show(h**2 * z**2, ">", kappa * h**2 * z, by=[k.sign(h**2 * (1 - kappa) ** 2 * z**2, ">")])

    return ForAll(domain, h**2 * z**2, ">", kappa * h**2 * z), chain(proof)


_ALIGNED = "features e1, e2, -e2 with probabilities 1 - gamma, gamma/2, gamma/2, at phi = e2: S phi = phi/(2 gamma)"


@claim(
    paper=PAPER,
    where=_WHERE + ": aligned features, the plain estimate",
    expected="proved",
    strength="identity",
    assumptions=(_ALIGNED, "the left side: the visit is to -e2 and L = h, the worst case"),
    says=r"\min zL=-\frac h{2\gamma}",
)
def aligned_plain(half: Constant = Fraction(1, 2)) -> Stated:
    """Sigma has the eigenvalue gamma there, the ridge doubles it."""
    domain = Domain("h in (0,oo), gamma in (0,1)")
    h, gamma = domain
    eigenvalue = gamma / 2 + gamma / 2
    left = -h / (eigenvalue + gamma)
    return ForAll(domain, left, "==", -half * h / gamma), chain(lambda k: k.identity(left, -h / (2 * gamma)))


@claim(
    paper=PAPER,
    where=_WHERE + ": aligned features, the reduced estimate",
    expected="proved",
    strength="identity",
    assumptions=(
        _ALIGNED,
        "the left side is m; the estimate is m where z <= 0 and L = h, and by reduced_at_least_its_mean never less",
    ),
    uses=(f"{PAPER}.reduced_at_least_its_mean",),
    says=r"m=h\cdot\frac\gamma2\cdot\Bigl(-\frac1{2\gamma}\Bigr)=-\frac h4\quad\text{for every }\gamma",
)
def aligned_reduced(quarter: Constant = Fraction(1, 4)) -> Stated:
    """The rare visit is as rare as its z is large."""
    domain = Domain("h in (0,oo), gamma in (0,1)")
    h, gamma = domain
    eigenvalue = gamma / 2 + gamma / 2
    left = -h * gamma / 2 / (eigenvalue + gamma)
    return ForAll(domain, left, "==", -quarter * h), chain(lambda k: k.identity(left, -h / 4))


reduced_mean.false_if("m counted 1 % less", other=_LESS)
reduced_at_least_its_mean.false_if("1 % less were subtracted", share=_LESS)
reduced_at_most.false_if("the bound were 1 % smaller", share=_LESS)
reduction_at_least.false_if("the constant were 1 % smaller", half=Fraction(99, 200))
reduction_quoted.false_if("the constant were 0.49; 1/2 is the best", constant=Fraction(49, 100))
reduction_attained.false_if("the constant were 1 % smaller", half=Fraction(99, 200))
reduced_second_moment.false_if("the constant were 1 % smaller", factor=_LESS)
sampled_second_moment.false_if("draws cost 1 % less", more=_LESS)
no_smaller_second_moment.false_if("kappa went up to 1.01", largest=Fraction(101, 100))
aligned_plain.false_if("the constant were 1 % smaller", half=Fraction(99, 200))
aligned_reduced.false_if("the constant were 1 % smaller", quarter=Fraction(99, 400))
