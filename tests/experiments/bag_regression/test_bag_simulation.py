import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from experiments.arrays import backend
from experiments.bag_regression import Design, Setting, simulate
from experiments.bag_regression.designs import unit_laplace
from experiments.streams import Stream

MARGIN = 1 / 60
"""Finite sizes, n = 240 and d = 60, may move a risk by this share of the limit, 1/d: away from the pole."""


def loop(design, setting, replicates, seed):
    """Return the risks by scikit-learn's Ridge, on rows for bag means and for what is within bags."""
    draw = design.draw(seed, range(replicates))
    laplace = unit_laplace(seed, range(replicates), -(-design.samples // setting.bag_size))
    found = []
    for row in range(replicates):
        x, y, theta0 = draw.features[row], draw.labels(setting.noise_variance)[row], draw.coefficients[row]
        if design.order == "sorted":
            x, y = x[np.argsort(y)], np.sort(y)
        if setting.clip is not None:
            y = np.clip(y, *setting.clip)
        rows, targets = [], []
        for a, start in enumerate(range(0, len(y), setting.bag_size)):
            members = x[start : start + setting.bag_size]
            average = y[start : start + setting.bag_size].mean()
            if setting.epsilon is not None:
                length = setting.clip[1] - setting.clip[0]
                average += length / (len(members) * setting.epsilon) * laplace[row, a]
            rows.append(math.sqrt(len(members)) * members.mean(axis=0))
            targets.append(math.sqrt(len(members)) * average)
            for member in members:
                rows.append(math.sqrt(setting.rho) * (member - members.mean(axis=0)))
                targets.append(0.0)
        if setting.ridge:
            model = Ridge(alpha=design.samples * setting.ridge, fit_intercept=False, solver="cholesky")
            theta = model.fit(np.asarray(rows), np.asarray(targets)).coef_
        else:
            theta = np.linalg.lstsq(np.asarray(rows), np.asarray(targets), rcond=1e-10)[0]
        found.append(((theta - theta0) ** 2).sum())
    return np.asarray(found)


SETTINGS = [
    Setting(1, 0.0, 0.1),
    Setting(2, 0.0, 0.0, 0.5),
    Setting(3, 0.4, 0.0, 2.0),
    Setting(5, 0.0, 0.0),
    Setting(4, 0.0, 0.2),
    Setting(4, 1.0, 0.2),
    Setting(4, 2.5, 0.05),
    Setting(7, 0.3, 0.1, clip=(-0.5, 1.0)),
    Setting(7, 0.3, 0.1, epsilon=0.7, clip=(-0.5, 1.0)),
    Setting(2, 0.0, 0.0, epsilon=3.0, clip=(0.0, 2.0)),
    Setting(23, 0.0, 0.1),
]


@pytest.mark.parametrize(
    "design",
    [
        Design(23, 6),
        Design(23, 30, signal_power=3.0),
        Design(23, 6, features="t", variances=(0.1, 0.5, 1.0, 1.0, 2.0, 3.0)),
        Design(23, 6, features="rademacher", order="sorted"),
    ],
)
def test_risks_are_those_of_a_loop_with_ridge_on_the_same_bags(design):
    found = simulate(design, SETTINGS, replicates=3, seed=7)
    for i, setting in enumerate(SETTINGS):
        assert found.risks[i] == pytest.approx(loop(design, setting, 3, 7), rel=1e-7, abs=1e-10), setting


@pytest.mark.parametrize("order", ["drawn", "sorted"])
def test_numbers_do_not_depend_on_chunks_company_or_backend(order):
    design = Design(23, 6, order=order)
    whole = simulate(design, SETTINGS, replicates=5, seed=2)
    one = simulate(design, SETTINGS, replicates=5, seed=2, memory=1)
    strict = simulate(design, SETTINGS, replicates=5, seed=2, backend=backend("strict:device1"))
    alone = simulate(design, [SETTINGS[8]], replicates=2, seed=2)
    assert np.allclose(one.risks, whole.risks, rtol=1e-9)
    assert np.allclose(strict.risks, whole.risks, rtol=1e-7)
    assert np.array_equal(strict.singular, whole.singular)
    assert np.allclose(alone.risks[0], whole.risks[8, :2], rtol=1e-12)
    assert not np.any(np.isclose(simulate(design, SETTINGS, replicates=5, seed=3).risks, whole.risks))


def test_some_replicates_are_those_of_all():
    design = Design(23, 6, variances=(0.1, 0.5, 1.0, 1.0, 2.0, 3.0))
    whole = simulate(design, SETTINGS, replicates=6, seed=2)
    some = simulate(design, SETTINGS, replicates=range(2, 5), seed=2, memory=8 * 23 * 6 * 2)
    for name in ("risks", "singular", "prediction_risk"):
        assert np.allclose(getattr(some, name), getattr(whole, name)[:, 2:5], rtol=1e-9)


def test_pytorch_gives_the_same():
    pytest.importorskip("torch")
    design = Design(23, 6)
    here, there = (simulate(design, SETTINGS, replicates=3, backend=name) for name in ("numpy", "torch"))
    assert np.allclose(there.risks, here.risks, rtol=1e-7)
    assert np.array_equal(there.singular, here.singular)


def test_a_bag_of_one_has_no_within_part():
    for psi_above_one in (Design(40, 10), Design(40, 50)):
        found = simulate(psi_above_one, [Setting(1, rho) for rho in (0.0, 0.3, 1.0, 7.0)], replicates=4).risks
        assert np.all(found == found[:1])
    assert not np.any(found == simulate(Design(40, 50), [Setting(2)], replicates=4).risks)


def test_singular_designs_say_so():
    settings = [Setting(4), Setting(4, ridge=0.1), Setting(4, rho=0.5), Setting(2)]
    found = simulate(Design(40, 12), settings, replicates=3)
    assert found.singular.all(axis=1).tolist() == [True, False, False, False]
    assert not found.singular[1:].any()
    tiny = simulate(Design(40, 12), [Setting(4, ridge=1e-7)], replicates=3)
    assert np.allclose(tiny.risks[0], found.risks[0], rtol=1e-4)


def limit(psi, setting):
    """Return the limit of the risk for isotropic Gaussian features and signal power 1, by bisection for s."""
    beta, rho, lam = 1 / setting.bag_size, setting.rho, setting.ridge

    def excess(s):
        return s * (lam + beta / (1 + psi * s) + (1 - beta) * rho / (1 + rho * psi * s)) - 1

    low, high = 0.0, 1e12
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    s = high
    shrunk = beta * psi / (1 + psi * s) ** 2
    delta = 1 / s**2 - shrunk - (1 - beta) * rho**2 * psi / (1 + rho * psi * s) ** 2
    variance = setting.effective_noise * shrunk / delta
    slope = shrunk + beta**2 * (1 - psi * s) / (1 + psi * s) ** 3
    return variance + 1 - 2 * beta * s / (1 + psi * s) + slope / delta


def drawn_settings(count):
    """Draw settings from a stream, away from the pole at ridge 0 where psi m = 1."""
    u = Stream.named(1, "settings away from the pole").uniform(count, 6)
    for a, b, c, d, e, f in u.tolist():
        m = (1, 2, 3, 5, 6, 8, 10)[int(7 * a)]
        ridge, rho = (0.05 + 0.2 * b if b > 0.4 else 0.0), (0.2 + 1.5 * c if c > 0.3 or b <= 0.4 else 0.0)
        private = {"epsilon": 20 + 100 * e, "clip": (-20.0, 20.0)} if d > 0.5 else {}
        yield Setting(m, rho, ridge, 0.2 + 3 * f, **private)


def test_prediction_risk_is_that_of_new_points():
    variances = (0.1, 0.5, 1.0, 1.0, 2.0, 3.0)
    settings = [Setting(4), Setting(4, 0.5, 0.1)]
    found = simulate(Design(48, 6, variances=variances), settings, replicates=3, seed=3)
    draw = Design(48, 6, variances=variances).draw(3, range(3))
    means = draw.features.reshape(3, 12, 4, 6).mean(axis=2), draw.labels(1.0).reshape(3, 12, 4).mean(axis=2)
    for row in range(3):
        theta = np.linalg.lstsq(means[0][row], means[1][row])[0]
        squares = (theta - draw.coefficients[row]) ** 2
        assert found.prediction_risk[0, row] == pytest.approx(squares @ variances)
    isotropic = simulate(Design(48, 6), settings, replicates=3)
    assert np.array_equal(isotropic.prediction_risk, isotropic.risks)
    assert not np.any(np.isclose(found.prediction_risk, found.risks))


def test_limits_hold_within_the_declared_margin_for_settings_from_a_stream():
    settings = list(drawn_settings(16))
    assert len({setting.bag_size for setting in settings}) > 4
    found = simulate(Design(240, 60), settings, replicates=200, seed=11)

    def agree(changes):
        limits = np.asarray([limit(0.25, replace(setting, **changes(setting))) for setting in settings])
        return abs(found.mean - limits) < 4 * found.standard_error + MARGIN * limits

    assert agree(lambda _: {}).all()
    assert agree(lambda s: {"bag_size": s.bag_size + 1}).mean() < 0.8
    assert agree(lambda s: {"rho": s.rho + 0.2}).mean() < 0.8
    assert agree(lambda s: {"ridge": s.ridge + 0.05}).mean() < 0.8
    assert agree(lambda s: {"noise_variance": 1.2 * s.noise_variance}).mean() < 0.8


def test_plain_bag_level_risk_is_exact_at_every_size():
    """Without ridge and interpolation the mean risk is sigma^2 d / (B - d - 1)."""
    n, d = 120, 10
    settings = [Setting(m, noise_variance=2.0) for m in (1, 2, 4, 6)]
    found = simulate(Design(n, d), settings, replicates=1500, seed=4)
    exact = np.asarray([2.0 * d / (n // s.bag_size - d - 1) for s in settings])
    assert np.all(abs(found.mean - exact) < 4 * found.standard_error)
    assert np.all(found.standard_error < 0.05 * exact)


def test_risk_of_the_least_norm_is_exact_at_every_size():
    """With fewer bags than features: 1 - B/d of the signal is not seen, and the noise gives sigma^2 B / (d - B - 1)."""
    n, d = 120, 40
    settings = [Setting(m, noise_variance=0.5) for m in (4, 6, 12)]
    found = simulate(Design(n, d), settings, replicates=200, seed=8)
    bags = np.asarray([n // s.bag_size for s in settings])
    exact = 1 - bags / d + 0.5 * bags / (d - bags - 1)
    assert found.singular.all()
    assert np.all(abs(found.mean - exact) < 4 * found.standard_error)
    assert np.all(found.standard_error < 0.05 * exact)


def test_instance_level_variance_is_exact_at_every_size():
    """The part of the risk that grows with sigma^2 is (B/n) d / (n - d - 1) times it."""
    n, d, m = 60, 12, 3
    noisy, clean = simulate(
        Design(n, d), [Setting(m, 1.0, noise_variance=v) for v in (4.0, 0.0)], replicates=3000, seed=9
    ).risks
    variance = (noisy - clean) / 4
    assert abs(variance.mean() - d / (m * (n - d - 1))) < 4 * variance.std() / math.sqrt(3000)
    assert variance.std() / math.sqrt(3000) < 0.03 * variance.mean()


def test_noise_of_privacy_acts_as_the_effective_noise_and_not_as_half_its_scale():
    d, m, n = 10, 3, 120
    setting = Setting(m, noise_variance=0.5, epsilon=10.0, clip=(-8.0, 8.0))
    found = simulate(Design(n, d), [setting], replicates=1500, seed=5)
    exact = setting.effective_noise * d / (n // m - d - 1)
    half = (0.5 + 2 * 0.8**2 / m) * d / (n // m - d - 1)
    assert abs(found.mean[0] - exact) < 4 * found.standard_error[0]
    assert abs(found.mean[0] - half) > 20 * found.standard_error[0]


def test_curated_bags_are_another_problem():
    """Sorted labels leave less variance within bags than the theory of independent bags counts with."""
    setting = Setting(3, rho=1.0)
    independent = simulate(Design(240, 20), [setting], replicates=60)
    curated = simulate(Design(240, 20, order="sorted"), [setting], replicates=60)
    gap = abs(curated.mean - independent.mean)[0]
    assert gap > 10 * (curated.standard_error + independent.standard_error)[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": []}, "at least one Setting"),
        ({"settings": [3]}, "at least one Setting"),
        ({"settings": [Setting(21)]}, "at most the number of samples, 20, got 21"),
        ({"settings": [Setting(2, rho=1e308)]}, "normal equations overflow"),
        ({"replicates": 0}, "replicates must be a whole number >= 1, got 0"),
        ({"replicates": range(3, 3)}, "range of step 1, not empty"),
        ({"replicates": range(-1, 3)}, "range of step 1, not empty"),
        ({"replicates": range(0, 4, 2)}, "range of step 1, not empty"),
        ({"memory": 0}, "memory must be a whole number >= 1, got 0"),
        ({"backend": "abacus"}, "a backend is"),
    ],
)
def test_bad_input_is_refused(changes, message):
    given = {"settings": [Setting(2)], "replicates": 2} | changes
    with pytest.raises(ValueError, match=message):
        simulate(Design(20, 3), given.pop("settings"), **given)


def test_one_replicate_has_no_standard_error():
    assert np.isnan(simulate(Design(20, 3), [Setting(2)], replicates=1).standard_error).all()
