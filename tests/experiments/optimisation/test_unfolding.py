from dataclasses import replace

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.optimisation.unfolding import (
    TRAININGS,
    Network,
    loss_and_gradient,
    recovery,
    train,
    untrained,
)
from theory.optimisation.deep_unfolding.layers import ALGORITHMS

LAM = 0.05


def small(part="train", count=40, home=None):
    return recovery(20, 10, count, 0.1, seed=1, part=part, backend=home)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("training", TRAININGS)
def test_losses_and_gradients_are_the_same_on_another_back_end(algorithm, training):
    here, there = small(), small(home=backend("strict:device1"))
    network = Network(algorithm, (0.2, 0.5, 0.3), 0.07)
    (loss, gradient), (other, slopes) = (loss_and_gradient(network, own, training, LAM) for own in (here, there))
    assert other == pytest.approx(loss, rel=1e-13)
    assert slopes == pytest.approx(gradient, rel=1e-11, abs=1e-13)
    assert gradient.shape == (4,)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("training", TRAININGS)
def test_gradients_are_those_of_differences(algorithm, training):
    """Steps of 1e-7 move no entry across a threshold here; IHT's count and thresholds have derivative 0 then."""
    problem = small(count=5)
    start = untrained(algorithm, problem, 4, LAM)
    point = np.log([*start.steps, start.weight]) + np.array([0.3, -0.2, 0.5, 0.1, 0.2])

    def loss(at):
        values = [float(value) for value in np.exp(at)]
        return loss_and_gradient(Network(algorithm, tuple(values[:-1]), values[-1]), problem, training, LAM)

    gradient = loss(point)[1]
    for number, unit in enumerate(1e-7 * np.eye(5)):
        rise = (loss(point + unit)[0] - loss(point - unit)[0]) / 2e-7
        assert rise == pytest.approx(gradient[number], rel=1e-5, abs=1e-7)
    assert np.max(np.abs(gradient)) > 1e-3


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("training", TRAININGS)
def test_training_lowers_its_own_loss(algorithm, training):
    problem = small()
    start = untrained(algorithm, problem, 4, LAM)
    found = train(start, problem, training, LAM, iterations=20)
    before, after = (loss_and_gradient(network, problem, training, LAM)[0] for network in (start, found))
    assert after < 0.95 * before
    assert len(found.steps) == 4
    assert found == train(start, problem, training, LAM, iterations=20)


def test_each_training_is_better_at_its_own_loss():
    problem = small(count=100)
    start = untrained("ista", problem, 6, LAM)
    networks = {training: train(start, problem, training, LAM) for training in TRAININGS}
    for own, other in (TRAININGS, TRAININGS[::-1]):
        assert (
            loss_and_gradient(networks[own], problem, own, LAM)[0]
            < loss_and_gradient(networks[other], problem, own, LAM)[0]
        )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_training_never_ends_above_its_start(algorithm):
    """From a network that is trained already: its last steps fit its first ones, and new first ones spoil them."""
    problem = small()
    trained = train(untrained(algorithm, problem, 4, LAM), problem, "unsupervised", LAM, iterations=20)
    again = train(trained, problem, "unsupervised", LAM, iterations=1)
    before, after = (loss_and_gradient(one, problem, "unsupervised", LAM)[0] for one in (trained, again))
    assert after <= before


def test_parts_share_the_matrix_and_not_the_signals():
    train_set, test_set = small(), small("test")
    assert np.array_equal(train_set.A, test_set.A)
    assert not set(train_set.x[train_set.x != 0]) & set(test_set.x[test_set.x != 0])
    assert not np.array_equal(train_set.x != 0, test_set.x != 0)
    assert np.array_equal(train_set.y, train_set.A @ train_set.x)
    assert 0.02 < np.mean(train_set.x != 0) < 0.2


def test_wrong_arguments_are_refused():
    problem = small(count=2)
    for name, sizes in (("n", (0, 1, 1)), ("m", (1, 0.5, 1)), ("count", (1, 1, True))):
        with pytest.raises(ValueError, match=f"^{name} must be a whole number >= 1"):
            recovery(*sizes, 0.5, seed=1, part="train")
    with pytest.raises(ValueError, match="share must be"):
        recovery(1, 1, 1, 0.0, seed=1, part="train")
    with pytest.raises(ValueError, match="algorithm must be"):
        untrained("fista", problem, 1, LAM)
    with pytest.raises(ValueError, match="depth must be"):
        untrained("ista", problem, 0, LAM)
    with pytest.raises(ValueError, match="training must be"):
        loss_and_gradient(untrained("ista", problem, 1, LAM), problem, "semi", LAM)
    with pytest.raises(ValueError, match="A must not be 0"):
        untrained("ista", replace(problem, A=np.zeros((2, 3))), 1, LAM)
    with pytest.raises(ValueError, match="weight to start from"):
        train(untrained("ista", problem, 1, 0.0), problem, "supervised", LAM)
    with pytest.raises(ValueError, match="iterations must be"):
        train(untrained("ista", problem, 1, LAM), problem, "supervised", LAM, iterations=0)
