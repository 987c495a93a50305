import math

import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.bag_regression.designs import Design, unit_laplace
from experiments.bag_regression.settings import Setting, best_ridge, sensitivity


@pytest.mark.parametrize("features", ["gaussian", "rademacher", "t"])
def test_features_have_the_declared_moments(features):
    design = Design(100, 4, features=features, degrees=9, variances=(0.5, 1.0, 2.0, 4.0))
    x = design.draw(3, range(50)).features / np.sqrt([0.5, 1.0, 2.0, 4.0])
    fourth = {"gaussian": 3.0, "rademacher": 1.0, "t": 3 + 6 / 5}[features]
    assert abs(x.mean()) < 4 / math.sqrt(x.size)
    assert (x**2).mean(axis=(0, 1)) == pytest.approx(1, abs=5 * math.sqrt(fourth / 5000))
    assert (x**4).mean() == pytest.approx(fourth, rel=0.15)


def test_labels_are_signal_and_noise():
    design = Design(50, 3, signal_power=4.0)
    draw = design.draw(1, range(200))
    assert np.allclose((draw.coefficients**2).sum(axis=1), 4.0)
    assert abs(draw.coefficients.mean(axis=0)).max() < 4 * 2 / math.sqrt(3 * 200)
    assert draw.labels(9.0).var() == pytest.approx(13.0, rel=0.05)
    assert np.allclose(draw.labels(0.0), np.einsum("rnd,rd->rn", draw.features, draw.coefficients))
    assert abs(np.corrcoef(draw.noise.ravel(), draw.features[..., 0].ravel())[0, 1]) < 0.04


def test_a_replicate_does_not_depend_on_the_others_nor_on_where_it_is_drawn():
    design = Design(6, 3, features="t", variances=(1.0, 2.0, 3.0))
    whole, part = design.draw(1, range(5)), design.draw(1, range(3, 5))
    strict = design.draw(1, range(5), backend=backend("strict:device1"))
    for name in ("features", "coefficients", "noise"):
        assert np.array_equal(getattr(whole, name)[3:], getattr(part, name))
        assert np.allclose(to_numpy(getattr(strict, name)), getattr(whole, name), rtol=1e-13)
    assert not np.any(np.isclose(design.draw(2, range(5)).features, whole.features))


def test_laplace_numbers_have_their_law():
    x = unit_laplace(1, range(200), 100)
    assert abs(x.mean()) < 4 * math.sqrt(2 / x.size)
    assert (x**2).mean() == pytest.approx(2.0, abs=5 * math.sqrt(20 / x.size))
    assert (abs(x) > 1).mean() == pytest.approx(math.exp(-1), abs=0.015)
    assert not np.any(np.isclose(unit_laplace(2, range(200), 100), x))
    assert abs(np.mean(np.sign(x) * (abs(x) - 1))) < 4 / math.sqrt(x.size)  # signs do not depend on sizes


def test_sensitivity_is_the_length_of_the_interval():
    """Changing one label in [-C, C] moves a sum by up to 2C, not C; the noise of the average is that over m eps."""
    assert (sensitivity((-3.0, 3.0)), sensitivity((0.0, 3.0))) == (6.0, 3.0)
    setting = Setting(4, noise_variance=0.5, epsilon=2.0, clip=(-3.0, 3.0))
    assert setting.noise_scale == 3.0
    assert setting.effective_noise == 0.5 + 2 * 9 / 4
    assert best_ridge(0.5, setting, 2.0) == 0.25 * setting.effective_noise
    with pytest.raises(ValueError, match="signal_power must be positive"):
        best_ridge(0.5, setting, 0.0)
    assert Setting(4, clip=(-3.0, 3.0)).effective_noise == 1.0
    assert Setting(4, rho=np.int64(1), clip=[0, 1]) == Setting(4, rho=1, clip=(0.0, 1.0))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bag_size": 0}, "the bag size must be a whole number >= 1, got 0"),
        ({"bag_size": 1.5}, "the bag size must be a whole number >= 1, got 1.5"),
        ({"rho": -0.1}, "rho must be a finite number >= 0, got -0.1"),
        ({"ridge": math.inf}, "ridge must be a finite number >= 0, got inf"),
        ({"noise_variance": math.nan}, "noise_variance must be a finite number >= 0, got nan"),
        ({"epsilon": 0.0, "clip": (0.0, 1.0)}, "epsilon must be a finite number > 0, or None for no privacy, got 0.0"),
        ({"epsilon": -1, "clip": (0.0, 1.0)}, "epsilon must be a finite number > 0"),
        ({"epsilon": 1.0}, "labels must be clipped: give clip"),
        ({"epsilon": 1.0, "clip": (-math.inf, math.inf)}, "clip must be a pair of finite numbers"),
        ({"clip": (1.0, 1.0)}, "clip must be a pair of finite numbers, low < high"),
        ({"clip": 3.0}, "clip must be a pair"),
        ({"clip": (-1e308, 1e308)}, "clip must be a pair of finite numbers, low < high"),
        ({"epsilon": 1e-200, "clip": (0.0, 1.0)}, "the noise overflows, got 1e-200"),
    ],
)
def test_bad_settings_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Setting(**{"bag_size": 2} | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, "samples must be"),
        ({"dimension": True}, "dimension must be"),
        ({"degrees": 2}, "degrees must be a whole number >= 3, got 2"),
        ({"signal_power": 0.0}, "signal_power must be positive"),
        ({"features": "cauchy"}, "features must be one of gaussian, rademacher, t, got 'cauchy'"),
        ({"order": "best"}, "order must be one of drawn, sorted"),
        ({"variances": (1.0,)}, "variances must be 2 positive numbers"),
        ({"variances": (1.0, 0.0)}, "variances must be 2 positive numbers"),
        ({"variances": (1.0, "a")}, "variances must be 2 positive numbers"),
    ],
)
def test_bad_designs_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        Design(**{"samples": 5, "dimension": 2} | changes)
