r"""The soft confusion matrix: its entries add up to the batch, and how far they are from the counts, for every batch.

An example is (y, h, s): label y, hard prediction h in {0, 1}, confidence s = |p - 1/2|, so that
``p = 1/2 + (2h-1) s`` and ``A = 1/(1 + exp(-L(2h-1)s))``. Every p in [0, 1] has that form; at p = 1/2 both values of h
are allowed, so that nothing depends on how ties are counted. `Sig` sums over the examples of a batch of any size.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "anyloss", "soft confusion matrix"
_ONE_PERCENT = Fraction(101, 100)


def _entries(y: Any, share: Any) -> Any:
    return Sig(y * share) + Sig(y * (1 - share)) + Sig((1 - y) * share) + Sig((1 - y) * (1 - share))


def _batch(rng: random.Random) -> list[dict[str, Fraction]]:
    return [{"y": Fraction(rng.randint(0, 1)), "p": Fraction(rng.randint(0, 9), 9)} for _ in range(rng.randint(1, 5))]


@claim(
    paper=_PAPER,
    where=_WHERE,
    expected="proved",
    strength="lemma",
    says=r"\sum_i y_ip_i+\sum_i y_i(1-p_i)+\sum_i(1-y_i)p_i+\sum_i(1-y_i)(1-p_i)=N",
)
def shares_add_up(c: Constant = 1) -> Stated:
    """Every example is shared between two entries, by p and 1 - p, whatever p is."""
    domain, each = Domain("one in [1,1]"), Domain("y in [0,1], p in [0,1]")
    y, p = each

    def sample(rng: random.Random) -> Any:
        return {"one": Fraction(1)}, _batch(rng)

    total = _entries(y, p)
    statement = ForEveryN(domain, each, (), total, "==", c * Sig(1))
    return statement, chain(lambda k: k.identity(total, Sig(1)), sample)


@claim(
    paper=_PAPER,
    where=_WHERE,
    form="as usually quoted",
    expected="proved",
    strength="identity",
    says=r"\mathrm{TP}+\mathrm{FN}+\mathrm{FP}+\mathrm{TN}=N\ \text{for the amplified}\ "
    r"A_i=\frac1{1+e^{-L(p_i-1/2)}}",
)
def soft_counts_add_up(c: Constant = 1) -> Stated:
    """The amplified probabilities are shares."""
    import sympy

    domain, each = Domain("L in (0,oo)"), Domain("y in [0,1], p in [0,1]")
    (L,), (y, p) = domain, each
    share = 1 / (1 + sympy.exp(-L * (p - Fraction(1, 2))))

    def proof(k: Proof) -> Any:
        k.show(1, ">=", share, by=[k.sign(sympy.exp(-L * (p - Fraction(1, 2))) * share, ">=")])
        return k.apply(shares_add_up, {"one": 1}, rest={"y": y, "p": share})

    def sample(rng: random.Random) -> Any:
        return {"L": Fraction(rng.randint(1, 80))}, _batch(rng)

    return ForEveryN(domain, each, (), _entries(y, share), "==", c * Sig(1)), chain(proof, sample)


shares_add_up.false_if("a batch counted for 1 % more", c=_ONE_PERCENT)
soft_counts_add_up.false_if("a batch counted for 1 % more", c=_ONE_PERCENT)


# -- how far the soft entries are from the counts -------------------------------------------------------------------


def _amplified(L: Any, h: Any, s: Any) -> Any:
    import sympy

    return 1 / (1 + sympy.exp(-L * (2 * h - 1) * s))


def _misses(L: Any, s: Any) -> Any:
    import sympy

    return 1 / (1 + sympy.exp(L * s))


def _examples(extra: str = "") -> tuple[Any, ...]:
    domain, each = Domain("L in (0,oo)" + extra), Domain("w in [0,1], h in [0,1], s in [0,1/2]")
    h = each.symbols[1]
    return domain, each, (h * (1 - h), "==", 0)


def _sample(*, margin: bool = False) -> Any:
    def sample(rng: random.Random) -> Any:
        least = Fraction(rng.randint(1, 5), 10)
        hard = rng.randint(0, 1)  # often all examples err on one side, where the bound is attained
        rows = []
        for _ in range(rng.randint(1, 5)):
            s = least if rng.random() < 0.6 else Fraction(rng.randint(5, 10), 20)
            h = hard if rng.random() < 0.8 else 1 - hard
            rows.append({"w": Fraction(1 if rng.random() < 0.8 else 0), "h": Fraction(h), "s": max(s, least)})
        return {"L": Fraction(rng.randint(1, 20))} | ({"m": least} if margin else {}), rows

    return sample


def _each_example(k: Proof, symbols: tuple[Any, ...], sign: int) -> Any:
    """Show ``1/(1 + e^(Ls)) >= sign w (A - h)``: as h is 0 or 1, A - h is (1 - 2h) times that number."""
    L, w, h, s = symbols
    miss = _misses(L, s)
    exact = k.either(k.hypothesis(0), h, h, 1, _amplified(L, h, s) - h - (1 - 2 * h) * miss)
    room = k.sign(1 - w + 2 * w * (h if sign > 0 else 1 - h), ">=")  # 1 - sign w (1 - 2h)
    return k.show(miss, ">=", sign * w * (_amplified(L, h, s) - h), by=[(-sign * w, exact), (miss, room)])


def _entry_error(sign: int, c: Constant) -> Stated:
    domain, each, binary = _examples()
    (L,), (w, h, s) = domain, each
    error, bound = Sig(sign * w * (_amplified(L, h, s) - h)), Sig(_misses(L, s))
    method = chain(lambda k: k.sum_up(_each_example(k, (L, w, h, s), sign)), _sample())
    return ForEveryN(domain, each, (binary,), error, "<=", c * bound), method


_ENTRY = r"\sum_i\frac1{1+e^{L|p_i-1/2|}}"
_ANY = ("w_i = y_i gives TP, w_i = 1 - y_i gives FP; FN and TN deviate by the same amounts with the other sign",)


@claim(
    paper=_PAPER,
    where="distance of the soft entries from the counts",
    expected="proved",
    strength="tight",
    assumptions=_ANY,
    says=r"\sum_i w_i(A_i-\mathbb 1[p_i\ge\tfrac12])\le" + _ENTRY,
)
def entry_error_above(c: Constant = 1) -> Stated:
    """Example by example; attained where every example with w = 1 is predicted negative."""
    return _entry_error(1, c)


@claim(
    paper=_PAPER,
    where="distance of the soft entries from the counts",
    expected="proved",
    strength="tight",
    assumptions=_ANY,
    says=r"\sum_i w_i(\mathbb 1[p_i\ge\tfrac12]-A_i)\le" + _ENTRY,
)
def entry_error_below(c: Constant = 1) -> Stated:
    """The other direction; attained where every example with w = 1 is predicted positive."""
    return _entry_error(-1, c)


entry_error_above.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
entry_error_below.false_if("the bound were 1 % smaller", c=Fraction(99, 100))


@claim(
    paper=_PAPER,
    where="distance of the soft entries from the counts",
    expected="proved",
    strength="tight",
    assumptions=_ANY,
    says=r"|p_i-\tfrac12|\ge m:\quad\sum_i w_i(A_i-\mathbb 1[p_i\ge\tfrac12])\le\frac N{1+e^{Lm}}",
)
def entry_error_with_margin(c: Constant = 1) -> Stated:
    """With a margin m around 1/2 the relative error falls like exp(-L m)."""
    import sympy

    domain, each, binary = _examples(", m in [0,1/2]")
    (L, m), (w, h, s) = domain, each
    error, share = Sig(w * (_amplified(L, h, s) - h)), 1 / (1 + sympy.exp(L * m))

    def proof(k: Proof) -> Any:
        one = _each_example(k, (L, w, h, s), 1)
        apart = k.show(L * s, ">=", L * m, by=[(L, k.hypothesis(1))])
        larger = k.exponential(apart)
        smaller = k.power(k.show(1 + sympy.exp(L * s), ">=", 1 + sympy.exp(L * m), by=[larger]), -1)
        total = k.sum_up(k.show(share, ">=", w * (_amplified(L, h, s) - h), by=[one, smaller]))
        return k.show(error, "<=", share * Sig(1), by=[total])

    statement = ForEveryN(domain, each, (binary, (s, ">=", m)), error, "<=", c * share * Sig(1))
    return statement, chain(proof, _sample(margin=True))


entry_error_with_margin.false_if("the bound were 1 % smaller", c=Fraction(99, 100))
