import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.contextual_bandits.features import linear, tangent
from experiments.contextual_bandits.oracles import ridge
from experiments.streams import Stream


def rows_of(seed, rounds, dimension, actions=1):
    stream = Stream.named(seed, "ridge")
    x = np.asarray(stream.normal(rounds, dimension)) / np.sqrt(dimension)
    y = np.asarray(stream.uniform(rounds, 1, offset=dimension))[:, 0]
    return x, y, np.asarray(stream.integers(actions, rounds, 1, offset=9))[:, 0]


def after(oracle, x, y, actions, count=1):
    state = oracle.init(count, 1)
    for row, loss, action in zip(x, y, actions, strict=True):
        state = oracle.update(state, row[None], np.asarray([action]), np.asarray([loss]))
    return state


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4), st.sampled_from([0.1, 1.0, 3.0]))
def test_it_is_the_forecaster_by_its_definition_and_its_identity_holds(seed, rounds, dimension, lam):
    x, y, _ = rows_of(seed, rounds, dimension)
    oracle = ridge(linear(dimension), lam=lam)
    state, loss, unclipped, extra, price = oracle.init(1, 1), 0.0, 0.0, 0.0, 0.0
    matrix, moment = lam * np.eye(dimension), np.zeros(dimension)
    for row, target in zip(x, y, strict=True):
        q = row @ np.linalg.solve(matrix, row)
        matrix = matrix + np.outer(row, row)
        v = row @ np.linalg.solve(matrix, moment)
        predicted = oracle.predict(state, row[None, None])[0, 0]
        assert predicted == pytest.approx(min(max(0.5 + v, 0.0), 1.0), abs=1e-10)
        moment = moment + (target - 0.5) * row
        loss, unclipped = loss + (target - predicted) ** 2, unclipped + (target - 0.5 - v) ** 2
        extra, price = extra + v * v * q, price + (target - 0.5) ** 2 * q / (1 + q)
        state = oracle.update(state, row[None], np.asarray([0]), np.asarray([target]))
    theta = np.linalg.solve(matrix, moment)
    best = np.sum((y - 0.5 - x @ theta) ** 2) + lam * theta @ theta
    assert unclipped - best == pytest.approx(price - extra, abs=1e-9)
    assert oracle.slack(state)[0] == pytest.approx(best + price - loss, abs=1e-9)
    assert oracle.slack(state)[0] >= -1e-10
    assert oracle.price(state)[0] == pytest.approx(price)
    assert price <= np.linalg.slogdet(matrix / lam)[1] / 4 + 1e-12


def test_estimates_and_widths_are_those_of_ridge_regression():
    x, y, _ = rows_of(2, 30, 3)
    state = after(oracle := ridge(linear(3), lam=0.5), x, y, np.zeros(30, dtype=int))
    inverse = np.linalg.inv(0.5 * np.eye(3) + x.T @ x)
    estimate, width = oracle.spread(state, x[None, :2])
    assert np.allclose(estimate[0], 0.5 + x[:2] @ inverse @ x.T @ (y - 0.5))
    assert np.allclose(width[0] ** 2, np.einsum("kd,de,ke->k", x[:2], inverse, x[:2]))


def test_parameters_of_each_action_are_ridge_regression_on_blocks():
    x, y, actions = rows_of(4, 40, 3, actions=2)
    blocks = np.zeros((40, 6))
    for row, action, block in zip(x, actions, blocks, strict=True):
        block[3 * action : 3 * action + 3] = row
    apart, joint = ridge(linear(3), per_action=True), ridge(linear(6))
    states = after(apart, x, y, actions, 2), after(joint, blocks, y, actions)
    shared = apart.predict(states[0], x[None, :1])
    both = np.zeros((1, 2, 6))
    both[0, 0, :3] = both[0, 1, 3:] = x[0]
    assert np.allclose(shared, joint.predict(states[1], both))
    assert np.allclose(apart.slack(states[0]), joint.slack(states[1]))


def test_an_update_leaves_the_old_state_as_it_was():
    oracle = ridge(linear(2))
    x, y, actions = rows_of(1, 3, 2)
    state = after(oracle, x[:2], y[:2], actions[:2])
    kept = [item.copy() for item in state]
    oracle.update(state, x[2:], actions[2:], y[2:])
    assert all(np.array_equal(a, b) for a, b in zip(state, kept, strict=True))


def test_wrong_ridges_are_refused():
    for lam in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="lam must be positive"):
            ridge(linear(2), lam=lam)
    with pytest.raises(ValueError, match=r"65536 features needs about 160\.0 GiB; allowed: 8\.0 GiB"):
        ridge(tangent(64, 1024)).init(5, 1)


def test_predictions_are_clipped_and_the_loss_is_that_of_clipped_ones():
    x, y = np.full((30, 1), 0.3), np.ones(30)
    oracle = ridge(linear(1), lam=0.01)
    state = after(oracle, x, y, np.zeros(30, dtype=int))
    far = oracle.predict(state, np.asarray([[[1.0], [-1.0]]]))
    assert far.tolist() == [[1.0, 0.0]]
    matrix = 0.01 + 30 * 0.09
    assert (30 * 0.3 * 0.5) / (matrix + 1.0) > 0.5  # what is clipped
    new = oracle.update(state, np.ones((1, 1)), np.zeros(1, dtype=int), np.ones(1))
    assert new.loss[0] == state.loss[0]


def test_an_inverse_that_would_lose_its_digits_is_refused():
    x, y, actions = rows_of(3, 200, 4)
    least = ridge(linear(4), lam=1e-7)
    state = after(least, x, y, actions)
    exact = np.linalg.solve(1e-7 * np.eye(4) + x.T @ x, x.T @ (y - 0.5))
    assert np.allclose(state.theta[0, 0], exact, rtol=0, atol=1e-6)
    for lam, size in ((1e-10, 1.0), (1.0, 1e6)):
        with pytest.raises(ValueError, match="are too large for lam"):
            after(ridge(linear(4), lam=lam), size * x, y, actions)
    with pytest.raises(ValueError, match="1/lam must be positive and finite"):
        ridge(linear(2), lam=1e-310)
