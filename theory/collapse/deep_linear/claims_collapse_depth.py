r"""Cross-entropy in depth: where a simplex is the global minimum, and where it never is.

Logits that M layers and the features make have the least penalty C times the sum of the p-th powers of their singular
values, p = 2/(M + 1), C as in `theory.collapse.deep_linear.code_expressions`. That this is the least penalty for given
logits (arithmetic and geometric means, Horn's inequality) is the literature's, not decided here; what refutes the
simplex needs it for the simplex alone, as its lower bound: that the other codes attain theirs is plain. They need no
more width than their rank, and no bias; the simplex gains nothing from one, for biases drop out of the sum of all
margins.

A simplex is any network with the logits a (I - 11'/K), the same for all samples of a class. A negative a is worse than
zero. If just the means of the features were asked to be a simplex, layers would share singular values at a minimum, so
that all K - 1 of the logits were equal, and the tangent at the simplex of that scale (`loss_above_the_simplex`) would
put the aligned one below: the trace is at most the sum of singular values.

- one layer (p = 1), any K: the simplex, or zero (`claims_collapse_cross_entropy`);
- two classes, any depth: the simplex, or zero;
- K >= 3 and M > 1: where the simplex ties with zero, one antipodal pair is better than both. There is such a decay for
  each K and M, by continuity (argued; M = K - 1 in closed form: `simplex_ties_with_zero`): zero and simplices are all
  no global minima there, nor at decays near it;
- M >= 3 and K >= 4, or M >= 2 and K >= 6: at every decay and every scale pairs (K even) or pairs and an apex (K odd)
  beat the simplex at that scale. Two layers thus begin with 6 for even and with 7 for odd K, three with 4 and 5;
- K even, K (1 - 2^(p-1)) < 1: a simplex beats pairs of large scale, hence pairs at small decays.

K even or odd is the difference between `cross_polytope` and `cross_polytope_and_apex`; the inequalities hold for all
real K.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.collapse.deep_linear.code_expressions import cross_polytope, cross_polytope_and_apex, one_pair, simplex
from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, ForEveryN, Sig, chain

if TYPE_CHECKING:
    import random

    from theory.engine.provers.symbolic.proof import Proof

_PAPER, _WHERE = "deep_linear_collapse", "cross-entropy in depth"
_EVERY, _SOME = _WHERE + ": every decay and scale", _WHERE + ": where the simplex ties with zero"
_MORE, _LESS, _HALF = Fraction(101, 100), Fraction(99, 100), Fraction(1, 2)
_PENALTY = "p is 2/(M + 1), C is (M + 1)/2 (n lH lW_1 ... lW_M)^(1/(M + 1)), balanced classes, widths large enough"
_LEAST = "the least penalty of given logits is C times the sum of the p-th powers of their singular values over sqrt n"
_CODES = (_PENALTY, _LEAST, "loss and singular values of the codes are those of code_expressions")
_ETF = r"\log\bigl(1+(K-1)e^{-a}\bigr)+C(K-1)a^p"


@claim(
    paper=_PAPER, where=_EVERY + ", K even", expected="proved", strength="tight", assumptions=_CODES,
    says=r"K(1-2^{p-1})\ge1\ \Rightarrow\ \log\bigl(1+(K-2)e^{-a}+e^{-2a}\bigr)+C\frac K2(2a)^p<" + _ETF
    + r",\quad a,C>0",
)  # fmt: skip
def pairs_beat_the_simplex(least: Constant = 1) -> Stated:
    """One of the others moves away, and K/2 singular values of 2a cost no more than K - 1 of a."""
    import sympy

    domain = Domain("K in [4,oo), p in (0,1), a in (0,oo), C in (0,oo)")
    K, p, a, C = domain
    pairs, other = cross_polytope(a, K, C, p), simplex(a, K, C, p)

    def proof(k: Proof) -> Any:
        far = k.exponential(k.show(-a, ">", -2 * a))
        inside = (1 + (K - 2) * sympy.exp(-a) + sympy.exp(-2 * a), 1 + (K - 1) * sympy.exp(-a))
        for total in inside:
            k.sign(total, ">")
        loss = k.logarithm(k.show(inside[1], ">", inside[0], by=[far]))
        return k.show(pairs, "<", other, by=[loss, (C * a**p, k.hypothesis(0))])

    hard = {"K": 4, "p": Fraction(3, 5), "a": 20, "C": 1}
    return ForAll(domain, pairs, "<", other, ((K * (1 - 2 ** (p - 1)), ">=", least),)), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_EVERY + ", K odd", expected="proved", strength="tight", assumptions=_CODES,
    says=r"(K-1)(1-2^{p-1})\ge1\ \Rightarrow\ \frac{K-1}K\log\bigl(1+(K-3)e^{-a}+e^{-2a}+e^{-aK/(K-1)}\bigr)"
    r"+\frac1K\log\bigl(1+(K-1)e^{-a}\bigr)+C\Bigl(\frac{K-1}2(2a)^p+a^p\Bigr)<" + _ETF,
)  # fmt: skip
def pairs_and_an_apex_beat_the_simplex(least: Constant = 1) -> Stated:
    """The same for K - 1 classes; the last one costs what it costs in the simplex."""
    import sympy

    domain = Domain("K in [5,oo), p in (0,1), a in (0,oo), C in (0,oo)")
    K, p, a, C = domain
    pairs, other = cross_polytope_and_apex(a, K, C, p), simplex(a, K, C, p)

    def proof(k: Proof) -> Any:
        far = k.exponential(k.show(-a, ">", -2 * a))
        apex = k.exponential(k.show(-a, ">", -a * K / (K - 1), by=[k.sign(a / (K - 1), ">")]))
        inside = 1 + (K - 3) * sympy.exp(-a) + sympy.exp(-2 * a) + sympy.exp(-a * K / (K - 1))
        whole = 1 + (K - 1) * sympy.exp(-a)
        for total in (inside, whole):
            k.sign(total, ">")
        loss = k.logarithm(k.show(whole, ">", inside, by=[far, apex]))
        return k.show(pairs, "<", other, by=[((K - 1) / K, loss), (C * a**p, k.hypothesis(0))])

    given = (((K - 1) * (1 - 2 ** (p - 1)), ">=", least),)
    hard = {"K": 5, "p": Fraction(3, 5), "a": 20, "C": 1}
    return ForAll(domain, pairs, "<", other, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_EVERY, expected="proved", strength="tight",
    uses=(f"{_PAPER}.pairs_beat_the_simplex", f"{_PAPER}.pairs_and_an_apex_beat_the_simplex"),
    says=r"M\ge3,\ K\ge4\ \Rightarrow\ K(1-2^{p-1})>1,\quad p=\frac2{M+1}",
)  # fmt: skip
def three_layers_from_four_classes(layers: Constant = 3) -> Stated:
    """2^(p-1) is at most 1/sqrt 2, below 3/4. For odd K it is used at K - 1: from 5 on."""
    domain = Domain(f"M in [{layers},oo), K in [4,oo)")
    M, K = domain
    power = 2 ** (2 / (M + 1) - 1)

    def proof(k: Proof) -> Any:
        import sympy

        rest = (M - 3) / (2 * (M + 1))
        k.sign(rest, ">=")
        grown = k.power(k.show(sympy.Integer(2), ">=", 1), rest)
        least = 1 - 1 / sympy.sqrt(2)
        return k.show(K * (1 - power), ">", 1, by=[(K * power, grown), k.sign((K - 4) * least, ">="),
                                                   k.sign(4 * least - 1, ">")])  # fmt: skip

    return ForAll(domain, K * (1 - power), ">", 1), chain_at(proof, {"M": layers, "K": 4})


@claim(
    paper=_PAPER, where=_EVERY, expected="proved", strength="tight",
    uses=(f"{_PAPER}.pairs_beat_the_simplex", f"{_PAPER}.pairs_and_an_apex_beat_the_simplex"),
    says=r"K\ge6\ \Rightarrow\ K(1-2^{-1/3})>1",
    assumptions=("-1/3 is p - 1 for two layers; at four classes it is false, and odd K use it at K - 1: from 7 on",),
)  # fmt: skip
def two_layers_from_six_classes(classes: Constant = 6) -> Stated:
    """6 (1 - 2^(-1/3)) = 1.238."""
    import sympy

    domain = Domain(f"K in [{classes},oo)")
    (K,) = domain
    least = 1 - sympy.Integer(2) ** sympy.Rational(-1, 3)

    def proof(k: Proof) -> Any:
        return k.show(K * least, ">", 1, by=[k.sign((K - 6) * least, ">="), k.sign(6 * least - 1, ">")])

    return ForAll(domain, K * least, ">", 1), chain_at(proof, {"K": classes})


@claim(
    paper=_PAPER, where=_WHERE + ": small decays, K(1 - 2^(p-1)) < 1", expected="proved", strength="tight",
    assumptions=(*_CODES, ("as the decays vanish so do the best simplex's objective and, unless their scale grows, not "
                 "that of pairs: pairs then lose, and the condition on K and p is exact for small decays")),
    says=r"Dt\ge ph(K-1),\ D=K2^{p-1}-(K-1)>0,\ h=\log\frac{K-1}{K-2}\ \Rightarrow\ "
    r"\log\bigl(1+(K-1)e^{-a}\bigr)+C(K-1)a^p<\log\bigl(1+(K-2)e^{-t}+e^{-2t}\bigr)+C\frac K2(2t)^p,\quad a=t+h",
)  # fmt: skip
def simplex_beats_pairs_of_large_scale(rate: Constant = 1) -> Stated:
    """The shift h makes the losses equal but for e^(-2t); the tangent of v^p at 1 bounds what it costs."""
    import sympy

    domain = Domain("K in (2,oo), p in (0,1), t in (0,oo), C in (0,oo)")
    K, p, t, C = domain
    D, h = K * 2 ** (p - 1) - (K - 1), sympy.log((K - 1) / (K - 2))
    a = t + h
    left, right = simplex(a, K, C, p), cross_polytope(t, K, C, p)

    def proof(k: Proof) -> Any:
        ratio = k.show((K - 1) / (K - 2), ">", 1, by=[k.sign(1 / (K - 2), ">")])
        k.logarithm(ratio)
        v = k.fresh("v in (0,oo)")
        bend = k.tangent(v**p, v, 1, a / t)
        price = k.show((K - 1) * (a / t) ** p, "<=", K * 2 ** (p - 1), by=[(K - 1, bend), (1 / t, k.hypothesis(0))])
        x = sympy.exp(-t)
        for total in (1 + (K - 2) * x, 1 + (K - 2) * x + sympy.exp(-2 * t)):
            k.sign(total, ">")
        loss = k.logarithm(k.show(1 + (K - 2) * x + sympy.exp(-2 * t), ">", 1 + (K - 2) * x))
        return k.show(left, "<", right, by=[loss, (C * t**p, price)])

    given = ((D * t, ">=", rate * p * h * (K - 1)), (D, ">", 0))
    hard = {"K": 4, "p": Fraction(3, 5), "t": 23, "C": 1}
    return ForAll(domain, left, "<", right, given), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_WHERE + ": one layer", expected="proved", strength="tight", assumptions=(_PENALTY,),
    says=r"\log\bigl(1+(K-2)e^{-t}+e^{-2t}\bigr)+CKt\ge\log\bigl(1+(K-1)e^{-a}\bigr)+C(K-1)a,\quad "
    r"C=\frac1{e^a+K-1},\ a,t\ge0,\ K\ge2",
)  # fmt: skip
def one_layer_pairs_never_win(factor: Constant = 1) -> Stated:
    """The tangent of the loss at the simplex of scale a, the best one for C; e^a is B."""
    import sympy

    domain = Domain("K in [2,oo), B in [1,oo), t in [0,oo)")
    K, B, t = domain
    a, q = sympy.log(B), 1 / (B + K - 1)
    there, here = 1 + (K - 2) * sympy.exp(-t) + sympy.exp(-2 * t), 1 + (K - 1) / B
    left, right = sympy.log(there) + q * K * t, sympy.log(here) + q * (K - 1) * a

    def proof(k: Proof) -> Any:
        for total in (there, here):
            k.sign(total, ">")
        v, gap = k.fresh("v in (-oo,oo)"), sympy.log(there) - sympy.log(here)
        own, other, far = (k.tangent(sympy.exp(v), v, 0, x - gap) for x in (sympy.Integer(0), a - t, a - 2 * t))
        by = [(1 / here, own), ((K - 2) / (B * here), other), (1 / (B * here), far)]
        return k.show(left, ">=", right, by=by)

    statement = ForAll(domain, sympy.log(there) + factor * q * K * t, ">=", right)
    return statement, chain_at(proof, {"K": 2, "B": 3, "t": Fraction(11, 20)})


# -- every number of classes, some decay -----------------------------------------------------------------------------


def _gains(y: Any, K: Any) -> tuple[Any, Any]:
    """Return what one pair, and a singular value of the simplex, gain over log K; y = e^(-a/2)."""
    import sympy

    pair = 2 * (sympy.log(K) - sympy.log(1 + (K - 2) * y + y**2)) / K
    return pair, (sympy.log(K) - sympy.log(1 + (K - 1) * y**2)) / (K - 1)


@claim(
    paper=_PAPER, where=_SOME, expected="proved", strength="lower",
    says=r"\frac2K\log\frac K{1+(K-2)y+y^2}-\frac1{K-1}\log\frac K{1+(K-1)y^2}\ge\frac{4(K-2)}{3K^3}(1-y)^3,"
    r"\quad0<y\le1,\ K\ge2",
    assumptions=(("y is e^(-a/2): the left is what a pair gains over log K, less what the simplex gains for each of "
                 "its K - 1 singular values, all being a"),),
)  # fmt: skip
def a_pair_gains_more_for_its_penalty(factor: Constant = 1) -> Stated:
    """Both sides vanish at 1; the slope of the left is -2 (K-2)(1-y)^2 (1+y)/(K AB), with A <= K and B <= K (1+y)/2."""
    import sympy

    domain = Domain("y in (0,1], K in [2,oo)")
    y, K = domain
    pair, share = _gains(y, K)

    def proof(k: Proof) -> Any:
        A, B = 1 + (K - 2) * y + y**2, 1 + (K - 1) * y**2
        for total in (A, B):
            k.sign(total, ">")
        f = right - pair + share
        above = k.show(K, ">=", A, by=[k.sign((K - 2) * (1 - y) + (1 - y) * (1 + y), ">=")])
        inner = k.show((K - 1) * y + K / 2 - 1, ">=", 0, by=[k.sign((K - 2) / 2 + (K - 1) * y, ">=")])
        chord = k.show(K * (1 + y) / 2, ">=", B, by=[(1 - y, inner)])
        room = k.show(K**2 * (1 + y), ">=", 2 * A * B, by=[(2 * K, chord), (2 * B, above)])
        slope = k.show(f.diff(y), ">=", 0, by=[(2 * (K - 2) * (1 - y) ** 2 / (K**3 * A * B), room)])
        top = k.grows(slope, f, y, end="high")
        return k.show(pair - share, ">=", right, by=[top])

    right = 4 * (K - 2) / (3 * K**3) * (1 - y) ** 3
    hard = {"y": Fraction(999, 1000), "K": 3}
    return ForAll(domain, pair - share, ">=", sympy.sympify(factor) * right), chain_at(proof, hard)


@claim(
    paper=_PAPER, where=_SOME, expected="proved", strength="tight",
    uses=(f"{_PAPER}.simplex_gains_at_most",),
    assumptions=(*_CODES, ("for p < 1 there is a C at which the left is an equality for some a and for no a below "
                 "log K: what a simplex gains over log K, divided by (K-1) a^p, has a largest value C, for it vanishes "
                 "at both ends, at 0 by simplex_gains_at_most")),
    says=_ETF + r"\le\log K\ \Rightarrow\ \frac2K\log\bigl(1+(K-2)e^{-a/2}+e^{-a}\bigr)+\frac{K-2}K\log K+Ca^p<\log K,"
    r"\quad K>2,\ 0<p\le1",
)  # fmt: skip
def a_pair_is_better_where_the_simplex_ties(cost: Constant = 1) -> Stated:
    """Where the best simplex ties with zero the pair is below both, and so it is for all decays near that one."""
    import sympy

    domain = Domain("K in (2,oo), p in (0,1], a in (0,oo), C in (0,oo)")
    K, p, a, C = domain
    y = sympy.exp(-a / 2)
    pair, share = _gains(y, K)

    def proof(k: Proof) -> Any:
        unit = k.exponential(k.show(sympy.Integer(0), ">", -a / 2))
        more = k.apply(a_pair_gains_more_for_its_penalty, {"y": y, "K": K})
        cube = k.power(k.show(1 - y, ">", 0, by=[unit]), 3)
        better = k.show(pair, ">", share, by=[more, (4 * (K - 2) / (3 * K**3), cube)])
        return k.show(one_pair(a, K, C, p), "<", sympy.log(K), by=[better, (1 / (K - 1), k.hypothesis(0))])

    given = ((simplex(a, K, C, p), "<=", sympy.log(K)),)
    hard = {"K": 3, "p": _HALF, "a": Fraction(1, 10), "C": Fraction(10351, 100000)}
    return ForAll(domain, one_pair(a, K, cost * C, p), "<", sympy.log(K), given), chain_at(proof, hard)


# -- two classes -----------------------------------------------------------------------------------------------------


def _above_the_tangent(k: Proof, mu: Any, a: Any) -> Any:
    """Show that the loss of a margin lies above its tangent at the margin a."""
    import sympy

    there, here, v = 1 + sympy.exp(-mu), 1 + sympy.exp(-a), k.fresh("v in (-oo,oo)")
    gap = sympy.log(there) - sympy.log(here)
    own, other = (k.tangent(sympy.exp(v), v, 0, value) for value in (-gap, a - mu - gap))
    line = sympy.log(here) + sympy.exp(-a) / here * (a - mu)
    return k.show(sympy.log(there), ">=", line, by=[(1 / here, own), (sympy.exp(-a) / here, other)])


@claim(
    paper=_PAPER, where=_WHERE + ": two classes", expected="proved", strength="tight", form="derived",
    corrects=f"{_PAPER}.deep_minima_are_simplices",
    says=r"\frac1N\sum_i\log(1+e^{-\mu_i})+Ds^p\ge\log(1+e^{-a})+D\Bigl(a\sqrt{\tfrac N2}\Bigr)^p,\quad "
    r"a=\frac1N\sum_i\mu_i\ge0,\ s^2\ge\frac12\sum_i\mu_i^2,\ 0<p\le1",
    assumptions=(
        _PENALTY, ("the least penalty of logits is D = C n^(-p/2) times the sum of the p-th powers of their singular "
        "values, of which s is the largest: the columns' margins mu, over sqrt 2, are the logits seen from the unit "
        "vector (1, -1)/sqrt 2"), "if the mean margin is negative the loss is above log 2 (the same tangent)",
    ),
)  # fmt: skip
def two_classes_are_a_simplex_at_every_depth(power: Constant = 1) -> Stated:
    """Jensen for the loss, Cauchy and Schwarz for s. On the right is the simplex of scale a: one singular value."""
    import sympy

    domain = Domain("N in [1,oo), p in (0,1], C in (0,oo), a in [0,oo), s in [0,oo)")
    each = Domain("mu in (-oo,oo)")
    (N, p, C, a, s), (mu,) = domain, each
    left = Sig(sympy.log(1 + sympy.exp(-mu))) / N + C * s**p

    def right(exponent: Any) -> Any:
        return sympy.log(1 + sympy.exp(-a)) + C * (exponent * a**2 * N / 2) ** (p / 2)

    def proof(k: Proof) -> Any:
        line = k.sum_up(_above_the_tangent(k, mu, a))
        spread = k.sum_up(k.sign((mu - a) ** 2, ">="))
        length = k.show(s**2, ">=", a**2 * N / 2, by=[k.hypothesis(2), (_HALF, spread), (-(a**2) / 2, k.hypothesis(0)),
                                                      (a, k.hypothesis(1))])  # fmt: skip
        penalty = k.power(length, p / 2)
        q = sympy.exp(-a) / (1 + sympy.exp(-a))
        count = ((sympy.log(1 + sympy.exp(-a)) + q * a) / N, k.hypothesis(0))
        by = [(1 / N, line), count, (-q / N, k.hypothesis(1)), (C, penalty)]
        return k.show(left, ">=", right(1), by=by)

    def sample(rng: random.Random) -> Any:
        margin, n = Fraction(rng.randint(1, 40), 10), rng.randint(1, 3)
        point = {"N": Fraction(2 * n**2), "p": Fraction(1, rng.randint(1, 3)), "C": Fraction(rng.randint(1, 9), 10)}
        return point | {"a": margin, "s": margin * n}, [{"mu": margin}] * (2 * n**2)

    given = ((Sig(1), "==", N), (Sig(mu), "==", N * a), (s**2, ">=", Sig(mu**2) / 2))
    return ForEveryN(domain, each, given, left, ">=", right(power)), chain(proof, sample)


# -- as usually quoted -----------------------------------------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE + ": global minima are simplices", expected="refuted", strength="lower",
    form="as usually quoted",
    says=r"f(a)\le\log K\ \Rightarrow\ f(a)\le\log\bigl(1+(K-2)e^{-a}+e^{-2a}\bigr)+C\frac K2(2a)^p,\quad f(a)=" + _ETF
    + r",\ f'(a)=0,\ K=4,\ p=\tfrac12",
    assumptions=(*_CODES, ("what is quoted is that global minima show collapse at every depth, with cross-entropy as "
                 "with squared loss: here for M = 3 and K = 4, against one other code at one scale"),
                 ("f has at most two stationary points, the first of them a maximum: one with f(a) <= log K is the "
                 "simplex's best scale, and C is put in from f'(a) = 0")),
)  # fmt: skip
def deep_minima_are_simplices(layers: Constant = 3) -> Stated:
    """Antipodal pairs are better. With one layer they are not: the mean of exponentials, against that of the mean."""
    import sympy

    domain = Domain("a in (0,oo)")
    (a,) = domain
    p, four, x = sympy.Rational(2, layers + 1), sympy.Integer(4), sympy.exp(-a)
    q = x / (1 + 3 * x)
    C = q * a ** (1 - p) / p
    left, right = simplex(a, four, C, p), cross_polytope(a, four, C, p)

    def proof(k: Proof) -> Any:
        v = k.fresh("v in (-oo,oo)")
        k.show(1 - q, ">=", 0, by=[k.sign((1 + 2 * x) / (1 + 3 * x), ">=")])
        mean = k.chord(sympy.exp(v), v, -a, 0, q)
        k.sign(1 + 2 * x + sympy.exp(-2 * a), ">")
        whole = k.show(1 + 2 * x + sympy.exp(-2 * a), ">=", (1 + 3 * x) * sympy.exp(-q * a), by=[(1 + 3 * x, mean)])
        return k.show(left, "<=", right, by=[k.logarithm(whole)])

    hard = {"a": 5}
    given = ((left, "<=", sympy.log(4)),)
    return ForAll(domain, left, "<=", right, given), chain_at(proof, hard)


pairs_beat_the_simplex.false_if("19/20 in place of 1 were enough", least=Fraction(19, 20))
pairs_and_an_apex_beat_the_simplex.false_if("19/20 in place of 1 were enough", least=Fraction(19, 20))
three_layers_from_four_classes.false_if("two layers were enough", layers=2)
two_layers_from_six_classes.false_if("four classes were enough", classes=4)
simplex_beats_pairs_of_large_scale.false_if("99 % of the scale were enough", rate=_LESS)
one_layer_pairs_never_win.false_if("the penalty of pairs were 1 % smaller", factor=_LESS)
a_pair_gains_more_for_its_penalty.false_if("it were 1 % larger", factor=_MORE)
a_pair_is_better_where_the_simplex_ties.false_if("the penalty of the pair were 1 % larger", cost=_MORE)
two_classes_are_a_simplex_at_every_depth.false_if("the penalty were that of margins 1 % larger", power=_MORE)
deep_minima_are_simplices.true_if("there were one layer", layers=1)
