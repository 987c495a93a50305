import numpy as np
import pytest
from scipy import integrate, special

from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.ood_unlabeled.rss import rss, unit
from experiments.gaussian_mixture.ood_unlabeled.selection import RANGES, best_cosine, rss_selected
from experiments.gaussian_mixture.ood_unlabeled.worlds import World
from experiments.streams import Stream


def cosine_law(c, d):
    """P(cosine <= c) of a uniform direction with a fixed one: a beta law of the square."""
    return 0.5 * (1 + np.sign(c) * special.betainc(0.5, (d - 1) / 2, c * c))


def expected_best(d, candidates):
    return integrate.quad(lambda c: 1 - cosine_law(c, d) ** candidates, 0, 1, epsabs=1e-10)[0]


@pytest.mark.parametrize(("d", "candidates"), [(2, 3), (5, 40), (200, 500)])
def test_best_cosine_has_its_law(d, candidates):
    drawn = best_cosine(Stream(7), 4000, d, candidates)
    error = drawn.std() / np.sqrt(len(drawn))
    assert abs(drawn.mean() - expected_best(d, candidates)) < 4.5 * error


def test_best_cosine_agrees_with_whole_directions():
    directions = unit(Stream(8).normal(2000, (30, 10)))
    whole = np.maximum(directions[..., 0].max(axis=1), 0.0)
    short = best_cosine(Stream(9), 2000, 10, 30)
    spread = np.sqrt((whole.var() + short.var()) / 2000)
    assert abs(whole.mean() - short.mean()) < 4.5 * spread


def test_best_cosine_refuses_what_has_no_law():
    for d, candidates in ((1, 5), (3, 0)):
        with pytest.raises(ValueError, match="are needed"):
            best_cosine(Stream(1), 2, d, candidates)


def selected(candidates, *, labelled_only=False, rows=range(6)):
    world = World(20, 1.0)
    sample = world.sample(5, rows, 8, 40)
    rule = rss_selected(
        sample.features,
        sample.labels,
        unlabelled=None if labelled_only else sample.unlabelled,
        stream=Stream(11),
        replicates=rows,
        candidates=candidates,
        error=lambda rule: rule_error(rule, world.mixture),
    )
    return rule_error(rule, world.mixture)


@pytest.mark.parametrize("labelled_only", [False, True])
def test_more_candidates_are_never_worse_since_they_are_told_the_answer(labelled_only):
    few, many = selected(2, labelled_only=labelled_only), selected(12, labelled_only=labelled_only)
    assert np.all(many <= few)
    assert np.any(many < few)


def test_rows_do_not_depend_on_each_other():
    assert np.allclose(selected(3)[2:4], selected(3, rows=range(2, 4)), atol=1e-9)


def test_no_candidates_are_refused():
    with pytest.raises(ValueError, match="candidates"):
        selected(0)


def test_candidates_have_constants_and_starts_of_their_own(monkeypatch):
    constants, starts = [], []

    def spied(features, labels, *, unlabelled, parameters, start):
        constants.append((parameters.gamma, parameters.gamma_unlabelled, parameters.weight))
        starts.append(start)
        return rss(features, labels, unlabelled=unlabelled, parameters=parameters, start=start)

    monkeypatch.setattr("experiments.gaussian_mixture.ood_unlabeled.selection.rss", spied)
    selected(4)
    drawn = np.asarray(constants)  # (candidates, constants, R, 1)
    assert np.unique(drawn).size == drawn.size
    assert np.unique(np.asarray(starts)).size == np.asarray(starts).size
    for column, (low, high) in zip(drawn.swapaxes(0, 1), RANGES.values(), strict=True):
        assert low < column.min() < column.max() < high
