import array_api_compat.numpy as xp
import comp_sum_reference as reference
import numpy as np
import pytest

from theory.arrays import quiet
from theory.classification import pooling

pooled_regret = quiet(pooling.pooled_regret)


@pytest.mark.parametrize("tau", [1.663, 1.8, 1.99, 2 - 1e-8, 2 - 1e-12])
@pytest.mark.parametrize("rest", [1, 2, 10, 1000])
def test_pooled_regret_is_accurate_along_the_whole_family(tau, rest):
    for fraction in (1e-9, 1e-4, 0.01, 0.2, 0.5, 0.7, 0.99):
        beta = fraction * 2 / (2 + rest)
        value = pooled_regret(xp, *map(np.asarray, (beta, tau, float(rest))))
        assert float(value) == pytest.approx(float(reference.pooled(beta, tau, rest)), rel=2e-14, abs=0)


def test_a_family_that_does_not_pool_is_left_out():
    assert float(pooled_regret(xp, *map(np.asarray, (0.51, 1.8, 2.0)))) == np.inf
    assert float(quiet(pooling.unpooled_edge_regret)(xp, np.asarray(0.66), np.asarray(1.8))) == np.inf


def test_unpooled_edge_is_accurate_and_equals_two_classes_at_one():
    for tau in (1.67, 1.9, 1.999, 2 - 1e-12):
        for beta in (0.667, 0.7, 0.9, 1 - 1e-9, 1.0):
            value = float(quiet(pooling.unpooled_edge_regret)(xp, np.asarray(beta), np.asarray(tau)))
            assert value == pytest.approx(float(reference.unpooled_edge(beta, tau)), rel=1e-14)
    assert value == pytest.approx(float(reference.two_class(1.0, 2 - 1e-12)), rel=1e-14)


@pytest.mark.parametrize("tau", [1.67, 1.75, 1.8, 1.9, 1.99, 1.9999])
def test_the_search_over_class_counts_misses_no_family(tau):
    beta = np.exp(np.linspace(np.log(0.004), 0, 40))
    rest = np.arange(1.0, 500.0)
    every = pooled_regret(xp, *np.broadcast_arrays(beta[:, None], np.asarray(tau), rest))
    others = np.minimum(
        quiet(pooling.unpooled_edge_regret)(xp, beta, np.full_like(beta, tau)), [two(b, tau) for b in beta]
    )
    for n in (3, 4, 5, 9, 40, 300, 501):
        found = quiet(pooling.least_pooled_regret)(xp, beta, np.full_like(beta, tau), np.full_like(beta, n))
        best = np.minimum(others, every[:, : n - 2].min(axis=1))
        np.testing.assert_allclose(np.minimum(found, others), best, rtol=1e-13)


def two(beta, tau):
    return float(reference.two_class(beta, tau))


def packed_regret(beta, tau, level, n):
    """Regret of (level + b/2, level - b/2), rest classes at ``level`` and one remainder: nothing pools."""
    a, r = 1 / (2 - tau), 2 - tau
    count = np.floor((1 - 2 * level) / level + 1e-12)
    remainder = np.maximum(1 - 2 * level - count * level, 0)
    filler = count * level**a + remainder**a
    upper = ((level + beta / 2) ** a + (level - beta / 2) ** a + filler) ** r
    regret = (upper - (2 * level**a + filler) ** r) / (tau - 1)
    return np.where(count + (remainder > 1e-9) <= n - 2, regret, np.inf)


@pytest.mark.parametrize("n", [3, 4, 6])
def test_no_unpooled_configuration_is_lower(n):
    # For a given mean of p_1 and p_2 the packed rest is worst; only its end points belong to the families.
    for tau in (1.67, 1.74, 1.8, 1.9, 1.97):
        for beta in np.linspace(0.05, 0.98, 32):
            level = np.linspace(max(beta / 2, 1 / n), 0.5, 1501)
            families = [
                two(beta, tau),
                float(quiet(pooling.least_pooled_regret)(xp, *families_at(beta, tau, n))[0]),
            ]
            assert packed_regret(beta, tau, level, n).min() >= min(families) * (1 - 1e-10)


def families_at(beta, tau, n):
    return np.asarray([beta]), np.asarray([tau]), np.asarray([float(n)])


@pytest.mark.parametrize("rest", [1, 2, 3])
def test_a_smaller_class_beside_a_pooled_family_does_not_help(rest):
    n = rest + 3
    for tau in (1.67, 1.75, 1.85, 1.95):
        a, r = 1 / (2 - tau), 2 - tau
        for beta in np.linspace(0.05, 2 / (2 + rest), 25):
            small = np.linspace(0, 1 / (3 + rest), 301)
            small = small[beta / (1 - small) <= 2 / (2 + rest)]
            # The rest of the mass is a pooled family for beta / (1 - small).
            scaled = pooled_regret(xp, beta / (1 - small), np.full_like(small, tau), np.full_like(small, rest))
            tied = (2.0 + rest) ** (r - 1)
            norm = (((1 - small) * ((tau - 1) * scaled + tied)) ** a + small**a) ** r
            regret = (norm - (((1 - small) * tied) ** a + small**a) ** r) / (tau - 1)
            families = [
                two(beta, tau),
                float(quiet(pooling.least_pooled_regret)(xp, *families_at(beta, tau, n))[0]),
            ]
            assert regret.size == 0 or regret.min() >= min(families) * (1 - 1e-10)
