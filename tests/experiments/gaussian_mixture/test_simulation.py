import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import norm

import experiments.gaussian_mixture as package
from experiments.arrays import backend
from experiments.gaussian_mixture import GaussianMixture, NotClosed, plug_in_error, shifted, simulate
from experiments.gaussian_mixture.curves import LearningCurves
from experiments.gaussian_mixture.learners import LEARNERS, Learner
from experiments.gaussian_mixture.rules import Rule

PAIR = GaussianMixture.symmetric_pair(1.0, 4)
THREE = GaussianMixture(np.eye(3, 4) * 2, np.ones((3, 4)) + np.eye(3, 4))
K_CLASS = ["naive_bayes", "per_class_naive_bayes", "nearest_mean", "logistic", "coin"]


def test_errors_fall_with_data_towards_the_bayes_error_and_the_coin_does_not():
    curves = simulate(PAIR, list(LEARNERS), [4, 40, 400], replicates=150, unlabelled=100, test_size=4000)
    assert curves.errors.shape == (len(LEARNERS), 3, 150)
    assert curves.bayes == pytest.approx(norm.sf(1.0))
    learned = [
        i
        for i, name in enumerate(curves.learners)
        if name not in ("coin", "pca", "self_training", "robust_self_training")
    ]
    assert np.all(np.diff(curves.mean[learned], axis=1) < 0)
    assert np.all(curves.errors[curves.exact] >= curves.bayes - 1e-12)
    coin = curves.learners.index("coin")
    assert np.all(np.abs(curves.mean[coin] - 0.5) < 4 * curves.standard_error[coin])
    assert dict(zip(curves.learners, curves.exact.tolist(), strict=True)) == {
        name: name != "per_class_naive_bayes" for name in LEARNERS
    }


def test_numbers_do_not_depend_on_chunks_replicates_or_company():
    common = {"unlabelled": 10, "test_size": 300, "seed": 5}
    whole = simulate(PAIR, list(LEARNERS), [3, 12], replicates=20, **common)
    pieces = simulate(PAIR, list(LEARNERS), [3, 12], replicates=20, memory=2000, **common)
    fewer = simulate(PAIR, ["coin", "logistic"], [3], replicates=7, **common)
    assert np.array_equal(whole.errors, pieces.errors)
    assert np.array_equal(
        whole.errors, simulate(PAIR, list(LEARNERS), [3, 12], replicates=20, memory=1, **common).errors
    )
    assert np.array_equal(fewer.errors[0, 0], whole.errors[whole.learners.index("coin"), 0, :7])
    assert np.array_equal(fewer.errors[1, 0], whole.errors[whole.learners.index("logistic"), 0, :7])
    other = simulate(PAIR, ["coin", "logistic"], [3], replicates=7, unlabelled=10, seed=6)
    assert not np.any(np.isclose(other.errors[0], fewer.errors[0]))


@pytest.mark.parametrize("without_data", [False, True])
def test_three_classes_do_not_depend_on_chunks_either(without_data):
    options = {"replicates": 9, "test_size": 200, "without_data": without_data}
    whole = simulate(THREE, K_CLASS, [1, 3, 8], **options)
    assert np.array_equal(whole.errors, simulate(THREE, K_CLASS, [1, 3, 8], memory=1, **options).errors)


def test_independent_sizes_are_independent():
    nested = simulate(PAIR, "plug_in", [20, 21], replicates=400)
    apart = simulate(PAIR, "plug_in", [20, 21], replicates=400, nested=False)
    assert np.corrcoef(nested.errors[0])[0, 1] > 0.8
    assert abs(np.corrcoef(apart.errors[0])[0, 1]) < 4 / math.sqrt(400)


def test_without_data_the_means_agree():
    names = ["naive_bayes", "plug_in"]
    data = simulate(PAIR, names, [5, 30], replicates=3000)
    drawn = simulate(PAIR, names, [5, 30], replicates=3000, without_data=True)
    gap = np.abs(data.mean - drawn.mean) / np.hypot(data.standard_error, drawn.standard_error)
    assert np.max(gap) < 4
    assert np.all(gap > 0)


@pytest.mark.parametrize("name", ["torch", "strict:device1"])
@pytest.mark.parametrize("mixture", [PAIR, THREE], ids=["two", "three"])
def test_backends_give_the_same_errors(name, mixture):
    if name == "torch":
        pytest.importorskip("torch")
    learners = list(LEARNERS) if mixture is PAIR else K_CLASS
    options = {"replicates": 6, "unlabelled": 12, "test_size": 200}
    ours = simulate(mixture, learners, [1, 7], **options)
    theirs = simulate(mixture, learners, [1, 7], backend=name, **options)
    assert np.max(np.abs(ours.errors - theirs.errors)) < 1e-9
    some = ["naive_bayes", "per_class_naive_bayes"]
    ours = simulate(mixture, some, [1, 7], without_data=True, **options)
    theirs = simulate(mixture, some, [1, 7], without_data=True, backend=backend(name), **options)
    assert np.max(np.abs(ours.errors - theirs.errors)) < 1e-9


def test_a_learner_of_ones_own():
    def first_axis(features, labels):
        weights = np.zeros((features.shape[0], features.shape[2]))
        weights[:, 0] = 1.0
        return weights, np.zeros(features.shape[0])

    def by_unlabelled(features, labels, *, unlabelled, classes):
        assert classes == 2
        return unlabelled[:, 0, :], 0.0 * features[:, 0, 0]

    curves = simulate(PAIR, [first_axis, by_unlabelled], [1], replicates=5, unlabelled=2)
    assert curves.learners == ("first_axis", "by_unlabelled")
    assert np.allclose(curves.errors[0], norm.sf(1.0))
    with pytest.raises(ValueError, match="unlabelled >= 1"):
        simulate(PAIR, by_unlabelled, [1], replicates=5)
    with pytest.raises(ValueError, match="the learner lost gave rules with weights that are not numbers"):
        simulate(
            PAIR,
            Learner("lost", lambda features, labels: (features[:, 0, :] * math.nan, features[:, 0, 0])),
            [1],
            replicates=2,
        )
    with pytest.raises(ValueError, match="must return 2 rules"):
        simulate(
            PAIR, Learner("short", lambda features, labels: (features[:1, 0, :], features[:1, 0, 0])), [1], replicates=2
        )


def test_curved_rules_that_are_no_numbers_are_not_scored_as_class_0():
    def lost(features, labels):
        return Rule(features[:, 0, :] * math.nan, features[:, 0, 0], features[:, 0, :])

    with pytest.raises(ValueError, match="the learner lost gave rules with weights that are not numbers"):
        simulate(PAIR, lost, [1], replicates=2, test_size=50)


def test_learners_may_be_renamed_and_numbers_may_be_those_of_numpy():
    renamed = simulate(PAIR, {"mean": "plug_in", "again": LEARNERS["plug_in"]}, np.asarray([4]), replicates=np.int64(3))
    assert renamed.learners == ("mean", "again")
    assert np.array_equal(renamed.errors[0], renamed.errors[1])
    with pytest.raises(ValueError, match="a learner is a function or one of"):
        simulate(PAIR, {"mean": 3}, [4], replicates=3)
    with pytest.raises(ValueError, match="mixture must be a GaussianMixture, got str"):
        simulate("pair", "plug_in", [4], replicates=3)


def test_adversaries_and_other_domains():
    fair = simulate(PAIR, "plug_in", [50], replicates=50)
    attacked = simulate(PAIR, "plug_in", [50], replicates=50, radius=0.5)
    moved = simulate(PAIR, "plug_in", [50], replicates=50, test_mixture=shifted(PAIR, [0.5, 0, 0, 0]))
    assert np.all(attacked.errors > fair.errors)
    assert attacked.bayes is None
    assert moved.bayes == pytest.approx(norm.sf(1.0))
    assert moved.mean > fair.mean
    with pytest.raises(ValueError, match="no closed form"):
        _ = attacked.excess
    with pytest.raises(NotClosed, match="squares"):
        simulate(PAIR, "per_class_naive_bayes", [50], replicates=5, radius=0.5)
    with pytest.raises(ValueError, match="test_mixture must have 2 classes in 4 dimensions"):
        simulate(PAIR, "plug_in", [50], replicates=5, test_mixture=THREE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sample_sizes": []}, "sample_sizes"),
        ({"sample_sizes": [0]}, "sample_sizes"),
        ({"sample_sizes": 5}, "sample_sizes"),
        ({"sample_sizes": "12"}, "sample_sizes"),
        ({"sample_sizes": [2.0]}, "sample_sizes"),
        ({"replicates": True}, "replicates"),
        ({"replicates": 0}, "replicates"),
        ({"unlabelled": -1}, "unlabelled"),
        ({"test_size": 0}, "test_size"),
        ({"backend": "abacus"}, "backend"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    arguments = {"learners": "plug_in", "sample_sizes": [3], "replicates": 2} | options
    with pytest.raises(ValueError, match=message):
        simulate(PAIR, **arguments)


def test_the_result_shows_itself():
    curves = simulate(PAIR, {"<b>": LEARNERS["plug_in"].fit}, [3, 9], replicates=10)
    assert curves.excess.shape == (1, 2)
    assert [row["m"] for row in curves.rows()] == [3, 9]
    assert "m = 9" in curves.table()
    assert "Bayes error 0.15866" in curves.table()
    assert repr(curves) == curves.table()
    assert "&lt;b&gt;" in curves._repr_html_()
    assert "<b>" not in curves._repr_html_()
    single = simulate(PAIR, "plug_in", [3], replicates=1)
    assert np.isnan(single.standard_error).all()


def test_standard_errors_count_the_common_test_points():
    errors = np.full((2, 1, 4), 0.2)
    curves = LearningCurves(("exact", "tested"), (3,), errors, np.asarray([True, False]), None, 100)
    assert curves.standard_error[:, 0] == pytest.approx([0.0, math.sqrt(0.2 * 0.8 / 100)], abs=1e-12)
    errors[0, 0] = [0.1, 0.3, 0.1, 0.3]
    assert curves.standard_error[0, 0] == pytest.approx(math.sqrt(0.04 / 3) / 2)


def test_blocks_of_drawn_rules_and_of_data_keep_to_their_memory():
    seen = []

    def fit(features, labels):
        seen.append(features.size)
        return features[:, 0, :], 0.0 * features[:, 0, 0]

    def sample(mixture, stream, replicates, m, *, backend=None):
        seen.append(mixture.classes * mixture.dimension * len(replicates))
        return Rule(np.ones((len(replicates), 4)), np.zeros(len(replicates)))

    for without_data in (False, True):
        options = {"replicates": 50, "memory": 8 * 4 * 20, "without_data": without_data}
        simulate(PAIR, Learner("spy", fit, sample), [10], **options)
    assert len(seen) == 25 + 5
    assert max(seen) <= 80


@pytest.mark.parametrize(("d", "m", "s"), [(3, 4, 1.0), (20, 10, 0.7)])
@pytest.mark.parametrize("without_data", [True, False])
def test_mean_plug_in_errors_are_the_exact_ones(d, m, s, without_data):
    curves = simulate(GaussianMixture.symmetric_pair(s, d), "plug_in", [m], replicates=3000, without_data=without_data)
    assert abs(curves.mean[0, 0] - plug_in_error(d, m, s)) < 4 * curves.standard_error[0, 0] < 0.01


def test_the_package_lists_what_it_loads():
    assert {"plug_in_error", "bayes_error", "simulate", "GaussianMixture"} <= set(package.__all__) & set(dir(package))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


def test_numpy_and_scipy_are_enough():
    program = """
import sys
for name in "array_api_compat array_api_strict numba sympy cvxpy flint matplotlib sklearn torch dask".split():
    sys.modules[name] = None
from experiments.gaussian_mixture import GaussianMixture, simulate
from experiments.gaussian_mixture.learners import LEARNERS
pair = GaussianMixture.symmetric_pair(1.0, 3)
found = simulate(pair, list(LEARNERS), [5], replicates=4, unlabelled=6, test_size=50)
drawn = simulate(pair, ["naive_bayes"], [5], replicates=4, without_data=True)
print(repr(found.errors.sum() + drawn.errors.sum()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    ours = simulate(
        GaussianMixture.symmetric_pair(1.0, 3), list(LEARNERS), [5], replicates=4, unlabelled=6, test_size=50
    )
    drawn = simulate(GaussianMixture.symmetric_pair(1.0, 3), ["naive_bayes"], [5], replicates=4, without_data=True)
    assert float(done.stdout.split("(")[-1].rstrip(")\n")) == pytest.approx(
        ours.errors.sum() + drawn.errors.sum(), abs=1e-9
    )
