r"""The convex SEA theorem: from the pathwise inequality to the constants, published and sharper.

Write ``E V_T <= G^2 + k L^2 S + N`` for the expected sum of squared gradient differences, S the expected sum of squared
moves, and N what the noise and the drift contribute: k = 4, N = 8 sigma^2 + 4 Sigma^2 as published; k = 3, N = 4
sigma^2 + 3 Sigma^2 when the cross terms of the noise are dropped. Symbols here are roots: ``r`` of S, ``v`` of
sigma^2_{1:T}, ``w`` of Sigma^2_{2:T}, ``q`` of the constant delta in the step.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.claim import Constant, Stated, claim
from theory.engine.hard_points import chain_at
from theory.engine.words import Domain, ForAll, chain

if TYPE_CHECKING:
    from theory.engine.provers.symbolic.proof import Proof

_PAPER = "sea"
_WHERE = "convex losses, step D/sqrt(delta + 4 G^2 + V)"
_MEAN = (
    "each mean loss is convex and L-smooth, gradients are at most G, the set has diameter D, u is fixed",
    "the root is concave: E sqrt <= sqrt E",
    "the pathwise inequality holds: decreasing_steps_round, adaptive_step_price, adaptive_step_sum, summed up",
)
_CLOSING = (
    "decided is the closing inequality, for L > 0 and delta = 10 D^2 L^2; that its left side bounds the expected regret"
    " is composed in words from the claims used"
)


def _root(number: Constant) -> Any:
    import sympy

    return sympy.sqrt(number)


def _closing(smooth: int, noise: int, drift: int, constants: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return domain, both sides and the proof of the step that ends in the four published terms.

    ``constants`` multiply D q, D^3 L^2/q, D G, D v and D w.
    """
    import sympy

    domain = Domain("D in (0,oo), L in [0,oo), G in [0,oo), q in (0,oo), r in [0,oo), v in [0,oo), w in [0,oo)")
    D, L, G, q, r, v, w = domain
    inside = q**2 + 5 * G**2 + smooth * L**2 * r**2 + noise * v**2 + drift * w**2
    left = Fraction(5, 2) * D * sympy.sqrt(inside) - q / (4 * D) * r**2
    parts = (D * q, D**3 * L**2 / q, D * G, D * v, D * w)
    right = sum(c * part for c, part in zip(constants, parts, strict=True))

    def proof(k: Proof) -> Any:
        half = Fraction(5, 2)
        total = q + _root(5) * G + _root(smooth) * L * r + _root(noise) * v + _root(drift) * w
        square = k.show(sympy.expand(total**2), ">=", inside)
        root = k.power(k.show(total**2, ">=", inside, by=[square]), Fraction(1, 2))
        exact = (half, half**2 * smooth, half * _root(5), half * _root(noise), half * _root(drift))
        bound = sum(c * part for c, part in zip(exact, parts, strict=True))
        peak = k.sign(q / (4 * D) * (r - 5 * _root(smooth) * D**2 * L / q) ** 2, ">=")
        return k.show(left, "<=", bound, by=[(half * D, root), peak])

    return domain, left, right, proof


def _far_smooth(smooth: int) -> dict[str, Any]:
    """Moves that are worst for a large L and nothing else: there the second term is nearly attained."""
    L = 1000
    r = round(Fraction(5 * L) * Fraction(smooth**0.5))
    return {"D": 1, "L": L, "G": 0, "q": 1, "r": r, "v": 0, "w": 0}


@claim(
    paper=_PAPER,
    where=_WHERE + ", any delta",
    expected="proved",
    strength="upper",
    assumptions=_MEAN,
    uses=("sea.decreasing_steps_round", "sea.adaptive_step_price", "sea.adaptive_step_sum", "sea.rounds_telescope",
          "sea.gradient_difference_pathwise"),
    says=r"\tfrac52D\sqrt{\delta+5G^2+4L^2S+8\sigma^2_{1:T}+4\Sigma^2_{2:T}}-\tfrac{\sqrt\delta}{4D}S\le\tfrac52D"
    r"\sqrt\delta+\tfrac{25D^3L^2}{\sqrt\delta}+\tfrac{5\sqrt5}2DG+5\sqrt2D\sqrt{\sigma^2_{1:T}}"
    r"+5D\sqrt{\Sigma^2_{2:T}}",
)  # fmt: skip
def convex_any_delta(move: Constant = 25, noise: Constant = 1) -> Stated:
    """The root is subadditive, and ``b r - c r^2`` is at most b^2/(4c)."""
    constants = (Fraction(5, 2), move, Fraction(5, 2) * _root(5), noise * 5 * _root(2), 5)
    domain, left, right, proof = _closing(4, 8, 4, constants)
    return ForAll(domain, left, "<=", right), chain_at(proof, _far_smooth(4))


@claim(
    paper=_PAPER,
    where=_WHERE + ", any delta, cross terms of the noise dropped",
    expected="proved",
    strength="upper",
    corrects="sea.convex_any_delta",
    assumptions=_MEAN,
    uses=("sea.decreasing_steps_round", "sea.adaptive_step_price", "sea.adaptive_step_sum", "sea.rounds_telescope",
          "sea.gradient_difference_in_expectation"),
    says=r"\tfrac52D\sqrt{\delta+5G^2+3L^2S+4\sigma^2_{1:T}+3\Sigma^2_{2:T}}-\tfrac{\sqrt\delta}{4D}S\le\tfrac52D"
    r"\sqrt\delta+\tfrac{75D^3L^2}{4\sqrt\delta}+\tfrac{5\sqrt5}2DG+5D\sqrt{\sigma^2_{1:T}}"
    r"+\tfrac{5\sqrt3}2D\sqrt{\Sigma^2_{2:T}}",
)  # fmt: skip
def convex_any_delta_sharper(move: Constant = Fraction(75, 4), noise: Constant = 1) -> Stated:
    """As `convex_any_delta`, with 3, 4, 3 in place of 4, 8, 4."""
    constants = (Fraction(5, 2), move, Fraction(5, 2) * _root(5), noise * 5, Fraction(5, 2) * _root(3))
    domain, left, right, proof = _closing(3, 4, 3, constants)
    return ForAll(domain, left, "<=", right), chain_at(proof, _far_smooth(3))


def _delta(smooth: int, best: Any, step: Any) -> tuple[Any, Any, Any, Any]:
    """Return domain, the two terms that hold delta = (s D L)^2, their minimum at s = ``step``, and the proof."""
    domain = Domain("D in (0,oo), L in (0,oo), s in (0,oo)")
    D, L, s = domain
    q = s * D * L
    terms = Fraction(5, 2) * D * q + Fraction(25 * smooth, 4) * D**3 * L**2 / q

    def proof(k: Proof) -> Any:
        square = k.sign(Fraction(5, 2) * D / q * (q - step * D * L) ** 2, ">=")
        return k.show(terms, ">=", best * D**2 * L, by=[square])

    return domain, terms, best * D**2 * L, proof


@claim(
    paper=_PAPER,
    where=_WHERE + ": the best delta",
    expected="proved",
    strength="tight",
    says=r"\tfrac52D\sqrt\delta+\tfrac{25D^3L^2}{\sqrt\delta}\ge5\sqrt{10}\,D^2L\quad(\delta>0)",
)
def best_delta(c: Constant = 1) -> Stated:
    """The difference is a square, which vanishes at delta = 10 D^2 L^2 (`best_delta_attained`)."""
    domain, left, right, proof = _delta(4, 5 * _root(10), _root(10))
    return ForAll(domain, left, ">=", c * right), chain(proof)


@claim(
    paper=_PAPER,
    where=_WHERE + ": the best delta",
    expected="proved",
    strength="tight",
    says=r"\delta=10D^2L^2:\quad\tfrac52D\sqrt\delta+\tfrac{25D^3L^2}{\sqrt\delta}=5\sqrt{10}\,D^2L",
)
def best_delta_attained(ten: Constant = 10) -> Stated:
    """Put delta in; the two terms are equal."""
    domain = Domain("D in (0,oo), L in (0,oo)")
    D, L = domain
    q, right = _root(ten) * D * L, 5 * _root(10) * D**2 * L
    left = Fraction(5, 2) * D * q + 25 * D**3 * L**2 / q
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


@claim(
    paper=_PAPER,
    where=_WHERE + ": the best delta, cross terms of the noise dropped",
    expected="proved",
    strength="tight",
    says=r"\tfrac52D\sqrt\delta+\tfrac{75D^3L^2}{4\sqrt\delta}\ge\tfrac52\sqrt{30}\,D^2L\quad(\delta>0)",
)
def best_delta_sharper(c: Constant = 1) -> Stated:
    """The difference is a square again, which vanishes at delta = (15/2) D^2 L^2 (`best_delta_sharper_attained`)."""
    domain, left, right, proof = _delta(3, Fraction(5, 2) * _root(30), _root(Fraction(15, 2)))
    return ForAll(domain, left, ">=", c * right), chain_at(proof, {"D": 1, "L": 1, "s": Fraction(137, 50)})


@claim(
    paper=_PAPER,
    where=_WHERE + ": the best delta, cross terms of the noise dropped",
    expected="proved",
    strength="tight",
    says=r"\delta=\tfrac{15}2D^2L^2:\quad\tfrac52D\sqrt\delta+\tfrac{75D^3L^2}{4\sqrt\delta}"
    r"=\tfrac52\sqrt{30}\,D^2L",
)
def best_delta_sharper_attained(best: Constant = Fraction(15, 2)) -> Stated:
    """Put delta in; the two terms are equal."""
    domain = Domain("D in (0,oo), L in (0,oo)")
    D, L = domain
    q, right = _root(best) * D * L, Fraction(5, 2) * _root(30) * D**2 * L
    left = Fraction(5, 2) * D * q + Fraction(75, 4) * D**3 * L**2 / q
    return ForAll(domain, left, "==", right), chain(lambda k: k.identity(left, right))


def _worst_moves(r: Fraction) -> dict[str, Any]:
    return {"D": 1, "L": 1, "G": 0, "r": r, "v": 0, "w": 0}


def _theorem(smooth: int, lead: Any, delta: Constant, lemma: Any, noises: tuple[Any, Any]) -> tuple[Any, ...]:
    """Return domain, both sides and the proof of the theorem at one delta; ``lead`` multiplies D^2 L."""
    domain = Domain("D in (0,oo), L in (0,oo), G in [0,oo), r in [0,oo), v in [0,oo), w in [0,oo)")
    D, L, G, r, v, w = domain
    q = _root(delta) * D * L
    _, general, _, _ = _closing(smooth, 2 * smooth if smooth == 4 else 4, smooth, (0, 0, 0, 0, 0))
    left = general.subs(dict(zip(lemma.statement().domain.symbols, (D, L, G, q, r, v, w), strict=True)))
    right = lead * D**2 * L + Fraction(5, 2) * _root(5) * D * G + noises[0] * D * v + noises[1] * D * w

    def proof(k: Proof) -> Any:
        fact = k.apply(lemma, {"D": D, "L": L, "G": G, "q": q, "r": r, "v": v, "w": w})
        return k.show(left, "<=", right, by=[fact])

    return domain, left, right, proof


@claim(
    paper=_PAPER,
    where="theorem for convex losses, constants as usually quoted",
    expected="proved",
    strength="upper",
    form="as usually quoted",
    corrects="sea.convex_rate_as_listed",
    assumptions=(*_MEAN, _CLOSING),
    says=r"\tfrac52D\sqrt{10D^2L^2+5G^2+4L^2S+8\sigma^2_{1:T}+4\Sigma^2_{2:T}}-\tfrac{\sqrt{10}L}4S"
    r"\le5\sqrt{10}D^2L+\tfrac{5\sqrt5}2DG+5\sqrt2D\sqrt{\sigma^2_{1:T}}+5D\sqrt{\Sigma^2_{2:T}}",
)
def convex_theorem(lead: Constant = 1, drift: Constant = 1) -> Stated:
    """`convex_any_delta` at the best delta."""
    noises = (5 * _root(2), 5 * drift)
    domain, left, right, _ = _theorem(4, lead * 5 * _root(10), 10, convex_any_delta, noises)
    *_, proof = _theorem(4, 5 * _root(10), 10, convex_any_delta, (5 * _root(2), 5))
    return ForAll(domain, left, "<=", right), chain_at(proof, _worst_moves(Fraction(274, 100)))


@claim(
    paper=_PAPER,
    where="theorem for convex losses, sharper constants at the published step",
    expected="proved",
    strength="upper",
    corrects="sea.convex_theorem",
    assumptions=(*_MEAN, _CLOSING),
    says=r"\tfrac52D\sqrt{10D^2L^2+5G^2+3L^2S+4\sigma^2_{1:T}+3\Sigma^2_{2:T}}-\tfrac{\sqrt{10}L}4S"
    r"\le\tfrac{35}{8}\sqrt{10}D^2L+\tfrac{5\sqrt5}2DG+5D\sqrt{\sigma^2_{1:T}}"
    r"+\tfrac{5\sqrt3}2D\sqrt{\Sigma^2_{2:T}}",
)
def convex_theorem_sharper(lead: Constant = 1, drift: Constant = 1) -> Stated:
    """The same algorithm: 13.84, 5 and 4.33 in place of 15.81, 7.07 and 5."""
    noises = (5, Fraction(5, 2) * _root(3) * drift)
    domain, left, right, _ = _theorem(3, lead * Fraction(35, 8) * _root(10), 10, convex_any_delta_sharper, noises)
    *_, proof = _theorem(3, Fraction(35, 8) * _root(10), 10, convex_any_delta_sharper, (5, Fraction(5, 2) * _root(3)))
    return ForAll(domain, left, "<=", right), chain_at(proof, _worst_moves(Fraction(204, 100)))


convex_any_delta.false_if("the second term were 1 % smaller", move=Fraction(99, 4))
convex_any_delta.false_if("the noise term were 1 % smaller", noise=Fraction(99, 100))
convex_any_delta_sharper.false_if("the second term were 1 % smaller", move=Fraction(297, 16))
convex_any_delta_sharper.false_if("the noise term were 1 % smaller", noise=Fraction(99, 100))
best_delta.false_if("the minimum were 1 % larger", c=Fraction(101, 100))
best_delta_attained.false_if("delta were 1 % larger", ten=Fraction(101, 10))
best_delta_sharper_attained.false_if("delta were 1 % larger", best=Fraction(1515, 200))
best_delta_sharper.false_if("the minimum were 1 % larger", c=Fraction(101, 100))
convex_theorem.false_if("the leading term were below 5/8 of it", lead=Fraction(62, 100))
convex_theorem.false_if("the drift term were 1 % smaller", drift=Fraction(99, 100))
convex_theorem_sharper.false_if("the leading term were below 13/21 of it", lead=Fraction(61, 100))
convex_theorem_sharper.false_if("the drift term were 1 % smaller", drift=Fraction(99, 100))
