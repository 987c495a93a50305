import math

import numpy as np
import pytest

from experiments.gaussian_mixture.ood_unlabeled.trained import LABELLED_ONLY, LEARNERS, Task, best_of_coins, outcome
from experiments.gaussian_mixture.ood_unlabeled.worlds import World
from theory.mixtures.pca import pca_alignment
from theory.mixtures.plug_in import plug_in_error

WORLD = World(12, 1.0)


@pytest.mark.parametrize("name", sorted(LEARNERS))
def test_errors_are_those_of_the_alignment_found(name):
    sample = WORLD.sample(1, range(8), 10, 30)
    found = outcome(name, sample, Task(WORLD, 1, candidates=2))
    assert found.errors.shape == found.alignments.shape == (8,)
    assert np.all((found.alignments >= 0) & (found.alignments <= 1))
    tails = np.asarray([0.5 * math.erfc(math.sqrt(a / 2)) for a in found.alignments])
    assert np.allclose(np.minimum(found.errors, 1 - found.errors), tails, rtol=1e-12)


def test_plug_in_has_its_exact_error_and_a_coin_one_half():
    sample = WORLD.sample(2, range(4000), 6)
    for name, expected in (("plug_in", float(plug_in_error(12, 6, 1.0))), ("coin", 0.5)):
        errors = outcome(name, sample, Task(WORLD, 2)).errors
        assert abs(errors.mean() - expected) < 4.5 * errors.std() / math.sqrt(len(errors))


def test_leading_direction_is_near_its_limit():
    world = World(40, 1.0)
    found = outcome("pca", world.sample(3, range(60), 20, 400), Task(world, 3))
    assert abs(found.alignments.mean() - pca_alignment(0.1, 1.0)) < 0.03


def test_a_shifted_mean_leaves_its_error_floor():
    """Many points lead to mu + v/2, about cos = 1/sqrt(1.25) away from mu in many dimensions."""
    world = World(60, 1.0, 0.5)
    found = outcome("self_training", world.sample(4, range(20), 40, 6000), Task(world, 4))
    assert abs(found.alignments.mean() - 0.8) < 0.05


def test_rows_do_not_depend_on_each_other():
    for name in ("coin", "rss_selected", "pca"):
        task = Task(WORLD, 1, candidates=2)
        whole = outcome(name, WORLD.sample(1, range(6), 5, 20), task).errors
        part = outcome(name, WORLD.sample(1, range(4, 6), 5, 20), task).errors
        assert np.allclose(whole[4:6], part, atol=1e-9)


def test_best_of_coins_improves_with_their_number():
    errors = [best_of_coins(Task(World(200, 1.0), 1, count), range(50)).errors.mean() for count in (1, 30, 1000)]
    assert errors[0] > errors[1] > errors[2] > 0.38


def test_unknown_learners_and_missing_points_are_refused():
    sample = WORLD.sample(1, range(2), 5)
    with pytest.raises(ValueError, match="a learner is one of"):
        outcome("oracle", sample, Task(WORLD, 1))
    for name in sorted(set(LEARNERS) - set(LABELLED_ONLY)):
        with pytest.raises(ValueError, match="needs unlabelled points"):
            outcome(name, sample, Task(WORLD, 1))
