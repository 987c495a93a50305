"""Stability against 50-digit values, its bounds, the weights, and the regret bound along adversarial paths."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.arrays import namespace
from theory.online import log_barrier as module
from theory.online.log_barrier import dual_value, ftrl_weights, regret_bound, stability, variance_bound


def reference(x, c, eta):
    """Sixty digits: the root of sum y = 1 by bisection, then the gain itself."""
    with mpmath.workdps(60):
        x, c = [mpmath.mpf(float(a)) for a in x], [mpmath.mpf(float(b)) * eta for b in c]
        mean = sum(a * b for a, b in zip(x, c, strict=True))
        inverse = [1 / a + b - mean for a, b in zip(x, c, strict=True)]
        low, high = mpmath.mpf(1) / 2, mpmath.mpf(len(x) + 1)
        least = min(inverse)
        for _ in range(210):
            middle = (low + high) / 2
            over = sum(1 / (value - least + middle) for value in inverse) > sum(x)
            low, high = (middle, high) if over else (low, middle)
        y = [1 / (value - least + low) for value in inverse]
        gain = sum((a - b) * value for a, b, value in zip(x, y, c, strict=True))
        return gain - sum(b / a - 1 - mpmath.log(b / a) for a, b in zip(x, y, strict=True))


@pytest.mark.parametrize(("u", "value"), [(0.5, 0.1931), (0.9, 1.4025), (1.5, 500.19), (3.0, 1997.31)])
def test_one_loss_of_order_one_over_x(u, value):
    found = stability([1e-3, 1 - 1e-3], [-u / 1e-3, 0.0], 1.0)
    assert isinstance(found, float)
    assert found == pytest.approx(value, abs=6e-3 if value > 10 else 6e-5)
    assert (found > u * u) == (u > 0.5)
    assert found <= variance_bound([1e-3, 1 - 1e-3], [-u / 1e-3, 0.0], 1.0)


@pytest.mark.parametrize("scale", [1e-8, 1e-4, 0.1, 1.0, 100.0, 1e6])
@pytest.mark.parametrize("d", [2, 3, 7])
def test_accurate_for_small_and_large_losses(d, scale):
    rng = np.random.default_rng(d)
    for _ in range(3):
        x = rng.dirichlet(np.full(d, 0.6)) + 1e-6
        x /= x.sum()
        c = rng.standard_cauchy(d) * scale
        exact = reference(x, c, 0.75)
        assert abs(stability(x, c, 0.75) / exact - 1) < 1e-12


@given(st.floats(0.01, 0.99), st.floats(0.1, 10.0))
@settings(max_examples=50, deadline=None)
def test_the_swap_attains_a_quarter(a, eta):
    x = np.asarray([a, 1 - a])
    c = (1 / x[::-1] - 1 / x) / eta
    assert stability(x, c, eta) == pytest.approx(variance_bound(x, c, eta), rel=1e-9, abs=1e-13)


@given(st.integers(2, 8), st.integers(0, 2**32 - 1), st.floats(-3, 4))
@settings(max_examples=80, deadline=None)
def test_stability_below_dual_below_quarter_variance(d, seed, power):
    rng = np.random.default_rng(seed)
    x = rng.dirichlet(np.full(d, 0.5), size=4) + 1e-9
    x /= x.sum(axis=-1, keepdims=True)
    c = rng.standard_cauchy((4, d)) * 10.0**power
    value, dual, bound = (f(x, c, 0.3) for f in (stability, dual_value, variance_bound))
    slack = 1e-12 * (1 + bound)
    assert (value >= 0).all()
    assert (value <= dual + slack).all()
    assert (dual <= bound + slack).all()


def test_normalisation_and_shift():
    x, c = [0.5, 0.3, 0.2], np.asarray([-4.0, 1.0, 2.5])
    assert stability(x, c, 2.0) == pytest.approx(stability(x, 2 * c, 1.0), rel=1e-14)
    assert stability(x, c + 7, 2.0) == pytest.approx(stability(x, c, 2.0), rel=1e-12)
    assert stability(x, [3.0, 3.0, 3.0], 1.0) == 0.0


def test_shapes_broadcast_and_dtype_is_kept():
    x = np.random.default_rng(0).dirichlet(np.ones(5), size=(3, 1))
    c = np.random.default_rng(1).normal(size=(1, 4, 5))
    assert stability(x, c, np.asarray([0.1, 1.0, 2.0, 3.0])).shape == (3, 4)
    single = stability(x.astype(np.float32), c.astype(np.float32), 0.5)
    assert single.dtype == np.float32
    assert np.allclose(single, stability(x, c, 0.5), rtol=1e-3)


def test_any_namespace():
    xp = pytest.importorskip("array_api_strict")
    found = stability(xp.asarray([0.3, 0.7]), xp.asarray([1.0, 2.0]), 1.0)
    assert float(found) == pytest.approx(stability([0.3, 0.7], [1.0, 2.0], 1.0), rel=1e-14)
    assert float(xp.sum(ftrl_weights(xp.asarray([0.0, 3.0, -2.0]), 0.5))) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("x", "c", "eta", "message"),
    [
        ([0.5, 0.6], [1.0, 2.0], 1.0, "sum of x must be 1"),
        ([0.0, 1.0], [1.0, 2.0], 1.0, "x must be positive"),
        ([0.5, 0.5], [math.nan, 2.0], 1.0, "c must be finite"),
        ([0.5, 0.5], [1.0, 2.0], 0.0, "eta must be positive"),
        ([0.5, 0.5], [1.0, 2.0, 3.0], 1.0, "agree in their last axis"),
        (1.0, 1.0, 1.0, "last axis"),
    ],
)
def test_bad_input(x, c, eta, message):
    with pytest.raises(ValueError, match=message):
        stability(x, c, eta)


def test_an_infeasible_multiplier_certifies_nothing():
    with pytest.raises(ValueError, match="greater than -1"):
        dual_value([0.5, 0.5], [10.0, -10.0], 1.0, 0.0)


@pytest.mark.parametrize("losses", [[0.0, 1.5], [1e9, 0.0, -3.0], np.zeros(1000), [-1e-9, 1e-9, 0.0]])
def test_weights_meet_the_first_order_condition(losses):
    p = ftrl_weights(losses, 0.7)
    assert p.sum() == pytest.approx(1.0, rel=1e-12)
    multiplier = 1 / p - 0.7 * np.asarray(losses)
    assert np.allclose(multiplier, multiplier[0], rtol=1e-9, atol=1e-6)


class Asked:
    """A namespace that counts how often it is asked for any."""

    def __init__(self):
        self.below, self.times = namespace(np.zeros(1)), 0

    def __getattr__(self, name):
        self.times += name == "any"
        return getattr(self.below, name)


def test_what_has_stopped_growing_stays(monkeypatch):
    stream = np.random.default_rng(2)
    theta = stream.exponential(size=(300, 4)) * 10.0 ** stream.uniform(-9, 9, size=(300, 1))  # stop at different steps
    xp, found = Asked(), []
    for asked in (1, module._ASKED):
        monkeypatch.setattr(module, "_ASKED", asked)
        found.append((module._inverse_weights(xp, theta)[0].tobytes(), xp.times))
    assert found[0][0] == found[1][0]
    once = found[0][1]
    assert 5 < once < 20
    assert found[1][1] - once == -(-once // 2)  # half as often, rounded up


@pytest.mark.parametrize("adversary", ["gauss", "cauchy", "negative", "swap"])
@pytest.mark.parametrize("eta", [1e-2, 0.5, 4.0])
def test_regret_stays_below_the_bound(adversary, eta):
    rng, d, horizon = np.random.default_rng(7), 3, 200
    total, gained, variances, losses = np.zeros(d), 0.0, 0.0, []
    for _ in range(horizon):
        p = ftrl_weights(total, eta)
        c = {
            "gauss": lambda: rng.normal(size=d),
            "cauchy": lambda: rng.standard_cauchy(d),
            "negative": lambda p=p: -np.eye(d)[rng.integers(d)] / p,
            "swap": lambda p=p: (1 / p[::-1] - 1 / p) / eta,
        }[adversary]()
        gained, variances = gained + p @ c, variances + p @ c**2 - (p @ c) ** 2
        total = total + c
        losses.append(c)
    bound = regret_bound(d, horizon, eta)
    for best in range(d):
        spreads = float(np.sum(np.mean(losses, axis=1) - np.asarray(losses)[:, best]))
        assert gained - total[best] <= float(bound.everywhere(float(variances), spreads)) + 1e-8 * abs(gained)


def test_the_penalty_is_attained_at_a_vertex():
    bound, d, e = regret_bound(4, 50, 1.0), 4, 1 / 50
    mixed = (1 - e) * np.eye(d)[0] + e / d
    assert bound.penalty == pytest.approx(-np.sum(np.log(mixed)) - d * math.log(d), rel=1e-12)
    best = bound.tuned_eta(9.0)
    values = [float(regret_bound(4, 50, best * f).everywhere(9.0, 0.0)) for f in (0.9, 1.0, 1.1)]
    assert values[1] == min(values) == pytest.approx(math.sqrt(bound.penalty * 9.0))


@pytest.mark.parametrize(("d", "horizon", "eta"), [(1, 5, 1.0), (2, 0, 1.0), (2, 5, -1.0), (2, 5, math.nan)])
def test_bad_bounds(d, horizon, eta):
    with pytest.raises(ValueError, match="must be"):
        regret_bound(d, horizon, eta)


def test_the_bound_says_what_it_needs():
    bound = regret_bound(3, 100, 0.2).importance_weighted()
    assert sum(bound.terms.values()) == pytest.approx(bound.value)
    assert bound.terms["truncation"] == 2.0
    assert any("[-1, 1]" in line for line in bound.assumptions)


@pytest.mark.parametrize(("x", "c"), [(1e-18, -1.5e18), (1e-25, -0.9e25), (1e-17, -1e18), (1e-12, 4e13)])
def test_tiny_coordinates_against_many_digits(x, c):
    import mpmath

    with mpmath.workdps(80):
        a, loss = mpmath.mpf(x), mpmath.mpf(c)
        v = [loss * (1 - a), -loss * a]  # centred
        masses = [a, 1 - a]
        low = -min(1 / mass + value for mass, value in zip(masses, v, strict=True))
        lam = mpmath.findroot(
            lambda lam: sum(1 / (1 / m + value + lam) for m, value in zip(masses, v, strict=True)) - 1,
            (low + mpmath.mpf("0.99"), low + 2.1), solver="anderson", tol=mpmath.mpf(10) ** -60, maxsteps=500,
        )  # fmt: skip
        u = [m * (value + lam) for m, value in zip(masses, v, strict=True)]
        expected = float(sum(item - mpmath.log(1 + item) for item in u))
    assert stability([x, 1.0 - x], [c, 0.0], 1.0) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stability([0.5, 0.5], [1e308, -1e308], 1.0), "must be finite"),
        (lambda: stability([0.5, 0.5], [1e200, 0.0], 1e200), "must be finite"),
        (lambda: regret_bound(2, 5, 0.1).interior(-1.0, 1.0), "potential must be nonnegative"),
        (lambda: regret_bound(2, 5, 0.1).everywhere(math.nan, 1.0), "variances must be nonnegative"),
        (lambda: regret_bound(2, 5, 0.1).everywhere(1.0, math.inf), "spreads must be finite"),
        (lambda: regret_bound(2, 1, 0.1).tuned_eta(1.0), "no best step"),
    ],
)
def test_what_overflows_or_makes_no_sense_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
