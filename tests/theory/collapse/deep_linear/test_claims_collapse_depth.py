"""Cross-entropy in depth: decided as recorded, and no proof goes through for a false neighbour."""

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.collapse.deep_linear import claims_collapse_depth as module
from theory.collapse.deep_linear.codes import certified_value, factors_of, known_codes
from theory.collapse.deep_linear.cross_entropy import simplex_code

CLAIMS = claims_of(module)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_two_classes_at_random_points_lie_above_the_simplex(layers):
    """Random factors, classes of two sizes: the objective is at least that of the simplex at the mean margin."""
    rng, p = np.random.default_rng(8), 2 / (layers + 1)
    labels = np.array([0, 0, 0, 1, 1])
    N = len(labels)
    for _ in range(50):
        factors = [rng.normal(size=(3, N)), *[rng.normal(size=(3, 3)) for _ in range(layers - 1)]]
        factors.append(rng.normal(size=(2, 3)))
        factors[0] += factors[-1].T @ (np.eye(2)[:, labels] * rng.uniform(0, 3))
        decays = rng.uniform(0.01, 0.5, size=layers + 1)
        Z = factors[0]
        for factor in factors[1:]:
            Z = factor @ Z
        margins = Z[labels, np.arange(N)] - Z[1 - labels, np.arange(N)]
        value = np.mean(np.log1p(np.exp(-margins)))
        value += sum(decay / 2 * np.sum(factor**2) for decay, factor in zip(decays, factors, strict=True))
        a = max(np.mean(margins), 0.0)
        D = (layers + 1) / 2 * np.prod(decays) ** (1 / (layers + 1))
        assert value >= np.log1p(np.exp(-a)) + D * (a * np.sqrt(N / 2)) ** p


@pytest.mark.parametrize("classes", [3, 4, 5, 9])
def test_zero_and_all_simplices_are_above_one_pair_at_an_explicit_decay(classes):
    """With M = K - 1 layers the simplex ties with zero at a = 2 log(K - 1); explicit networks, in ball arithmetic."""
    M, a = classes - 1, 2 * np.log(classes - 1)
    p = 2 / classes
    lam = 2 / classes * np.log(classes - 1) / ((classes - 1) * a**p)
    scales = np.geomspace(1e-6, 1e6, 2001)
    simplices = np.log1p((classes - 1) * np.exp(-scales)) + classes / 2 * lam * (classes - 1) * scales**p
    assert np.min(simplices) >= np.log(classes) - 1e-12
    simplex, pair, *_ = known_codes(classes)
    low, high = certified_value(factors_of(a * simplex.parts[0], M), lam)
    assert low - 1e-12 <= np.log(classes) <= high + 1e-12
    assert certified_value(factors_of(a * pair.parts[0], M), lam)[1] < np.log(classes) - 0.01


@pytest.mark.parametrize(("classes", "layers"), [(3, 2), (4, 3), (6, 2)])
def test_layers_pay_at_least_the_schatten_sum_for_a_simplex(classes, layers):
    """What the refutations take from the literature: random layers that make a simplex, of any width and decays."""
    rng, p = np.random.default_rng(9), 2 / (layers + 1)
    target, n, a = np.repeat(simplex_code(classes), 2, axis=1), 2, 1.5
    for _ in range(30):
        width, decays = classes + int(rng.integers(0, 3)), rng.uniform(0.01, 0.5, size=layers + 1)
        factors = [rng.normal(size=(width, width)) for _ in range(layers - 1)] + [rng.normal(size=(classes, width))]
        product = factors[0]
        for factor in factors[1:]:
            product = factor @ product
        factors.insert(0, np.linalg.pinv(product) @ (a * target))
        np.testing.assert_allclose(product @ factors[0], a * target, atol=1e-8)
        paid = sum(decay / 2 * np.sum(factor**2) for decay, factor in zip(decays, factors, strict=True))
        C = (layers + 1) / 2 * (n * np.prod(decays)) ** (1 / (layers + 1))
        assert paid >= C * (classes - 1) * a**p
