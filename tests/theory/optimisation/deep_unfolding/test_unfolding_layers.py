import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.optimisation.deep_unfolding.layers import (
    ALGORITHMS,
    fixed_point_residual,
    hard,
    layers,
    lipschitz,
    local_radius,
    objective,
    rate_bound,
    soft,
    threshold,
)


def problem(seed, m=4, n=6):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, n)), rng.normal(size=(m, 3))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(z=st.floats(-3, 3), y=st.floats(-3, 3), lam=st.floats(0.01, 2), step=st.floats(0.01, 2))
def test_a_threshold_is_the_proximal_map(algorithm, z, y, lam, step):
    shrink = soft if algorithm == "ista" else hard

    def cost(x):
        return (x - z) ** 2 / (2 * step) + lam * (abs(x) if algorithm == "ista" else x != 0)

    found = float(shrink(np.array([z]), threshold(algorithm, lam, step))[0])
    assert cost(found) <= cost(y) + 1e-9 * (1 + cost(y))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(st.integers(0, 2**32 - 1))
def test_plain_layers_descend_and_longer_steps_need_not(algorithm, seed):
    A, y = problem(seed)
    values = np.array(
        [objective(algorithm, A, y, x, 0.3) for x in layers(algorithm, A, y, [0.99 / lipschitz(A)] * 9, 0.3)]
    )
    assert np.all(np.diff(values, axis=0) <= 1e-12)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_layers_and_objectives_of_arrays_of_another_namespace_and_of_lists(algorithm):
    strict = pytest.importorskip("array_api_strict")
    lam = 0.3 if algorithm == "ista" else 0.03
    (A, y), away = problem(5), strict.Device("device1")
    steps, u = [0.3 / lipschitz(A), 0.6 / lipschitz(A)], np.linalg.pinv(A) @ y
    there = [strict.asarray(part, device=away) for part in (A, y, u)]
    right, found = layers(algorithm, A, y, steps, lam), layers(algorithm, *there[:2], steps, lam)
    assert 0 < np.count_nonzero(right[-1]) < right[-1].size
    for own, known in zip(found, right, strict=True):
        assert own.device == away
        assert np.asarray(own.to_device(strict.Device("CPU_DEVICE"))).tolist() == known.tolist()
    values = objective(algorithm, *there, lam)
    assert values.device == away
    assert (
        np.asarray(values.to_device(strict.Device("CPU_DEVICE"))).tolist()
        == objective(algorithm, A, y, u, lam).tolist()
    )
    assert lipschitz(there[0]) == lipschitz(A) == lipschitz(A.tolist())
    residuals = [fixed_point_residual(algorithm, *given, steps[0], lam) for given in ((A, y, u), there)]
    assert residuals[0] == residuals[1] > 0
    whole = layers(algorithm, [[2, 1]], np.array([[3]]), [0.125], 0.5)
    assert [part.dtype for part in whole] == [np.float64] * 2
    assert whole[1].tolist() == ([[0.6875], [0.3125]] if algorithm == "ista" else [[0.75], [0.375]])


def test_a_size_of_the_level_is_shrunk_to_zero():
    v = np.array([1.0, -1.0, 1.5])
    assert hard(v, 1.0).tolist() == [0, 0, 1.5]
    assert soft(v, 1.0).tolist() == [0, 0, 0.5]


def test_steps_beyond_two_over_l_rise():
    A, y = problem(3)
    outputs = layers("ista", A, y, [5 / lipschitz(A)] * 3, 0.01)
    values = np.array([objective("ista", A, y, x, 0.01) for x in outputs])
    assert np.any(np.diff(values, axis=0) > 0)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_rates_hold_against_any_point(seed, k):
    A, y = problem(seed)
    L, u = lipschitz(A), np.random.default_rng(seed + 1).normal(size=(6, 3))
    outputs = layers("ista", A, y, [1 / L] * k, 0.3)
    lead = objective("ista", A, y, u, 0.3)
    for column in range(3):
        distance = float(np.sum(u[:, column] ** 2))
        last = float(objective("ista", A, y, outputs[-1], 0.3)[column] - lead[column])
        first = float(objective("ista", A, y, outputs[1], 0.3)[column] - lead[column])
        assert last <= rate_bound(L, distance, k) + 1e-9
        assert first <= rate_bound(L, distance, 1, sharp=True) + 1e-9


@pytest.mark.parametrize("k", [1, 2, 7])
def test_a_quarter_over_k_is_attained(k):
    """Without a smooth part, from x_0 = r to u = 0: k soft thresholds by c/L, c = L r/(2k)."""
    L, r = 2.0, 3.0
    x, c = r, L * r / (2 * k)
    for _ in range(k):
        x = float(soft(np.array([x]), c / L)[0])
    assert c * x == pytest.approx(L * r**2 / (4 * k))
    assert c * x <= rate_bound(L, r**2, k)
    if k == 1:
        assert c * x == pytest.approx(rate_bound(L, r**2, 1, sharp=True))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_limits_of_iht_are_local_minima_within_the_radius(seed):
    A, y = problem(seed)
    step, lam = 0.9 / lipschitz(A), 0.3
    x = layers("iht", A, y, [step] * 3000, lam)[-1][:, :1]
    if fixed_point_residual("iht", A, y[:, :1], x, step, lam) > 1e-12:
        return
    rng = np.random.default_rng(seed)
    at = float(objective("iht", A, y[:, :1], x, lam)[0])
    for _ in range(50):
        near = x + local_radius(step, lam) * rng.uniform(-1, 1, x.shape) * (rng.random(x.shape) < 0.5)
        assert float(objective("iht", A, y[:, :1], near, lam)[0]) >= at - 1e-9


def test_bad_input_is_refused():
    A, y = problem(0)
    with pytest.raises(ValueError, match="algorithm must be one of"):
        layers("fista", A, y, [0.1], 0.1)
    with pytest.raises(ValueError, match="steps must be positive"):
        layers("ista", A, y, [0.1, 0.0], 0.1)
    with pytest.raises(ValueError, match="lam must be"):
        layers("ista", A, y, [0.1], -0.1)
    with pytest.raises(ValueError, match="A must have shape"):
        layers("ista", A, y[:2], [0.1], 0.1)
    with pytest.raises(ValueError, match="arrays of finite numbers"):
        layers("ista", A * np.nan, y, [0.1], 0.1)
    with pytest.raises(ValueError, match="arrays of finite numbers"):
        layers("ista", A, y * np.inf, [0.1], 0.1)
    for bad in (A.T @ y[:, :1], y, np.zeros(6)):
        with pytest.raises(ValueError, match=r"x must have shape \(6, 3\), got"):
            objective("ista", A, y, bad, 0.1)
        with pytest.raises(ValueError, match=r"x must have shape \(6, 3\), got"):
            fixed_point_residual("iht", A, y, bad, 0.1, 0.1)
    with pytest.raises(ValueError, match="A must be a matrix"):
        lipschitz(np.zeros((0, 3)))
    with pytest.raises(ValueError, match="A must have shape"):
        objective("ista", A, y[:, 0], A.T @ y, 0.1)
    with pytest.raises(ValueError, match="lam must be"):
        threshold("iht", -1.0, 1.0)
    with pytest.raises(ValueError, match="steps must be positive"):
        local_radius(-1.0, 1.0)
    with pytest.raises(ValueError, match="A must be a matrix"):
        lipschitz(A * np.nan)
    with pytest.raises(ValueError, match="must be nonnegative"):
        rate_bound(-1.0, 1.0, 1)
    with pytest.raises(ValueError, match="whole number"):
        rate_bound(1.0, 1.0, 1.5)
    with pytest.raises(ValueError, match="k must be a whole number and at least 1"):
        rate_bound(1.0, 1.0, 0)
    with pytest.raises(ValueError, match="sharp constant is for k = 1"):
        rate_bound(1.0, 1.0, 2, sharp=True)
