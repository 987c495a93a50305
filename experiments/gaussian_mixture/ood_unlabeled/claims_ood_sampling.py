r"""Claims about learned rules that are decided by sampling: simulation against exact formulas, rates, and what helps.

All errors are exact for the rules that were learned, so that the draws are those of learning alone. Every claim spends
`SHARE` of the run's false-alarm probability, and each of its controls as much. The seed of a sampling is the hash of
its statement.

Trivial estimators are controls throughout. At fixed separation the excess error of the plug-in rule falls like 1/m, and
a coin's does not fall. Along the worst separations, s^2 ~ 0.618 d/m, no rule that beats a coin has an excess error
above the order s ~ sqrt(d/m), and a coin has the slope -1/2 too: there the constant decides, not the slope.

Robust self-supervised training is held with constants and an optimiser that are declared here and are ours. The
constants were chosen after a look at exact errors at the very settings of the claims, on other draws; what the claims
say is that they serve there, not that they would elsewhere. The published numbers were selected by accuracy on the test
set. The best of N directions that never saw a point shows what that alone brings.

The authors' numbers are given twice, on a poster and, to four digits, in the hyper-parameter table of their published
code. Without shift, at ten labels, the poster has 0.59 for the labelled baseline and 0.63 with ten unlabelled points;
the published table has 0.6317 and 0.6286: there the unlabelled points do not help.
"""

from __future__ import annotations

from fractions import Fraction

from experiments.sampling import Mean, MeanWithin, Sampler, Slope, sampling
from theory.engine.claim import Constant, Stated, claim

SHARE = Fraction(8, 1_000_000)
_PAPER = "ood_unlabeled"
_SIMULATED, _RATE = "simulated plug-in rule", "excess error of the plug-in rule"
_PRINCIPAL, _MAP = "principal component of unlabelled points", "self-training map"
_ROBUST, _SELECTION = "experiment of the poster, our constants", "selection on the test set"
_LAW = ("y = +-1 equally likely, x | y ~ N(y mu, I_d), |mu| = s",)
_SHIFTED = (*_LAW, "unlabelled points ~ N(y (mu + alpha |mu| v), I_d), v uniform on the sphere, y hidden")
_OURS = (
    *_SHIFTED,
    "ramp losses with gamma = 1, gamma' = 1/3, weight 10; 40 subgradient steps of prescribed angle from the plug-in",
    "these constants are ours, chosen by exact errors at these settings (d = 200, s = 1, m = 10, 40), on other draws",
)
_SLOPES = (*_LAW, "slopes are those of means of 100 rules at m = 200, ..., 1600; their median is tested")
_TOLERANCE = Fraction(1, 500)
_GAIN = {"low": Fraction(-7, 10), "high": Fraction(7, 10)}  # errors lie in [Q(1), Q(-1)] = [0.1586..., 0.8413...]


def _rounded(value: float) -> Fraction:
    """Return a float as an exact number, to 9 decimals: far inside every margin."""
    return Fraction(round(value * 10**9), 10**9)


def _simulated_error(d: Constant, m: Constant, s: Constant, twin: str, formula_m: Constant, cap: int) -> Stated:
    """Return "the mean error of rules trained on m points is that of the formula for ``formula_m``"."""
    from experiments.gaussian_mixture.ood_unlabeled.samplers import plug_in_errors
    from theory.mixtures.plug_in import plug_in_error

    says = f"error of the plug-in rule trained on m points, {twin}"
    parameters = {"d": d, "m": m, "s": s, "twin": twin}
    sampler = Sampler(plug_in_errors, parameters, says=says, symbol=r"\mathrm{err}(\hat\theta)")
    centre = _rounded(float(plug_in_error(int(d), float(formula_m), float(s))))
    return MeanWithin(sampler, centre, _TOLERANCE), sampling(share=SHARE, cap=cap)


@claim(
    paper=_PAPER, where=_SIMULATED, expected="supported", strength="identity", assumptions=_LAW,
    says=r"\Bigl|\operatorname{E}\mathrm{err}(\hat\theta)-P(F_{20,20}(\lambda_+,\lambda_-)<1)\Bigr|\le0.002,"
    r"\ d=20,\ m=10,\ s=1",
)  # fmt: skip
def simulated_error_is_exact(formula_m: Constant = 10) -> Stated:
    """Rules trained on drawn points have the expected error of the doubly noncentral F formula."""
    return _simulated_error(20, 10, 1, "plain", formula_m, 40_000)


simulated_error_is_exact.false_if("the formula were given one point less", formula_m=9)


@claim(
    paper=_PAPER, where=_SIMULATED, expected="supported", strength="identity", assumptions=_LAW,
    says=r"\Bigl|\operatorname{E}\mathrm{err}(\hat\theta)-P(F_{20,20}(\lambda_+,\lambda_-)<1)\Bigr|\le0.002,"
    r"\ d=20,\ m=10,\ s=1,\ \mu\propto(1,\dots,1)",
)  # fmt: skip
def simulated_error_is_exact_rotated(formula_m: Constant = 10) -> Stated:
    """A metamorphic twin: another direction of the mean, other draws, the same expectation."""
    return _simulated_error(20, 10, 1, "rotated", formula_m, 40_000)


simulated_error_is_exact_rotated.false_if("the formula were given one point less", formula_m=9)


@claim(
    paper=_PAPER, where=_SIMULATED, expected="supported", strength="identity", assumptions=_LAW,
    says=r"\Bigl|\operatorname{E}\mathrm{err}(\hat\theta)-P(F_{20,20}(\lambda_+,\lambda_-)<1)\Bigr|\le0.002,"
    r"\ d=20,\ m=10,\ s=1,\ \text{all points times }3",
)  # fmt: skip
def simulated_error_is_exact_rescaled(formula_m: Constant = 10) -> Stated:
    """A metamorphic twin: mean and standard deviation three times as large."""
    return _simulated_error(20, 10, 1, "rescaled", formula_m, 40_000)


simulated_error_is_exact_rescaled.false_if("the formula were given one point less", formula_m=9)


@claim(
    paper=_PAPER, where=_SIMULATED, expected="supported", strength="identity", assumptions=_LAW,
    says=r"\Bigl|\operatorname{E}\mathrm{err}(\hat\theta)-P(F_{20,20}(\lambda_+,\lambda_-)<1)\Bigr|\le0.002,"
    r"\ d=20,\ m=10,\ s=1,\ \text{names of the classes exchanged}",
)  # fmt: skip
def simulated_error_is_exact_swapped(formula_m: Constant = 10) -> Stated:
    """A metamorphic twin: label 1 is the class at -mu."""
    return _simulated_error(20, 10, 1, "swapped", formula_m, 40_000)


simulated_error_is_exact_swapped.false_if("the formula were given one point less", formula_m=9)


@claim(
    paper=_PAPER, where=_SIMULATED, expected="supported", strength="identity", assumptions=_LAW,
    says=r"\Bigl|\operatorname{E}\mathrm{err}(\hat\theta)-P(F_{200,200}(\lambda_+,\lambda_-)<1)\Bigr|\le0.002,"
    r"\ d=200,\ m=10,\ s=1",
)  # fmt: skip
def simulated_error_is_exact_at_the_printed_size(formula_m: Constant = 10) -> Stated:
    """The labelled baseline of the poster's table: 0.4139, an accuracy of 0.586."""
    return _simulated_error(200, 10, 1, "plain", formula_m, 40_000)


simulated_error_is_exact_at_the_printed_size.false_if("the formula were given one point less", formula_m=9)


def _excess_slope(s: Constant, along: str, estimator: str, low: Constant, high: Constant) -> Stated:
    from experiments.gaussian_mixture.ood_unlabeled.samplers import excess_curve

    parameters = {"d": 20, "s": s, "along": along, "estimator": estimator}
    symbol = r"[\mathrm{err}(\hat\theta)-Q(s)]"
    says = f"excess error of the {estimator} rule, separation {along}"
    sampler = Sampler(excess_curve, parameters, low=-1, high=1, says=says, symbol=symbol)
    sizes = (200, 400, 800, 1600)
    return Slope(sampler, sizes, low, high, replicates=100), sampling(share=SHARE, cap=512)


@claim(
    paper=_PAPER, where=_RATE, expected="supported", strength="rate", assumptions=_SLOPES,
    says=r"\text{median slope of}\ \log[\mathrm{err}(\hat\theta)-Q(s)]\ \text{in}\ \log m\in[-1.05,-0.95],"
    r"\quad s=1.5,\ d=20",
)  # fmt: skip
def simulated_excess_falls_like_one_over_m(
    low: Constant = Fraction(-105, 100), high: Constant = Fraction(-95, 100), estimator: str = "plug_in"
) -> Stated:
    """At fixed separation the excess error is phi(s) (d - 1)/(2 s m) to first order."""
    return _excess_slope(Fraction(3, 2), "fixed", estimator, low, high)


simulated_excess_falls_like_one_over_m.false_if(
    "the exponent were 1/2", low=Fraction(-55, 100), high=Fraction(-45, 100)
)
simulated_excess_falls_like_one_over_m.false_if("a coin were tossed (slope 0)", estimator="coin")


@claim(
    paper=_PAPER, where=_RATE, expected="supported", strength="rate", assumptions=_SLOPES,
    says=r"\text{median slope of}\ \log[\mathrm{err}(\hat\theta)-Q(s)]\ \text{in}\ \log m\in[-0.55,-0.45],"
    r"\quad s^2=0.618\,d/m,\ d=20",
)  # fmt: skip
def worst_excess_falls_like_the_square_root(
    low: Constant = Fraction(-55, 100), high: Constant = Fraction(-45, 100), along: str = "worst"
) -> Stated:
    """Along the worst separations the excess error is 0.1198 sqrt(d/m) to first order; a coin's falls alike."""
    return _excess_slope(Fraction(3, 2), along, "plug_in", low, high)


worst_excess_falls_like_the_square_root.false_if("the separation were fixed", along="fixed")
worst_excess_falls_like_the_square_root.false_if(
    "the exponent were 1", low=Fraction(-105, 100), high=Fraction(-95, 100)
)


@claim(
    paper=_PAPER, where=_RATE, expected="supported", strength="upper", assumptions=_LAW,
    says=r"\operatorname{E}[\mathrm{err}(\hat\theta)-Q(s)]\le0.13\sqrt{d/m},\quad s^2=0.618\,d/m,\ d=20,\ m=400",
)  # fmt: skip
def worst_excess_beats_a_coin(bound: Constant = Fraction(13, 100), estimator: str = "plug_in") -> Stated:
    """What the slope cannot tell: the constant is 0.12 for the plug-in rule and 0.31 for a coin."""
    from experiments.gaussian_mixture.ood_unlabeled.samplers import scaled_worst_excess

    parameters = {"d": 20, "m": 400, "estimator": estimator}
    says, symbol = "scaled excess error at the worst separation", r"\sqrt{m/d}\,[\mathrm{err}(\hat\theta)-Q(s)]"
    sampler = Sampler(scaled_worst_excess, parameters, says=says, symbol=symbol)
    return Mean(sampler, "<=", bound), sampling(share=SHARE, cap=20_000)


worst_excess_beats_a_coin.false_if("a coin were tossed", estimator="coin")
worst_excess_beats_a_coin.false_if("the constant were 0.11", bound=Fraction(11, 100))


def _principal(d: int, n: int, s: Constant) -> Sampler:
    from experiments.gaussian_mixture.ood_unlabeled.samplers import principal_alignments

    says = "cos^2 of mean and leading direction"
    return Sampler(principal_alignments, {"d": d, "n": n, "s": s}, says=says, symbol=r"\cos^2(\hat v,\mu)")


@claim(
    paper=_PAPER, where=_PRINCIPAL, expected="supported", strength="asymptotic", assumptions=_LAW,
    says=r"\Bigl|\operatorname{E}\cos^2(\hat v,\mu)-\frac{1-g/s^4}{1+g/s^2}\Bigr|\le0.03,\quad g=d/n=1/5,\ s=1,\ d=40",
)  # fmt: skip
def alignment_is_near_its_limit(s: Constant = 1) -> Stated:
    """Above the threshold, at a finite size: the margin holds what is left of the limit."""
    from theory.mixtures.pca import pca_alignment

    centre = _rounded(float(pca_alignment(0.2, 1.0)))
    return MeanWithin(_principal(40, 200, s), centre, Fraction(3, 100)), sampling(share=SHARE, cap=1536)


alignment_is_near_its_limit.false_if("the classes were a tenth farther apart", s=Fraction(11, 10))


@claim(
    paper=_PAPER, where=_PRINCIPAL, expected="supported", strength="asymptotic", assumptions=_LAW,
    says=r"\operatorname{E}\cos^2(\hat v,\mu)\le0.1,\quad g=d/n=1,\ s^4=1/16<g,\ d=60",
)  # fmt: skip
def alignment_is_lost_below_the_threshold(s: Constant = Fraction(1, 2)) -> Stated:
    """Below the threshold the leading direction sees next to nothing of the mean; a random one has 1/d."""
    return Mean(_principal(60, 60, s), "<=", Fraction(1, 10)), sampling(share=SHARE, cap=400)


alignment_is_lost_below_the_threshold.false_if("s^4 = 1.46 were just above d/n", s=Fraction(11, 10))


@claim(
    paper=_PAPER, where=_MAP, expected="supported", strength="identity", assumptions=_LAW,
    says=r"\tan t'=\frac{2\varphi(a)\sin t}{(1-2Q(a))s+2\varphi(a)\cos t},\ a=s\cos t:"
    r"\quad|\operatorname{E}\cos\hat t'-\cos t'|\le0.02,\ t=\pi/3,\ s=1,\ d=5,\ n=2000",
)  # fmt: skip
def self_training_step_follows_its_map(rounds: Constant = 1, s: Constant = 1) -> Stated:
    """One round on finitely many points turns a direction at 60 degrees as the population map says."""
    import math

    from experiments.gaussian_mixture.ood_unlabeled.samplers import self_training_cosines
    from theory.mixtures.self_training import self_training_map

    parameters = {"d": 5, "n": 2000, "s": s, "cosine": Fraction(1, 2), "rounds": rounds}
    says = "cosine with the mean after self-training"
    sampler = Sampler(self_training_cosines, parameters, low=-1, says=says, symbol=r"\cos\hat t'")
    centre = _rounded(math.cos(float(self_training_map(math.pi / 3, 1.0))))
    return MeanWithin(sampler, centre, Fraction(2, 100)), sampling(share=SHARE, cap=4096)


self_training_step_follows_its_map.false_if("there were two rounds", rounds=2)
self_training_step_follows_its_map.false_if("the classes were a tenth nearer", s=Fraction(9, 10))


def _versus(relation: str, bound: Constant, **sizes: Constant) -> Stated:
    from experiments.gaussian_mixture.ood_unlabeled.samplers import alignment_gain

    says = "cos^2 of the leading direction of n unlabelled points less that of the plug-in rule of m labelled points"
    symbol = r"[\cos^2(\hat v,\mu)-\cos^2(\hat\theta,\mu)]"
    sampler = Sampler(alignment_gain, {"s": 1} | sizes, low=-1, says=says, symbol=symbol)
    return Mean(sampler, relation, bound), sampling(share=SHARE, cap=512)


@claim(
    paper=_PAPER, where=_PRINCIPAL, expected="supported", strength="lower", assumptions=_LAW,
    says=r"n=2n^*:\ \operatorname{E}\cos^2(\hat v,\mu)\ge\operatorname{E}\cos^2(\hat\theta,\mu),"
    r"\quad n^*=m(1+1/s^2)+d/s^4=90,\ d=50,\ m=20,\ s=1",
)  # fmt: skip
def unlabelled_win_beyond_the_threshold(n: Constant = 180, bound: Constant = 0) -> Stated:
    """Twice the threshold of the limit formulas is enough at a finite size."""
    return _versus(">=", bound, d=50, m=20, n=n)


unlabelled_win_beyond_the_threshold.false_if("n were two thirds of the threshold, well above m^2/d = 8", n=60)


@claim(
    paper=_PAPER, where=_PRINCIPAL, expected="supported", strength="upper", assumptions=_LAW,
    says=r"n=n^*/2:\ \operatorname{E}\cos^2(\hat v,\mu)\le\operatorname{E}\cos^2(\hat\theta,\mu),"
    r"\quad d=50,\ m=20,\ s=1",
)  # fmt: skip
def labelled_win_before_the_threshold(n: Constant = 45, bound: Constant = 0) -> Stated:
    """Half the threshold is not enough, although n = 45 > m^2/d = 8."""
    return _versus("<=", bound, d=50, m=20, n=n)


labelled_win_before_the_threshold.false_if("n were 1.4 times the threshold", n=130)


@claim(
    paper=_PAPER, where=_PRINCIPAL, expected="supported", strength="lower", assumptions=_LAW,
    says=r"n=450<m^2/d=500:\ \operatorname{E}\cos^2(\hat v,\mu)\ge\operatorname{E}\cos^2(\hat\theta,\mu),"
    r"\quad d=20,\ m=100,\ s=1",
)  # fmt: skip
def unlabelled_win_with_fewer_than_quoted(n: Constant = 450, bound: Constant = 0) -> Stated:
    """n* grows like m, not like m^2/d: here n* = 220, and a number below m^2/d is enough."""
    return _versus(">=", bound, d=20, m=100, n=n)


unlabelled_win_with_fewer_than_quoted.false_if("n were below n* = 220", n=170)


def _gain(learner: str, relation: str, bound: Constant, *, cap: int, **changed: Constant) -> Stated:
    from experiments.gaussian_mixture.ood_unlabeled.samplers import gain_over_plug_in

    parameters = {"learner": learner, "d": 200, "m": 10, "s": 1} | changed
    symbol = r"[\mathrm{err}(\hat\theta)-\mathrm{err}(\hat w)]"
    says = f"error of the plug-in rule less that of {learner}"
    sampler = Sampler(gain_over_plug_in, parameters, says=says, symbol=symbol, **_GAIN)
    return Mean(sampler, relation, bound), sampling(share=SHARE, cap=cap)


@claim(
    paper=_PAPER, where=_ROBUST, expected="supported", strength="lower", assumptions=_OURS,
    says=r"\operatorname{E}\,\mathrm{err}(\mathrm{RSS})\le\operatorname{E}\,\mathrm{err}(\hat\theta)-0.1,"
    r"\quad d=200,\ s=1,\ m=10,\ n=1000,\ \alpha=0",
)  # fmt: skip
def thousand_unlabelled_points_help(bound: Constant = Fraction(1, 10), n: Constant = 1000) -> Stated:
    """One set of constants for all draws, none selected on them: about 0.17 less error than the labelled rule."""
    return _gain("rss", ">=", bound, n=n, cap=200)


thousand_unlabelled_points_help.false_if("there were 200 unlabelled points", n=200)


@claim(
    paper=_PAPER, where=_ROBUST, expected="supported", strength="lower", assumptions=_OURS,
    says=r"\operatorname{E}\,\mathrm{err}(\mathrm{RSS})\le\operatorname{E}\,\mathrm{err}(\hat\theta)-0.1,"
    r"\quad d=200,\ s=1,\ m=10,\ n=1000,\ \alpha=1/2",
)  # fmt: skip
def thousand_shifted_points_help(
    bound: Constant = Fraction(1, 10), n: Constant = 1000, shift: Constant = Fraction(1, 2)
) -> Stated:
    """The same with the unlabelled mean half its length away, in a random direction."""
    return _gain("rss", ">=", bound, n=n, shift=shift, cap=200)


thousand_shifted_points_help.false_if("there were 200 unlabelled points", n=200)


@claim(
    paper=_PAPER, where=_ROBUST, expected="supported", strength="upper", assumptions=_OURS,
    says=r"\operatorname{E}\,\mathrm{err}(\mathrm{RSS})\ge\operatorname{E}\,\mathrm{err}(\hat\theta),"
    r"\quad d=200,\ s=1,\ m=10,\ n=10",
)  # fmt: skip
def ten_unlabelled_points_do_not_help(bound: Constant = 0) -> Stated:
    """Without selection ten points are too few: the rule turns away from the labelled one to no good."""
    return _gain("rss", "<=", bound, n=10, cap=1536)


ten_unlabelled_points_do_not_help.false_if("they cost a tenth of accuracy", bound=Fraction(-1, 10))


def _best_coin(candidates: Constant, bound: Constant) -> Stated:
    from experiments.gaussian_mixture.ood_unlabeled.samplers import best_coin_accuracy

    parameters = {"d": 200, "s": 1, "candidates": candidates}
    says = "accuracy of the best of N random directions, selected by it"
    high = Fraction(8414, 10_000)  # above Q(-1) = 0.84134...
    low, symbol = Fraction(49, 100), r"\max_N\mathrm{acc}"
    sampler = Sampler(best_coin_accuracy, parameters, low=low, high=high, says=says, symbol=symbol)
    return Mean(sampler, ">=", bound), sampling(share=SHARE, cap=2048)


@claim(
    paper=_PAPER, where=_SELECTION, expected="supported", strength="lower", assumptions=_LAW,
    says=r"\operatorname{E}\max_{i\le4000}\mathrm{acc}(\xi_i)\ge0.59,\quad d=200,\ s=1,"
    r"\ \xi_i\text{ uniform on the sphere, no data}",
)  # fmt: skip
def best_of_4000_coins(candidates: Constant = 4000, bound: Constant = Fraction(59, 100)) -> Stated:
    """Selection on the test set brings 0.60 by itself: more than the 0.59 that the poster lists for ten labels."""
    return _best_coin(candidates, bound)


best_of_4000_coins.false_if("a single coin were tossed", candidates=1)
best_of_4000_coins.false_if("0.62 were claimed", bound=Fraction(62, 100))


@claim(
    paper=_PAPER, where=_SELECTION, expected="supported", strength="lower", assumptions=_LAW,
    says=r"\operatorname{E}\max_{i\le500}\mathrm{acc}(\xi_i)\ge0.58,\quad d=200,\ s=1,"
    r"\ \xi_i\text{ uniform on the sphere, no data}",
)  # fmt: skip
def best_of_500_coins(candidates: Constant = 500, bound: Constant = Fraction(58, 100)) -> Stated:
    """The number of candidates of the labelled baseline: 0.585, next to the 0.586 that ten labels are worth."""
    return _best_coin(candidates, bound)


best_of_500_coins.false_if("0.6 were claimed", bound=Fraction(60, 100))
