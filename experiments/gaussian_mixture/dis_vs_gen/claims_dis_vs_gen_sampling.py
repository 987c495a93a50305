r"""Samples needed by naive Bayes and by logistic regression, decided by sampling, with controls and metamorphic twins.

Errors of the learned rules are exact; only training samples are drawn, and every class is present in them. Where a
claim speaks of several dimensions, one number is tested for all: the expected largest excess among them, which bounds
each from above, or the expected smallest, which bounds each from below. So a bound from above is supported by the
largest and rejected by the smallest.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from experiments.sampling import Mean, Sampler, Slope, sampling
from theory.engine.claim import Constant, Stated, claim

_PAPER, _WHERE = "dis_vs_gen", "simulation and sample complexity"
_SHARE = Fraction(8, 10**6)  # of the false-alarm probability, of each statement and each control
_NEAR = Fraction(1, 100)  # what counts as near the Bayes error, as in the published simulation
_MANY = 20_000  # most samples, for means far below 1
_FEW = 32  # for shares near 0 or 1, of rules that are dear to train
_DIMENSIONS = (50, 100, 200, 400, 800)
_FEWER = (50, 100, 200)  # for logistic regression, which is dearer to train
_HALF = Fraction(1, 2)
_GROWING = r"\mu_k=c_k\mathbf 1,\ \Sigma=\mathrm{diag}(n,\dots,n,1,\dots,1)"
_FIXED = r"\mu=\pm\tfrac2{\sqrt n}\mathbf 1,\ \Sigma=I"
_MOSTLY = "of training samples at least half, not their average: these rules are dear to train"


def _extreme(regime: str, learner: str, growth: str, factor: Constant, *, largest: bool) -> Sampler:
    from experiments.gaussian_mixture.dis_vs_gen.samplers import extreme_excess

    says = f"{'largest' if largest else 'smallest'} excess over the Bayes error among the dimensions"
    given = {
        "regime": regime, "learner": learner, "dimensions": _DIMENSIONS,
        "growth": growth, "factor": factor, "largest": largest,
    }  # fmt: skip
    symbol = r"\max_n\mathcal E_n" if largest else r"\min_n\mathcal E_n"
    return Sampler(extreme_excess, given, says=says, symbol=symbol)


def _at_most(regime: str, learner: str, growth: str, factor: Constant, *, largest: bool = True) -> Stated:
    excess = _extreme(regime, learner, growth, factor, largest=largest)
    return Mean(excess, "<=", _NEAR), sampling(share=_SHARE, cap=_MANY)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="rate",
    corrects="dis_vs_gen.sampled_logarithmic_samples",
    says=_GROWING + r":\quad \operatorname{E} R_{01}(\mathrm{NB}_{m=12})\le R_{01}^*+.01,\ n=50,\dots,800",
)  # fmt: skip
def sampled_constant_samples(m: Constant = 12, learner: Any = "naive_bayes", regime: Any = "growing") -> Stated:
    """Naive Bayes with estimated means, variances and priors: the separation grows with n, the samples need not."""
    return _at_most(regime, learner, "constant", m)


sampled_constant_samples.false_if("there were 4 samples", m=4)
sampled_constant_samples.false_if("the rule did not look at them", learner="coin")
sampled_constant_samples.false_if("the Bayes error were fixed", regime="fixed")


@claim(
    paper=_PAPER, where=_WHERE, expected="refuted", strength="rate",
    assumptions=(
        "its condition that the separation grows with n left out", "the 10 is ours",
        "the expected smallest excess among the dimensions is tested: above .01, so is each",
    ),
    says=_FIXED + r":\quad m=10\log n\ \Rightarrow\ \operatorname{E} R_{01}(\mathrm{NB}_m)"
    r"\le R_{01}^*+.01\ \text{for some}\ n=50,100,200,400,800",
)  # fmt: skip
def sampled_logarithmic_samples(regime: Any = "fixed", largest: Any = False) -> Stated:
    """O(log n) without the growing separation: at a fixed Bayes error it fails, at each of the dimensions."""
    return _at_most(regime, "naive_bayes", "logarithmic", 10, largest=bool(largest))


sampled_logarithmic_samples.true_if("the separation grew with n: then at all n", regime="growing", largest=True)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="rate",
    assumptions=("the separation grows with n, in the published design", "the constant 3 is ours"),
    says=_GROWING + r":\quad m=3\log n\ \Rightarrow\ \operatorname{E} R_{01}(\mathrm{NB}_m)"
    r"\le R_{01}^*+.01,\ n=50,\dots,800",
)  # fmt: skip
def sampled_logarithmic_samples_growing(c: Constant = 3) -> Stated:
    """The qualified O(log n), as an upper bound on what is needed."""
    return _at_most("growing", "naive_bayes", "logarithmic", c)


sampled_logarithmic_samples_growing.false_if("c were 1", c=1)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="rate",
    corrects="dis_vs_gen.sampled_logarithmic_samples",
    says=_FIXED + r":\quad m=\tfrac34n\ \Rightarrow\ \operatorname{E} R_{01}(\mathrm{NB}_m)"
    r"\ge R_{01}^*+.01,\ n=50,\dots,800",
)  # fmt: skip
def sampled_order_n_is_needed(c: Constant = Fraction(3, 4)) -> Stated:
    """Naive Bayes at a fixed Bayes error: a fraction of n samples is too few, at every n."""
    excess = _extreme("fixed", "naive_bayes", "linear", c, largest=False)
    return Mean(excess, ">=", _NEAR), sampling(share=_SHARE, cap=_MANY)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="rate",
    says=_FIXED + r":\quad m=6n\ \Rightarrow\ \operatorname{E} R_{01}(\mathrm{NB}_m)\le R_{01}^*+.01,\ n=50,\dots,800",
)  # fmt: skip
def sampled_order_n_suffices(c: Constant = 6, learner: Any = "naive_bayes") -> Stated:
    """Naive Bayes at a fixed Bayes error: a multiple of n samples is enough, at every n."""
    return _at_most("fixed", learner, "linear", c)


sampled_order_n_is_needed.false_if("m were 12 n", c=12)
sampled_order_n_suffices.false_if("m were n", c=1)
sampled_order_n_suffices.false_if("the rule did not look at the samples", learner="coin")


# -- logistic regression --------------------------------------------------------------------------------------------


def _share_within(learner: str, factor: Constant, *, every: bool) -> Sampler:
    from experiments.gaussian_mixture.dis_vs_gen.samplers import within

    given = {
        "regime": "growing", "learner": learner, "dimensions": _FEWER, "growth": "linear",
        "factor": factor, "excess": _NEAR, "every": every,
    }  # fmt: skip
    which = "every dimension" if every else "any dimension"
    return Sampler(within, given, says=f"1 if within .01 of the Bayes error in {which}, else 0")


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="rate", assumptions=(_MOSTLY,),
    says=_GROWING + r":\quad m=\tfrac n4\ \Rightarrow\ \Pr\bigl(R_{01}(\mathrm{LR}_m)>R_{01}^*+.01\bigr)\ge\tfrac12"
    r",\ n=50,100,200",
)  # fmt: skip
def sampled_logistic_needs_order_n(c: Constant = Fraction(1, 4), learner: Any = "logistic") -> Stated:
    """Where naive Bayes is content with a dozen samples, logistic regression needs a fraction of n."""
    return Mean(_share_within(learner, c, every=False), "<=", _HALF), sampling(share=_SHARE, cap=_FEW)


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="rate", assumptions=(_MOSTLY,),
    says=_GROWING + r":\quad m=4n\ \Rightarrow\ \Pr\bigl(R_{01}(\mathrm{LR}_m)\le R_{01}^*+.01\bigr)\ge\tfrac12"
    r",\ n=50,100,200",
)  # fmt: skip
def sampled_logistic_order_n_suffices(c: Constant = 4, learner: Any = "logistic") -> Stated:
    """The O(n) of logistic regression in the published design."""
    return Mean(_share_within(learner, c, every=True), ">=", _HALF), sampling(share=_SHARE, cap=_FEW)


sampled_logistic_needs_order_n.false_if("m were 2 n", c=2)
sampled_logistic_needs_order_n.false_if("the learner were naive Bayes", learner="naive_bayes")
sampled_logistic_order_n_suffices.false_if("m were n/4", c=Fraction(1, 4))
sampled_logistic_order_n_suffices.false_if("the rule did not look at the samples", learner="coin")


# -- two regimes of m -----------------------------------------------------------------------------------------------

_CORRELATED = r"\mathrm{corr}=\tfrac35\ \text{in pairs}"
_MISSPECIFIED = ("40 features: naive Bayes tends to Q(8/5) = .0548, logistic regression to Q(2) = .0228", _MOSTLY)


def _ahead(regime: str, m: Constant, *, reverse: bool) -> Stated:
    from experiments.gaussian_mixture.dis_vs_gen.samplers import logistic_ahead

    given = {"regime": regime, "n": 40, "m": m, "margin": _NEAR, "reverse": reverse}
    first = "naive Bayes" if reverse else "logistic regression"
    share = Sampler(logistic_ahead, given, says=f"1 if {first} has the smaller error by .01, else 0")
    return Mean(share, ">=", _HALF), sampling(share=_SHARE, cap=_FEW)


@claim(
    paper=_PAPER, where="two regimes of m", expected="supported", strength="figure", assumptions=_MISSPECIFIED,
    says=_CORRELATED + r",\ m=32:\quad \Pr\bigl(R_{01}(\mathrm{NB}_m)\le R_{01}(\mathrm{LR}_m)-.01\bigr)\ge\tfrac12",
)  # fmt: skip
def sampled_naive_bayes_ahead(m: Constant = 32) -> Stated:
    """Few samples: naive Bayes is near its limit already."""
    return _ahead("correlated", m, reverse=True)


@claim(
    paper=_PAPER, where="two regimes of m", expected="supported", strength="figure", assumptions=_MISSPECIFIED,
    says=_CORRELATED + r",\ m=640:\quad \Pr\bigl(R_{01}(\mathrm{LR}_m)\le R_{01}(\mathrm{NB}_m)-.01\bigr)\ge\tfrac12",
)  # fmt: skip
def sampled_logistic_ahead(m: Constant = 640, regime: Any = "correlated") -> Stated:
    """Many samples: the limit of logistic regression is lower, as naive Bayes is wrong about the law."""
    return _ahead(regime, m, reverse=False)


sampled_naive_bayes_ahead.false_if("there were 640 samples", m=640)
sampled_logistic_ahead.false_if("there were 32 samples", m=32)
sampled_logistic_ahead.false_if("features were independent", regime="fixed")


@claim(
    paper=_PAPER, where="two regimes of m", expected="supported", strength="asymptotic",
    assumptions=("40 features, 2560 samples", _MOSTLY),
    says=_CORRELATED + r",\ m=2560:\quad \Pr\bigl(\bigl|R_{01}(\mathrm{NB}_m)-Q(\tfrac85)\bigr|\le\tfrac1{200}\bigr)"
    r"\ge\tfrac12",
)  # fmt: skip
def sampled_naive_bayes_limit(m: Constant = 2560, limit_of: Any = "naive_bayes") -> Stated:
    """The exact limit of the learner that is wrong about the law is what its learning curve tends to."""
    from experiments.gaussian_mixture.dis_vs_gen.samplers import near_limit

    given = {"regime": "correlated", "limit_of": limit_of, "n": 40, "m": m, "tolerance": Fraction(1, 200)}
    near = Sampler(near_limit, given, says="1 if the error is within .005 of the limit, else 0")
    return Mean(near, ">=", _HALF), sampling(share=_SHARE, cap=_FEW)


sampled_naive_bayes_limit.false_if("there were 64 samples", m=64)
sampled_naive_bayes_limit.false_if("the limit were the Bayes error", limit_of="logistic")


# -- never worse than a coin, the slope, and the twins --------------------------------------------------------------


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="upper", assumptions=("40 features, 4 samples",),
    says=_FIXED + r",\ m=4:\quad \operatorname{E} R_{01}(\mathrm{NB}_m)-R_{01}^*\le .46\ (<\tfrac12-R_{01}^*=.477)",
)  # fmt: skip
def sampled_better_than_a_coin(learner: Any = "naive_bayes") -> Stated:
    """Four points help already."""
    from experiments.gaussian_mixture.dis_vs_gen.samplers import extreme_excess

    given = {
        "regime": "fixed", "learner": learner, "dimensions": (40,), "growth": "constant", "factor": 4, "largest": True,
    }  # fmt: skip
    excess = Sampler(extreme_excess, given, says="excess over the Bayes error")
    return Mean(excess, "<=", Fraction(46, 100)), sampling(share=_SHARE, cap=_MANY)


sampled_better_than_a_coin.false_if("the rule did not look at the samples", learner="coin")


@claim(
    paper=_PAPER, where=_WHERE, expected="supported", strength="rate",
    assumptions=("20 features, m from 200 to 1600", "median slope of batches of 100 training samples"),
    says=_FIXED + r":\quad -\tfrac{11}{10}\le\operatorname{median}\frac{\Delta\log"
    r"(\overline{R_{01}(\mathrm{NB}_m)}-R_{01}^*)}{\Delta\log m}\le-\tfrac9{10}",
)  # fmt: skip
def sampled_excess_slope(slope: Constant = -1, learner: Any = "naive_bayes") -> Stated:
    """The excess falls like 1/m at a fixed separation."""
    from experiments.gaussian_mixture.dis_vs_gen.samplers import excess_by_size

    given = {"regime": "fixed", "learner": learner, "n": 20}
    excess = Sampler(excess_by_size, given, says="excess over the Bayes error")
    low, high = slope - Fraction(1, 10), slope + Fraction(1, 10)
    statement = Slope(excess, (200, 400, 800, 1600), low, high, replicates=100, first=32, test="sign")
    return statement, sampling(share=_SHARE, cap=512)


sampled_excess_slope.false_if("it fell like the root of m", slope=-_HALF)
sampled_excess_slope.false_if("the rule did not look at the samples", learner="coin")


def _twins(learner: str, twin: str) -> Stated:
    from experiments.gaussian_mixture.dis_vs_gen.samplers import twin_differs

    given = {
        "regime": "fixed", "learner": learner, "twin": twin, "n": 8, "m": 24, "tolerance": Fraction(1, 10**6),
    }  # fmt: skip
    differs = Sampler(twin_differs, given, says="1 if the twin has another error, else 0")
    return Mean(differs, "<=", Fraction(1, 10)), sampling(share=_SHARE, cap=2000)


_TWIN_SAYS = r"\Pr\bigl(|R_{01}(h_S)-R_{01}(h_{TS})|>10^{-6}\bigr)\le\tfrac1{10},\quad T\ \text{"
_TWIN: dict[str, Any] = {
    "paper": _PAPER, "where": "symmetry of the learners", "expected": "supported", "strength": "identity",
}  # fmt: skip


@claim(**_TWIN, says=_TWIN_SAYS + r"a factor for each feature}")
def sampled_naive_bayes_rescaled(twin: Any = "rescaling") -> Stated:
    """Naive Bayes does not see units, but it sees axes."""
    return _twins("naive_bayes", twin)


@claim(**_TWIN, says=_TWIN_SAYS + r"a permutation of features}")
def sampled_naive_bayes_permuted(twin: Any = "permutation") -> Stated:
    """Naive Bayes does not see the order of features."""
    return _twins("naive_bayes", twin)


@claim(**_TWIN, says=_TWIN_SAYS + r"the swap of labels}")
def sampled_naive_bayes_swapped(twin: Any = "labels") -> Stated:
    """Naive Bayes does not see the names of the classes."""
    return _twins("naive_bayes", twin)


@claim(**_TWIN, says=_TWIN_SAYS + r"a rotation}")
def sampled_logistic_rotated(twin: Any = "rotation") -> Stated:
    """Logistic regression with an l2 penalty does not see axes, but it sees units."""
    return _twins("logistic", twin)


@claim(**_TWIN, says=_TWIN_SAYS + r"a rotation}")
def sampled_plug_in_rotated(twin: Any = "rotation") -> Stated:
    """The plug-in rule does not see axes, but it sees units."""
    return _twins("plug_in", twin)


sampled_naive_bayes_rescaled.false_if("it were a rotation", twin="rotation")
sampled_naive_bayes_permuted.false_if("it were a rotation", twin="rotation")
sampled_naive_bayes_swapped.false_if("it were a rotation", twin="rotation")
sampled_logistic_rotated.false_if("each feature had a factor", twin="rescaling")
sampled_plug_in_rotated.false_if("each feature had a factor", twin="rescaling")
