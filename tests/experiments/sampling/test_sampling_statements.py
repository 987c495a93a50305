import dataclasses
from fractions import Fraction
from functools import partial

import pytest

from experiments.sampling import Mean, MeanWithin, Sampler, Slope


def coin(stream, replicates, *, heads):
    return (stream.uniform(replicates) < heads) * 1.0


def curve(stream, replicates, *, sizes):
    return stream.uniform(replicates, len(sizes))


COIN = Sampler(coin, {"heads": Fraction(1, 3)}, says="a coin", symbol="C")


def test_data_scope_and_latex_tell_all():
    mean = Mean(COIN, "<=", Fraction(2, 5))
    assert mean.to_json() == {
        "kind": "sampled_mean",
        "relation": "<=",
        "bound": "2/5",
        "sampler": f"{__name__}:coin",
        "parameters": {"heads": {"fraction": "1/3"}},
        "low": "0",
        "high": "1",
    }
    assert mean.scope() == "a coin (heads = 1/3), numbers in [0, 1]"
    assert mean.latex() == r"\operatorname{E} C \le 0.4"
    assert MeanWithin(COIN, Fraction(1, 3), Fraction(1, 10)).bounds == (Fraction(7, 30), Fraction(13, 30))
    slope = Slope(Sampler(curve), (10, 20), Fraction(-11, 10), None, test="sign")
    assert slope.scope().endswith("sizes 10, 20; median of the least-squares slopes of batches of 100 replicates")
    assert slope.latex().startswith(r"-1.1 \le \operatorname{median} \frac{\Delta \log \overline{X}^{(100)}_n}")
    means = Slope(Sampler(curve), (10, 20), Fraction(-11, 10), None, test="means")
    assert means.latex().startswith(r"-1.1 \le \frac{\Delta \log \operatorname{E} X_n}{\Delta \log n}")
    assert means.digest() != slope.digest()
    assert (
        dataclasses.replace(slope, first=64).seed() == slope.seed() != dataclasses.replace(slope, replicates=7).seed()
    )
    assert dataclasses.replace(means, replicates=7).seed() == means.seed()


def test_the_seed_is_that_of_the_content_and_of_nothing_else():
    mean = Mean(COIN, "<=", Fraction(2, 5))
    reworded = Mean(Sampler(coin, {"heads": Fraction(1, 3)}, says="in other words"), "<=", Fraction(2, 5))
    assert mean.seed() == reworded.seed() == int(mean.digest()[:16], 16)
    others = [
        Mean(COIN, "<=", Fraction(1, 2)),
        Mean(COIN, ">=", Fraction(2, 5)),
        Mean(Sampler(coin, {"heads": Fraction(1, 4)}), "<=", Fraction(2, 5)),
        Mean(Sampler(coin, {"heads": Fraction(1, 3)}, high=2), "<=", Fraction(2, 5)),
        Mean(Sampler(curve, {"heads": Fraction(1, 3)}), "<=", Fraction(2, 5)),
    ]
    assert len({mean.seed(), *(other.seed() for other in others)}) == 6


def test_fractions_reach_the_sampler_as_floats():
    seen = {}

    class Stream:
        def uniform(self, replicates):
            return 0.0

    COIN.draw(Stream(), range(1))
    object.__setattr__(COIN, "function", lambda stream, replicates, **given: seen.update(given))
    try:
        COIN.draw(Stream(), range(1))
    finally:
        object.__setattr__(COIN, "function", coin)
    assert seen == {"heads": pytest.approx(1 / 3)}
    assert isinstance(seen["heads"], float)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Sampler(lambda stream, replicates: 0),
        lambda: Sampler(partial(coin, heads=1)),
        lambda: Sampler(coin, {"heads": 0.5}),
        lambda: Sampler(coin, low=1, high=1),
        lambda: Sampler(coin, low=0.0),
        lambda: Mean(COIN, "<", Fraction(1, 2)),
        lambda: Mean(COIN, "<=", 0.5),
        lambda: Mean(COIN, "<=", 1),
        lambda: MeanWithin(COIN, Fraction(1, 2), 0),
        lambda: MeanWithin(COIN, Fraction(1, 2), Fraction(1, 2)),
        lambda: Slope(Sampler(curve), (10,), -1, 0),
        lambda: Slope(Sampler(curve), (20, 10), -1, 0),
        lambda: Slope(Sampler(curve), (10, 20), None, None),
        lambda: Slope(Sampler(curve), (10, 20), 0, -1),
        lambda: Slope(Sampler(curve), (10, 20), -1, 0, test="ols"),
        lambda: Slope(Sampler(curve), (10, 20), -1, 0, first=4),
        lambda: Slope(Sampler(curve), (10, 20), -1, 0, test="batch-t"),  # whose error is nominal
        lambda: Slope(Sampler(curve), (10, 20), -1, 0, replicates=2.5),
        lambda: Slope(Sampler(curve, low=-1), (10, 20), -1, 0, test="means"),
        lambda: Mean(Sampler(coin, low=10**9, high=10**9 + 1), "<=", 10**9 + Fraction(11, 10**8)),  # rounds to 1.19e-7
        lambda: Mean(Sampler(coin, low=10**9, high=10**9 + 1), "<=", 10**9 + Fraction(1, 10**9)),
    ],
)
def test_what_cannot_be_meant_is_refused(make):
    with pytest.raises(ValueError, match=r"must|allowed|exact|inside|needed|needs|too near"):
        make()
