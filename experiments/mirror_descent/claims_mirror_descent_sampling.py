r"""Claims about the regret of EXP3 that are decided by sampling, each with the uniform policy as a control.

Every claim spends `SHARE` of the run's false-alarm probability, and each of its controls as much. The seed of a
sampling is the hash of its statement. Regret is the pseudo-regret: mean losses of the plays less those of the best arm;
its mean over runs is what the bound is about.

A slope between two horizons is that of two numbers, not a rate: nothing follows for other horizons. It tells EXP3 from
the uniform policy only where the gap stays: there the uniform policy's regret is the gap times its plays, of slope 1.
Along gaps of the order ``sqrt(K/T)``, the hard ones of the minimax lower bound, the uniform policy has the slope 1/2 as
well, and the constant decides, not the slope.
"""

from __future__ import annotations

from fractions import Fraction

from experiments.sampling import Mean, MeanWithin, Sampler, Slope, sampling
from theory.engine.claim import Constant, Stated, claim

SHARE = Fraction(8, 1_000_000)
_PAPER = "exp3"
_WHERE, _RATE = "simulated regret", "regret between two horizons"
_LAW = (
    "Bernoulli losses of mean 1/2, but of the best arm; weights exp(-eta estimates), no mixing",
    "eta = sqrt(2 log(K)/(T K)), tuned to the horizon",
)
_SLOPES = (*_LAW, "slopes are those of means of 40 runs at both horizons; their median is tested")


def _over_bound(world: str, arms: int, gap: Constant, step: Constant, *, low: Fraction, high: Fraction) -> Sampler:
    from experiments.mirror_descent.samplers import regret_over_bound

    parameters = {"world": world, "arms": arms, "horizon": 1000, "gap": gap, "step": step}
    says = f"pseudo-regret over sqrt(2 T K log K), {world}, {step} times the tuned step"
    symbol = r"\frac{\bar R_T}{\sqrt{2TK\log K}}"
    return Sampler(regret_over_bound, parameters, low=low, high=high, says=says, symbol=symbol)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="upper", assumptions=_LAW,
    says=r"\operatorname{E}\bar R_T\le\sqrt{2TK\log K},\quad K=10,\ T=1000,\ \text{gap }4\sqrt{K/T}=0.4",
)  # fmt: skip
def regret_is_below_the_bound(step: Constant = 1) -> Stated:
    """About 0.62 of the bound, at a gap where the uniform policy has 1.68 of it."""
    sampler = _over_bound("fixed gap", 10, Fraction(2, 5), step, low=Fraction(0), high=Fraction(187, 100))
    return Mean(sampler, "<=", 1), sampling(share=SHARE, cap=2000)


regret_is_below_the_bound.false_if("the uniform policy played", step=0)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="identity", assumptions=_LAW,
    says=r"0.6\sqrt{2TK\log K}\le\operatorname{E}\bar R_T\le0.65\sqrt{2TK\log K},"
    r"\quad K=10,\ T=1000,\ \text{gap }0.4",
)  # fmt: skip
def regret_is_more_than_half_the_bound(step: Constant = 1, centre: Constant = Fraction(625, 1000)) -> Stated:
    """The bound is not far off: no constant below 0.6 of it would do."""
    sampler = _over_bound("fixed gap", 10, Fraction(2, 5), step, low=Fraction(0), high=Fraction(187, 100))
    return MeanWithin(sampler, centre, Fraction(25, 1000)), sampling(share=SHARE, cap=8000)


regret_is_more_than_half_the_bound.false_if("the step were a quarter larger", step=Fraction(5, 4))
regret_is_more_than_half_the_bound.false_if("it were 0.65 to 0.7 of the bound", centre=Fraction(675, 1000))


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="upper", assumptions=_LAW,
    says=r"\operatorname{E}\bar R_T\le\sqrt{2TK\log K},\quad K=4,\ T=1000,\ \text{the best arm changes at }T/2",
)  # fmt: skip
def regret_is_below_the_bound_when_the_best_arm_changes(step: Constant = 1) -> Stated:
    """Losses fixed in advance, not alike in distribution: 0.56 of the bound; the uniform policy has 1.48 of it."""
    sampler = _over_bound("switching", 4, Fraction(1, 2), step, low=Fraction(-5, 4), high=Fraction(5, 2))
    return Mean(sampler, "<=", 1), sampling(share=SHARE, cap=4000)


regret_is_below_the_bound_when_the_best_arm_changes.false_if("the uniform policy played", step=0)


def _slope(world: str, gap: Constant, step: Constant, low: Constant, high: Constant) -> Stated:
    from experiments.mirror_descent.samplers import regret_curve

    parameters = {"world": world, "arms": 2, "gap": gap, "step": step}
    says = f"pseudo-regret over the largest possible one, {world}, {step} times the tuned step"
    sampler = Sampler(regret_curve, parameters, says=says, symbol=r"\bar R")
    return Slope(sampler, (1000, 4000), low, high, replicates=40), sampling(share=SHARE, cap=40)


@claim(
    paper=_PAPER, where=_RATE, expected="supported", strength="rate", assumptions=_SLOPES,
    says=r"\text{median slope of}\ \log\bar R_T\ \text{in}\ \log T\in[0.4,0.6],"
    r"\quad T\in\{1000,4000\},\ K=2,\ \text{gap }0.2",
)  # fmt: skip
def regret_grows_like_the_root_between_two_horizons(
    step: Constant = 1, low: Constant = Fraction(2, 5), high: Constant = Fraction(3, 5)
) -> Stated:
    """At a fixed gap, with the step tuned to each horizon; the uniform policy's slope is 1."""
    return _slope("fixed gap", Fraction(1, 5), step, low, high)


regret_grows_like_the_root_between_two_horizons.false_if("the uniform policy played", step=0)
regret_grows_like_the_root_between_two_horizons.false_if("the slope were 2/3", low=Fraction(3, 5), high=Fraction(3, 4))


@claim(
    paper=_PAPER, where=_RATE, expected="supported", strength="rate",
    assumptions=("Bernoulli losses of mean 1/2, but of the best arm; every arm is equally likely in every round",
                 _SLOPES[-1]),
    says=r"\text{median slope of the uniform policy's}\ \log\bar R_T\ \text{in}\ \log T\in[0.45,0.55],"
    r"\quad T\in\{1000,4000\},\ K=2,\ \text{gap }4\sqrt{K/T}",
)  # fmt: skip
def uniform_has_the_same_slope_along_hard_gaps(world: str = "hard gap", gap: Constant = 4) -> Stated:
    """A slope of 1/2 along gaps that shrink with the horizon says nothing about a policy."""
    return _slope(world, gap, 0, Fraction(45, 100), Fraction(55, 100))


uniform_has_the_same_slope_along_hard_gaps.false_if("the gap stayed", world="fixed gap", gap=Fraction(1, 5))
