"""The claims on the exact calibration function of the mean absolute error."""

from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded

from theory.classification.cross_entropy import claims_mean_absolute_error as module
from theory.engine.claim import Claim

CLAIMS = [item for item in vars(module).values() if isinstance(item, Claim)]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_three():
    assert len(CLAIMS) == 3


def test_random_posteriors_and_scores_never_do_better():
    rng = np.random.default_rng(5)
    for _ in range(400):
        n = int(rng.integers(2, 7))
        p = np.sort(rng.dirichlet(np.full(n, 0.4)))[::-1]
        predicted = int(rng.integers(1, n))
        p[[1, predicted]] = p[[predicted, 1]]
        s = rng.dirichlet(np.full(n, 0.4))
        top = int(np.argmax(s))
        s[[1, top]] = s[[top, 1]]
        b = p[0] - p[1]
        assert p[0] - p @ s >= min(max(b / k, b - 1 / k) for k in range(2, n + 1)) - 1e-12


@pytest.mark.parametrize("k", range(2, 7))
def test_the_attaining_posterior_attains(k):
    for beyond_break in (False, True)[: 2 if k > 2 else 1]:
        ends = (Fraction(1, k - 1), Fraction(1)) if beyond_break else (Fraction(0), Fraction(1, k - 1))
        for b in (*ends, sum(ends) / 2):
            p = module.attaining_posterior(b, k, beyond_break=beyond_break)
            assert sum(p) == 1
            assert min(p) >= 0
            assert max(p) == p[0]
            assert p[0] - p[1] == b
            assert p[0] - sum(p) / k == max(b / k, b - Fraction(1, k))


def test_the_exact_function_is_never_below_the_published_one():
    for n in range(2, 9):
        for b in (Fraction(j, 12) for j in range(13)):
            exact, published = module.exact_transform(b, n), module.published_transform(b, n)
            assert exact >= published
            assert (exact == published) == (b * (n - 1) <= 1)
        assert module.exact_transform(Fraction(1), n) == Fraction(1, 2)


def test_supports_hold_class_two_and_are_distinct():
    supports = list(module.uniform_supports(5))
    assert len(set(supports)) == len(supports) == 16
    assert all(1 in support for support in supports)


@pytest.mark.parametrize(("b", "n"), [(Fraction(-1, 9), 3), (Fraction(2), 3), (Fraction(1, 2), 1)])
def test_arguments_outside_are_refused(b, n):
    with pytest.raises(ValueError, match="must lie in"):
        module.exact_transform(b, n)
