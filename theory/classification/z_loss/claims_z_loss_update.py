r"""The factored update of the output layer ``W = V U + 1 om'``, entry by entry, for every D and every width d.

A gradient step of rate eta on one example with inputs h and the gradient ``A o + B 1 + C e_c`` is

    W' = W - eta (A o + B 1 + C e_c) h',    o = W h.

A row of W meets a column: in the first three claims the sums run over the d coordinates, in the others over the
classes (the target's is named). Products of matrices enter through their entries: y = U h, x' = h' U'^-1, ri = (W'o)_i.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.classification.z_loss.z_loss_statements import point_and_rows
from theory.engine.claim import Constant, Stated, claim
from theory.engine.words import Domain, ForEveryN, Sig, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "z_loss"
_UPDATE = "factored update of the output layer, one example"
_ONE_PERCENT = Fraction(101, 100)


@claim(
    paper=_PAPER,
    where=_UPDATE,
    expected="proved",
    strength="identity",
    says=r"U'=U(I-\eta A\,hh^{\mathsf T}),\ V'=V-\eta C\,e_ch^{\mathsf T}U'^{-1},"
    r"\ \omega'=\omega-\eta(A\,\omega^{\mathsf T}h+B)h:\quad "
    r"V'U'+\mathbf 1\omega'^{\mathsf T}=W-\eta(Ao+B\mathbf 1+Ce_c)h^{\mathsf T}",
)
def factored_step(renewed: Constant = 1) -> Stated:
    """Row k (v in V; k = c where ``same`` is 1), column j (u in U; h and om its entries): x U' = h' turns C around."""
    domain = Domain(
        "eta in (0,oo), A in (-oo,oo), B in (-oo,oo), C in (-oo,oo), h in (-oo,oo), om in (-oo,oo), omh in (-oo,oo),"
        " same integer in [0,1]"
    )
    each = Domain("v in (-oo,oo), u in (-oo,oo), y in (-oo,oo), x in (-oo,oo)")
    (eta, A, B, C, h, om, omh, same), (v, u, y, x) = domain, each
    stepped = u - eta * A * y * h
    left = Sig((v - same * eta * C * x) * stepped) + om - eta * (A * omh + B) * h
    right = Sig(v * u) + om - eta * (A * (Sig(v * y) + omh) + B + same * C) * h
    given = ((Sig(x * (u - renewed * eta * A * y * h)), "==", h),)

    def proof(k: Proof) -> Any:
        return k.show(left, "==", right, by=[(-same * eta * C, k.hypothesis(0))])

    def sample(rng: random.Random) -> Any:
        names = ("A", "B", "C", "h", "om", "omh")
        point, rows = point_and_rows(rng, names, positive=("eta",), rows=("v", "u", "y", "x"))
        facing = [row["u"] - renewed * point["eta"] * point["A"] * row["y"] * point["h"] for row in rows]
        missing = point["h"] - sum(row["x"] * factor for row, factor in zip(rows[1:], facing[1:], strict=True))
        rows[0]["x"] = missing / facing[0] if facing[0] else missing
        return point | {"same": Fraction(rng.randint(0, 1))}, rows

    return ForEveryN(domain, each, given, left, "==", right), chain(proof, sample)


def _inverse(side: int, factor: Any) -> Stated:
    """State that row i of U' times column l of the new inverse is row i of U times column l of the old one."""
    domain, each = Domain("t in (-oo,oo)"), Domain("u in (-oo,oo), g in (-oo,oo), h in (-oo,oo)")
    (t,), (u, g, h) = domain, each
    pivot = 1 - t * Sig(h**2)
    left = Sig((u - t * Sig(u * h) * h) * (g + factor * t / pivot * h * Sig(h * g)))

    def sample(rng: random.Random) -> Any:
        point, rows = point_and_rows(rng, (), rows=("u", "g", "h"))
        squares = sum((row["h"] ** 2 for row in rows), Fraction(0)) or Fraction(1)
        return point | {
            "t": (Fraction(rng.randint(2, 6)) if side < 0 else Fraction(1, rng.randint(2, 6))) / squares
        }, rows

    given = ((side * pivot, ">", 0),)
    right = Sig(u * g)
    return ForEveryN(domain, each, given, left, "==", right), chain(lambda k: k.show(left, "==", right), sample)


_INVERSE = r"U'U'^{-1}=UU^{-1},\quad U'^{-1}=\Bigl(I+\frac{t\,hh^{\mathsf T}}{1-t|h|^2}\Bigr)U^{-1},\ t=\eta A,\quad "


@claim(paper=_PAPER, where=_UPDATE, expected="proved", strength="identity", says=_INVERSE + r"t|h|^2<1")
def inverse_updated(factor: Constant = 1) -> Stated:
    """Sherman and Morrison's formula, entry by entry; the denominator is positive."""
    return _inverse(1, factor)


@claim(paper=_PAPER, where=_UPDATE, expected="proved", strength="identity", says=_INVERSE + r"t|h|^2>1")
def inverse_updated_beyond(factor: Constant = 1) -> Stated:
    """The same beyond the pole; at t |h|^2 = 1 itself U' is singular."""
    return _inverse(-1, factor)


factored_step.false_if("V were corrected by the old U", renewed=0)
inverse_updated.false_if("the correction were 1 % larger", factor=_ONE_PERCENT)
inverse_updated_beyond.false_if("the correction were 1 % larger", factor=_ONE_PERCENT)


# -- statistics of the columns --------------------------------------------------------------------------------------


def _columns() -> tuple[Any, ...]:
    """Return domain, per-class domain and symbols: columns i and j of W are (wc; w) and (xc; x), scores (oc; o)."""
    domain = Domain(
        "eta in (0,oo), A in (-oo,oo), B in (-oo,oo), C in (-oo,oo), hi in (-oo,oo), hj in (-oo,oo),"
        " wc in (-oo,oo), xc in (-oo,oo), oc in (-oo,oo)"
    )
    each = Domain("w in (-oo,oo), x in (-oo,oo), o in (-oo,oo)")
    return domain, each, *domain, *each


def _column_sample(rng: random.Random) -> Any:
    names = ("A", "B", "C", "hi", "hj", "wc", "xc", "oc")
    return point_and_rows(rng, names, positive=("eta",), rows=("w", "x", "o"))


def _for_columns(left: Any, right: Any, domain: Any, each: Any) -> Stated:
    statement = ForEveryN(domain, each, (), left, "==", right)
    return statement, chain(lambda k: k.show(left, "==", right), _column_sample)


@claim(
    paper=_PAPER,
    where=_UPDATE,
    expected="proved",
    strength="identity",
    says=r"W'^{\mathsf T}\mathbf 1=W^{\mathsf T}\mathbf 1-\eta(AM+DB+C)h,\quad M=\textstyle\sum_ko_k",
)
def column_sums_updated(c: Constant = 1) -> Stated:
    """The gradient adds up to A M + D B + C."""
    domain, each, eta, A, B, C, hi, _, wc, _, oc, w, _, o = _columns()
    left = wc - eta * (A * oc + B + C) * hi + Sig(w - eta * (A * o + B) * hi)
    total, D = oc + Sig(o), 1 + Sig(1)
    return _for_columns(left, wc + Sig(w) - c * eta * (A * total + D * B + C) * hi, domain, each)


@claim(
    paper=_PAPER,
    where=_UPDATE,
    expected="proved",
    strength="identity",
    says=r"Q'=Q-\eta\bigl(rh^{\mathsf T}+hr^{\mathsf T}\bigr)+\eta^2|g|^2hh^{\mathsf T},\quad Q=W^{\mathsf T}W,"
    r"\ r=W^{\mathsf T}g=A\,W^{\mathsf T}o+B\bar w+Cw_c,\ |g|^2=A^2q+2ABM+2ACo_c+DB^2+2BC+C^2",
)
def gram_matrix_updated(c: Constant = 1) -> Stated:
    """Entry (i, j); W'o = Q h, so that every part is known in O(d^2). q is the sum of squares of the scores."""
    domain, each, eta, A, B, C, hi, hj, wc, xc, oc, w, x, o = _columns()
    at_target, elsewhere = A * oc + B + C, A * o + B
    left = (wc - eta * at_target * hi) * (xc - eta * at_target * hj)
    left += Sig((w - eta * elsewhere * hi) * (x - eta * elsewhere * hj))
    ri = A * (wc * oc + Sig(w * o)) + B * (wc + Sig(w)) + C * wc
    rj = A * (xc * oc + Sig(x * o)) + B * (xc + Sig(x)) + C * xc
    total, squares, D = oc + Sig(o), oc**2 + Sig(o**2), 1 + Sig(1)
    norm = A**2 * squares + 2 * A * B * total + 2 * A * C * oc + D * B**2 + 2 * B * C + C**2
    right = wc * xc + Sig(w * x) - eta * (ri * hj + rj * hi) + c * eta**2 * norm * hi * hj
    return _for_columns(left, right, domain, each)


@claim(
    paper=_PAPER,
    where=_UPDATE,
    expected="proved",
    strength="identity",
    says=r"\tilde Q'=\tilde Q-\eta\bigl(rh^{\mathsf T}+hr^{\mathsf T}\bigr)+\eta^2n\,hh^{\mathsf T},\quad "
    r"\tilde Q=W^{\mathsf T}W-\tfrac1D\bar w\bar w^{\mathsf T},\ r=A\tilde Qh+C\bigl(w_c-\tfrac{\bar w}D\bigr),"
    r"\ n=A^2D\sigma^2+2AC(o_c-\mu)+C^2\bigl(1-\tfrac1D\bigr)",
)
def centred_gram_matrix_updated(c: Constant = 1) -> Stated:
    """The same for the rows less their mean: the gradient's mean, and with it B, drops out."""
    domain, each, eta, A, B, C, hi, hj, wc, xc, oc, w, x, o = _columns()
    D = 1 + Sig(1)
    at_target, elsewhere = A * oc + B + C, A * o + B

    def centred(first: tuple[Any, Any], second: tuple[Any, Any]) -> Any:
        """Sum of products about the means; a pair holds the target's value and the others'."""
        sums = [pair[0] + Sig(pair[1]) for pair in (first, second)]
        return first[0] * second[0] + Sig(first[1] * second[1]) - sums[0] * sums[1] / D

    def stepped(at: Any, other: Any, entry: Any) -> tuple[Any, Any]:
        return at - eta * at_target * entry, other - eta * elsewhere * entry

    scores = (oc, o)
    ri = A * centred((wc, w), scores) + C * (wc - (wc + Sig(w)) / D)
    rj = A * centred((xc, x), scores) + C * (xc - (xc + Sig(x)) / D)
    norm = A**2 * centred(scores, scores) + 2 * A * C * (oc - (oc + Sig(o)) / D) + C**2 * (1 - 1 / D)
    right = centred((wc, w), (xc, x)) - eta * (ri * hj + rj * hi) + c * eta**2 * norm * hi * hj
    return _for_columns(centred(stepped(wc, w, hi), stepped(xc, x, hj)), right, domain, each)


column_sums_updated.false_if("the sum of the gradient were 1 % larger", c=_ONE_PERCENT)
gram_matrix_updated.false_if("the second-order part were 1 % larger", c=_ONE_PERCENT)
centred_gram_matrix_updated.false_if("the second-order part were 1 % larger", c=_ONE_PERCENT)
