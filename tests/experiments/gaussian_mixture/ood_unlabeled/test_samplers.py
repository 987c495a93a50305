import math

import numpy as np
import pytest

from experiments.gaussian_mixture.ood_unlabeled import samplers
from experiments.streams import Stream
from theory.mixtures.plug_in import plug_in_error
from theory.mixtures.self_training import self_training_map

CALLS = {
    "plug_in_errors": {"d": 5, "m": 4, "s": 1.0},
    "excess_curve": {"d": 5, "s": 1.0, "sizes": (4, 8)},
    "scaled_worst_excess": {"d": 5, "m": 20},
    "principal_alignments": {"d": 5, "n": 20, "s": 1.0},
    "alignment_gain": {"d": 5, "m": 4, "n": 20, "s": 1.0},
    "self_training_cosines": {"d": 5, "n": 30, "s": 1.0, "cosine": 0.5},
    "gain_over_plug_in": {"learner": "rss", "d": 5, "m": 4, "n": 20, "s": 1.0, "shift": 0.5},
    "best_coin_accuracy": {"d": 5, "s": 1.0, "candidates": 10},
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_rows_depend_on_stream_and_replicate_alone(name, monkeypatch):
    function, stream = getattr(samplers, name), Stream(2**40 + 7)
    whole = function(stream, range(40), **CALLS[name])
    part = function(stream, range(13, 29), **CALLS[name])
    assert np.allclose(whole[13:29], part, rtol=1e-10, atol=1e-12)
    monkeypatch.setattr(samplers, "NUMBERS", 100)
    assert np.allclose(whole, function(stream, range(40), **CALLS[name]), rtol=1e-10, atol=1e-12)
    assert not np.allclose(whole, function(Stream(8), range(40), **CALLS[name]))


def test_every_sampler_is_called_here():
    assert set(samplers.__all__) - {"TWINS"} == set(CALLS)


@pytest.mark.parametrize("twin", samplers.TWINS)
def test_twins_have_the_exact_expected_error_from_other_draws(twin):
    errors = samplers.plug_in_errors(Stream(5), range(6000), d=8, m=3, s=0.9, twin=twin)
    exact = float(plug_in_error(8, 3, 0.9))
    assert abs(errors.mean() - exact) < 4.5 * errors.std() / math.sqrt(6000)
    if twin == "rotated":
        plain = samplers.plug_in_errors(Stream(5), range(6000), d=8, m=3, s=0.9)
        assert not np.allclose(errors, plain)


def test_excess_curve_of_the_exact_law_agrees_with_drawn_points():
    curve = samplers.excess_curve(Stream(6), range(6000), d=8, s=0.9, sizes=(3, 12))
    bayes = 0.5 * math.erfc(0.9 / math.sqrt(2))
    for column, m in enumerate((3, 12)):
        exact = float(plug_in_error(8, m, 0.9)) - bayes
        assert abs(curve[:, column].mean() - exact) < 4.5 * curve[:, column].std() / math.sqrt(6000)
    assert np.all(curve >= -1e-15)


def test_a_coin_is_as_good_at_every_size_at_fixed_separation():
    curve = samplers.excess_curve(Stream(6), range(6000), d=8, s=0.9, sizes=(3, 12), estimator="coin")
    half = 0.5 - 0.5 * math.erfc(0.9 / math.sqrt(2))
    assert np.all(np.abs(curve.mean(axis=0) - half) < 4.5 * curve.std(axis=0) / math.sqrt(6000))
    assert abs(np.corrcoef(curve.T)[0, 1]) < 0.06


def test_self_training_follows_its_map_with_many_points():
    found = samplers.self_training_cosines(Stream(3), range(20), d=4, n=20_000, s=1.2, cosine=0.4)
    assert abs(found.mean() - math.cos(self_training_map(math.acos(0.4), 1.2))) < 4e-3


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        ("plug_in_errors", {"twin": "mirrored"}, "a twin is one of"),
        ("excess_curve", {"along": "best"}, "along is fixed or worst"),
        ("excess_curve", {"estimator": "oracle"}, "plug_in or coin"),
    ],
)
def test_unknown_words_are_refused(name, changed, message):
    with pytest.raises(ValueError, match=message):
        getattr(samplers, name)(Stream(1), range(2), **(CALLS[name] | changed))
