r"""Claims about the Gram matrix that are decided by sampling, for Legendre polynomials and m = 5.

Each statement and each control spends `SHARE` of the run's false-alarm probability. The number of points of the first
claim is that of the Chernoff bound. The 40 points of its control and the level 1/10 of the second were chosen after
simulations with other seeds, of this dimension too, where failures and the least eigenvalue were looked at.
"""

from __future__ import annotations

from fractions import Fraction

from experiments.sampling import Mean, Sampler, sampling
from theory.engine.claim import Constant, Stated, claim

SHARE = Fraction(4, 1_000_000)
_PAPER, _WHERE = "wls_dpp", "simulated Gram matrices"
_LAW = "Legendre polynomials of degree below m = 5; weights m/k_m"
_HALF, _TENTH = Fraction(1, 2), Fraction(1, 10)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="upper",
    assumptions=(_LAW + "; n independent points of the density k_m/m",),
    uses=("wls_dpp.table_of_sample_numbers",),
    says=r"P\bigl(|G-I|>\tfrac12\bigr)\le\tfrac1{10},\quad m=5,\ n=213",
)  # fmt: skip
def the_sample_number_suffices(points: int = 213) -> Stated:
    """At the n of the Chernoff bound for eta = 1/10 failures are rarer by far; a fifth of the points is too few."""
    from experiments.optimal_sampling.samplers import ill_conditioned

    parameters = {"law": "christoffel", "basis": "legendre", "dimension": 5, "points": points, "delta": _HALF}
    says = f"share of samples of {points} points with |G - I| > 1/2"
    sampler = Sampler(ill_conditioned, parameters, says=says, symbol=r"\mathbf 1\{|G-I|>1/2\}")
    return Mean(sampler, "<=", _TENTH), sampling(share=SHARE, cap=1000)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="lower",
    assumptions=(_LAW + "; as many points as dimensions, one draw of the determinantal process",),
    says=r"P\bigl(\lambda_{min}(G)\ge\tfrac1{10}\bigr)\ge\tfrac12,\quad n=m=5",
)  # fmt: skip
def interpolation_at_the_process_is_stable(law: str = "process", level: Constant = _TENTH) -> Stated:
    """Without oversampling at all; independent points of the same density nearly always fall below."""
    from experiments.optimal_sampling.samplers import least_eigenvalue_reaches

    parameters = {"law": law, "basis": "legendre", "dimension": 5, "points": 5, "level": level}
    says = "share of samples of 5 points whose least eigenvalue is at least 1/10"
    sampler = Sampler(least_eigenvalue_reaches, parameters, says=says, symbol=r"\mathbf 1\{\lambda_{min}\ge1/10\}")
    return Mean(sampler, ">=", _HALF), sampling(share=SHARE, cap=2000)


the_sample_number_suffices.false_if("there were 40 points", points=40)
interpolation_at_the_process_is_stable.false_if("points were independent", law="christoffel")
