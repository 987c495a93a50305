import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.contextual_bandits import descent as module
from experiments.contextual_bandits.descent import descent, perturbed_descent, round_hessian
from experiments.contextual_bandits.features import linear, tangent
from experiments.streams import Stream

NONE = np.zeros(1, dtype=int)


def path(oracle, seed, rounds, dimension, actions=1):
    stream = Stream.named(seed, "descent")
    x = np.asarray(stream.normal(rounds, dimension))
    y = np.asarray(stream.uniform(rounds, 1, offset=dimension))[:, 0]
    taken = np.asarray(stream.integers(actions, rounds, 1, offset=9))
    states = [oracle.init(actions, 1)]
    for row, loss, action in zip(x, y, taken, strict=True):
        states.append(oracle.update(states[-1], row[None], action, np.asarray([loss])))
    return states


def copies_of(size, copies, seed=0):
    return module._signs(copies, size, seed)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20), st.sampled_from([0.3, 2.0]), st.booleans())
def test_descent_keeps_its_inequality_against_every_point(seed, rounds, radius, per_action):
    oracle = descent(linear(3), radius=radius, per_action=per_action)
    states = path(oracle, seed, rounds, 3, actions=2)
    last = states[-1]
    gradients = [new.gradients - old.gradients for old, new in itertools.pairwise(states)]
    assert all(np.linalg.norm(state.theta) <= radius * (1 + 1e-12) for state in states)
    worst = -radius * last.gradients / max(np.linalg.norm(last.gradients), 1e-300)
    left = sum(np.sum(g * (state.theta - worst)) for g, state in zip(gradients, states, strict=False))
    assert oracle.slack(last)[0] == pytest.approx(oracle.price(last)[0] - left, abs=1e-9)
    assert oracle.slack(last)[0] >= -1e-12


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 20), st.sampled_from([None, 1, 3]), st.sampled_from([0.05, 1.0]))
def test_perturbed_descent_keeps_its_inequality_against_every_point(seed, rounds, copies, modulus):
    oracle = perturbed_descent(linear(3), modulus=modulus, radius=0.7, copies=copies)
    states = path(oracle, seed, rounds, 3)
    slack = oracle.slack(states[-1])[0]
    assert slack >= -1e-9
    rivals = [np.zeros(3), *np.asarray(Stream(seed).normal(5, 3))]
    for rival in rivals:
        u = rival * min(1.0, 0.7 / max(np.linalg.norm(rival), 1e-300))
        left = price = 0.0
        for t, (old, new) in enumerate(itertools.pairwise(states), 1):
            g, theta = (new.gradients - old.gradients)[0, 0], old.theta[0, 0]
            left += g @ (theta - u) - modulus / 2 * np.sum((theta - u) ** 2)
            price += g @ g / (2 * modulus * t)
        assert slack <= price - left + 1e-9


def gradient_of(copies, average, theta, x, y):
    oracle = perturbed_descent(linear(3), modulus=0.25, radius=9.0, copies=copies, average=average)
    state = oracle.init(1, 1)._replace(theta=theta[None, None])
    return oracle.update(state, x[None], NONE, np.asarray([y])).gradients[0, 0]


@pytest.mark.parametrize("average", ["losses", "predictions"])
def test_gradients_are_those_of_the_mean_loss_of_the_copies(average):
    x, y, theta, signs = np.asarray([0.3, -0.5, 0.8]), 0.9, np.asarray([0.4, 0.2, -0.1]), copies_of(3, 4)

    def loss(point):
        outputs = 0.5 + x @ point + 0.5 * signs @ point
        used = outputs if average == "losses" else outputs.mean(keepdims=True)
        return np.mean((used - y) ** 2) / 2

    slopes = [(loss(theta + h) - loss(theta - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    assert np.allclose(gradient_of(4, average, theta, x, y), slopes, atol=1e-8)


def test_the_expectation_is_the_mean_over_all_signs_and_a_ridge(monkeypatch):
    every = np.asarray(list(itertools.product((-1.0, 1.0), repeat=3)))
    x, y, theta = np.asarray([0.3, -0.5, 0.8]), 0.9, np.asarray([0.4, 0.2, -0.1])
    expected = gradient_of(None, "losses", theta, x, y)
    monkeypatch.setattr(module, "_signs", lambda copies, size, seed, backend: every)
    assert np.allclose(gradient_of(8, "losses", theta, x, y), expected)
    assert np.allclose(expected, (0.5 + x @ theta - y) * x + 0.25 * theta)
    assert np.allclose(gradient_of(8, "predictions", theta, x, y), (0.5 + x @ theta - y) * x)  # no ridge left


@pytest.mark.parametrize("copies", [1, 4, 11, 200])
def test_a_round_is_flat_where_copies_are_fewer_than_parameters(copies):
    features = tangent(4, 3)
    gradient = features.map(np.asarray([1.0, 0.0, 0.0, 0.0]))
    found = round_hessian(gradient, copies_of(features.size, copies), 0.5)
    least = np.linalg.eigvalsh(found)[0]
    assert np.linalg.matrix_rank(found) == min(copies, features.size)
    assert abs(least) < 1e-12 if copies < features.size else 0.1 < least < 0.5


def test_in_expectation_the_least_curvature_is_the_modulus():
    every = np.asarray(list(itertools.product((-1.0, 1.0), repeat=4)))
    assert np.linalg.eigvalsh(round_hessian(np.asarray([1.0, 2.0, 0.0, 0.0]), every, 0.3))[0] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"modulus": 0.0}, "modulus must be positive"),
        ({"radius": float("inf")}, "radius must be positive"),
        ({"copies": 0}, "copies must be an int from 1"),
        ({"copies": 2.0}, "copies must be an int"),
        ({"average": "signs"}, "average must be one of losses, predictions"),
    ],
)
def test_wrong_perturbations_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        perturbed_descent(linear(2), **({"modulus": 1.0} | arguments))


def test_wrong_radius_is_refused():
    with pytest.raises(ValueError, match="radius must be positive"):
        descent(linear(2), radius=-1.0)


def test_an_oracle_that_needs_too_much_is_refused():
    with pytest.raises(ValueError, match=r"descent on 1000000 features needs about 11\.9 GiB; allowed: 8\.0 GiB"):
        descent(linear(10**6)).init(2, 200)
    with pytest.raises(ValueError, match="perturbed descent on 100000 features needs about"):
        perturbed_descent(linear(10**5), modulus=1.0, copies=10**4)


def test_the_path_of_descent_is_that_of_its_steps():
    states = path(descent(linear(3), radius=0.6), 7, 12, 3)
    theta, squares = np.zeros(3), 0.0
    for old, new in itertools.pairwise(states):
        g = (new.gradients - old.gradients)[0, 0]
        squares += g @ g
        theta = theta - np.sqrt(2) * 0.6 / np.sqrt(squares) * g
        theta *= min(1.0, 0.6 / np.linalg.norm(theta))
        assert np.allclose(new.theta[0, 0], theta)
    assert np.linalg.norm(theta) < 0.6 * (1 - 1e-9)  # inside, so that the size of the steps is seen


@pytest.mark.parametrize("copies", [None, 3])
def test_the_path_of_perturbed_descent_is_that_of_its_steps(copies):
    states = path(perturbed_descent(linear(3), modulus=0.8, radius=4.0, copies=copies), 7, 12, 3)
    for t, (old, new) in enumerate(itertools.pairwise(states), 1):
        g = (new.gradients - old.gradients)[0, 0]
        assert np.allclose(new.theta[0, 0], old.theta[0, 0] - g / (0.8 * t))
        assert np.linalg.norm(new.theta[0, 0]) < 4.0


def test_predictions_are_the_mean_of_the_copies_and_clipped():
    theta, x = np.asarray([0.4, 0.2, -0.1]), np.asarray([[0.3, -0.5, 0.8], [9.0, 0.0, 0.0], [-9.0, 0.0, 0.0]])
    for average in ("losses", "predictions"):
        oracle = perturbed_descent(linear(3), modulus=0.04, radius=9.0, copies=3, average=average)
        signs = copies_of(3, 3)
        found = oracle.predict(oracle.init(3, 1)._replace(theta=theta[None, None]), x[None])
        outputs = 0.5 + x @ theta + 0.2 * (signs @ theta)[:, None]  # (S, K)
        assert np.allclose(found, np.clip(outputs.mean(axis=0), 0.0, 1.0))
        assert abs((signs @ theta).mean()) > 0.1  # else the signs would not be seen
    for oracle in (descent(linear(3), radius=9.0), perturbed_descent(linear(3), modulus=0.04, radius=9.0)):
        found = oracle.predict(oracle.init(3, 1)._replace(theta=theta[None, None]), x[None])
        assert np.allclose(found, [np.clip(0.5 + x @ theta, 0.0, 1.0)])
