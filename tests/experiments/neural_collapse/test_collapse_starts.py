"""The closed forms are the best of random starts, to 1e-9."""

import numpy as np
import pytest

from experiments.neural_collapse.energy import Architecture, Energy, Setting
from experiments.neural_collapse.starts import best_of_starts, random_starts
from theory.collapse.deep_linear.cross_entropy import balanced_minimum, best_scale, cross_polytope_code, simplex_code
from theory.collapse.deep_linear.minimum import global_minimum

PROFILES = [(3, 3, 3), (4, 2, 1), (9, 3, 1)]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("depth", "decay"), [(1, 0.06), (2, 0.015), (3, 0.008)])
def test_squared_loss_reaches_the_closed_form(depth, decay, bias):
    decays = tuple(decay * (1 + 0.2 * layer) for layer in range(depth))
    settings = [Setting(sizes, decays, decay / 2) for sizes in PROFILES]
    found = best_of_starts(Architecture(3, depth, 3, bias=bias), settings, starts=24, seed=1, spread=1.5)
    for sizes, best in zip(PROFILES, found, strict=True):
        exact = global_minimum(sizes, depth, decays, decay / 2, bias=bias)
        assert best.value == pytest.approx(exact.objective, abs=1e-9)
        assert np.min(best.values) > exact.objective - 1e-12
        assert best.classifier @ best.classifier.T == pytest.approx(exact.classifier_gram, abs=1e-5)
        means = [part.mean(axis=1) for part in np.split(best.features, np.cumsum(sizes)[:-1], axis=1)]
        assert np.stack(means) @ np.stack(means).T == pytest.approx(exact.mean_gram, abs=1e-5)
        assert best.features == pytest.approx(np.repeat(means, sizes, axis=0).T, abs=1e-5)
        assert bias == bool(np.any(best.bias))


@pytest.mark.parametrize("depth", [1, 2])
def test_narrow_features_keep_the_largest_classes(depth):
    setting = Setting((5, 3, 2, 1), (0.01,) * depth, 0.01)
    (best,) = best_of_starts(Architecture(4, depth, 2), [setting], starts=12, seed=1)
    exact = global_minimum(setting.sizes, depth, 0.01, 0.01, width=2)
    assert best.value == pytest.approx(exact.objective, abs=1e-9)
    assert np.sum(best.classifier**2, axis=1)[2:] == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("bias", [False, True])
def test_cross_entropy_of_one_layer_reaches_the_simplex(bias):
    settings = [Setting((2,) * 4, (decay,), 0.05) for decay in (0.01, 0.1, 0.9)]
    found = best_of_starts(Architecture(4, 1, 4, "cross-entropy", bias), settings, starts=3, seed=1)
    for setting, best in zip(settings, found, strict=True):
        exact = balanced_minimum(4, 2, *setting.weight_decays, 0.05)
        assert best.values == pytest.approx(exact.objective, abs=1e-9)  # every start: convex in the logits
        assert np.sum(best.classifier**2, axis=1) == pytest.approx(exact.classifier_norm**2, abs=1e-5)


def test_cross_entropy_in_depth_goes_below_the_simplex():
    (best,) = best_of_starts(
        Architecture(4, 3, 4, "cross-entropy"), [Setting((1,) * 4, (0.003,) * 3, 0.003)], starts=12, seed=1, spread=1.5
    )
    simplex, polytope = (
        best_scale(code, 1, 3, 0.003, 0.003).objective for code in (simplex_code(4), cross_polytope_code(4))
    )
    assert best.value < simplex - 1e-3
    assert best.value == pytest.approx(polytope, abs=1e-9)


def test_starts_are_the_same_in_every_block_and_replicate_by_replicate():
    architecture = Architecture(3, 2, 4, bias=True)
    settings = [Setting((2, 2, 1), (0.1, 0.1), 0.1)] * 3 + [Setting((4, 1, 2), (0.1, 0.1), 0.1)] * 3
    energy = Energy.of(architecture, settings)
    x = random_starts(energy, 3, seed=5, spread=2.0)
    first, second, features, bias = energy.split(x)
    assert np.array_equal(first[:3], first[3:])
    assert np.all(features[:3, :, 5:] == 0)
    assert np.all(features[3:] != 0)
    assert np.all(bias == 0)
    fewer = Energy.of(architecture, settings[:1] + settings[3:4])
    assert np.array_equal(random_starts(fewer, 1, seed=5, spread=2.0), x[::3])
    many = Energy.of(Architecture(3, 1, 4), [Setting((2, 2, 1), (0.1,), 0.1)] * 400)
    parts = many.split(random_starts(many, 400, seed=1, spread=2.0))
    assert [np.std(part) for part in parts] == pytest.approx([1.0, 2.0], rel=0.05)
    assert second.shape == (6, 3, 4)


def test_no_starts_are_refused():
    settings = [Setting((1, 1), (0.1,), 0.1)]
    with pytest.raises(ValueError, match="starts must be at least 1, got 0"):
        best_of_starts(Architecture(2, 1, 2), settings, starts=0, seed=1)
    with pytest.raises(ValueError, match="divide the 3 rows, got 2"):
        random_starts(Energy.of(Architecture(2, 1, 2), settings * 3), 2, seed=1)
