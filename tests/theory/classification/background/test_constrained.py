import math

import numpy as np
import pytest
from mpmath import mp, mpf

from theory.classification import margin
from theory.classification.background.constrained import (
    BOUNDS,
    conditional_risk,
    exponential_transform,
    regret_bound,
    zero_one_bound,
)

REFERENCES = {
    "hinge": lambda b: b,
    "squared-hinge": lambda b: b**2 / (2 - b),
    "exponential": lambda b: (1 - mp.sqrt(1 - b)) ** 2,
    "exponential-quoted": lambda b: 2 - mp.sqrt(4 - b**2),
}


@pytest.mark.parametrize("loss", BOUNDS)
def test_bounds_to_sixty_digits(loss):
    with mp.workdps(60):
        for b in (1e-12, 1e-5, 0.1, 0.5, 0.99, 1 - 1e-12, 1.0):
            assert regret_bound(b, loss) == pytest.approx(float(REFERENCES[loss](mpf(b))), rel=3e-15)


@pytest.mark.parametrize("loss", BOUNDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inverse(loss, dtype):
    b = np.concatenate([[0.0], np.geomspace(1e-6, 1, 40)]).astype(dtype)
    x = regret_bound(b, loss)
    assert x.dtype == dtype
    np.testing.assert_allclose(zero_one_bound(x, loss), b, rtol=20 * np.finfo(dtype).eps)
    assert zero_one_bound(50.0, loss) == 1


def test_the_sharper_exponential_bound_is_above_the_quoted_one():
    b = np.linspace(0, 1, 201)[1:]
    assert np.all(regret_bound(b, "exponential") > regret_bound(b, "exponential-quoted"))
    assert np.all(exponential_transform(b, 3) >= regret_bound(b, "exponential"))
    low = b[b <= 0.5]  # beyond, a third class without mass costs more than it saves
    assert np.all(exponential_transform(low, 2) >= exponential_transform(low, 3))


def test_three_classes_near_zero():
    """The expansion begins with 3 b^2/8: nothing cancels."""
    assert exponential_transform(1e-7, 3) == pytest.approx(3e-14 / 8, rel=1e-12)


@pytest.mark.parametrize("b", [0.1, 0.3, 0.5, 0.6, 0.62, 0.7, 0.9, 0.99])
def test_three_classes_against_brute_force(b):
    """Least regret over posteriors and over scores whose largest is the second: pooled weights, cell by cell."""
    p2 = np.linspace(0, (1 - b) / 2, 1201)
    w = 1 - np.stack([p2 + b, p2, 1 - b - 2 * p2])
    w = w[:, w[2] >= w[0] - 1e-12]  # class 1 is the most probable
    pair = (w[0] + w[1]) / 2
    both = 3 * (pair**2 * w[2]) ** (1 / 3)
    wrong = np.where(w[2] >= pair, both, 2.0)  # all three tie where class 3 would rise above
    least = np.min(wrong - 3 * np.prod(w, axis=0) ** (1 / 3))
    assert exponential_transform(b, 3) == pytest.approx(least, abs=2e-4)
    assert exponential_transform(b, 3) <= least + 1e-12


PHI = {"hinge": margin.hinge(), "squared-hinge": margin.quadratic(), "exponential": margin.exponential()}


@pytest.mark.parametrize("loss", PHI)
def test_random_scores_keep_the_bounds(loss):
    rng = np.random.default_rng(7)
    for n in (2, 3, 5):
        p = rng.dirichlet(np.ones(n), size=400)
        h = rng.normal(size=(400, n))
        h -= h.mean(axis=1, keepdims=True)
        w = 1 - p
        least = {
            "hinge": n * w.min(axis=1),
            "squared-hinge": n**2 / (1 / w).sum(axis=1),
            "exponential": n * np.exp(np.log(w).mean(axis=1)),
        }[loss]
        regret = conditional_risk(h, p, PHI[loss]) - least
        b = p.max(axis=1) - p[np.arange(400), h.argmax(axis=1)]
        assert np.all(regret >= regret_bound(b, loss) - 1e-12)


def test_bad_input():
    with pytest.raises(ValueError, match="allowed: hinge"):
        regret_bound(0.5, "logistic")
    for bad in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match=r"in \[0, 1\]"):
            regret_bound(bad, "hinge")
        with pytest.raises(ValueError, match=r"in \[0, 1\]"):
            exponential_transform(bad, 3)
    with pytest.raises(ValueError, match="at least 0"):
        zero_one_bound(-1.0, "hinge")
    with pytest.raises(ValueError, match="allowed: 2 and 3"):
        exponential_transform(0.5, 4)
    with pytest.raises(ValueError, match="sum zero"):
        conditional_risk(np.array([1.0, 0.0]), np.array([0.5, 0.5]), margin.hinge())


def test_shapes_and_distributions_are_checked():
    from theory.classification.margin import hinge

    rows = np.array([[2.0, -1.0, -1.0], [0.0, 0.0, 0.0]])
    p = np.array([0.5, 0.25, 0.25])
    assert conditional_risk(rows, p, hinge()).tolist() == [1.5, 2.0]
    for scores, posterior, why in (
        (rows, np.ones(3), "posterior must be of sum one along the last axis, got 3"),
        (rows, np.array([1.5, -0.25, -0.25]), "posterior must be at least 0"),
        (rows + 1, p, "scores must be of sum zero along the last axis, got 3"),
        (rows, np.ones(4) / 4, "of n >= 2 classes are needed"),
        (0.0, 1.0, "of n >= 2 classes are needed"),
    ):
        with pytest.raises(ValueError, match=why):
            conditional_risk(scores, posterior, hinge())


def test_the_transform_begins_at_plus_zero():
    assert np.signbit(exponential_transform(np.zeros(1), 3)).tolist() == [False]
