"""Codes for cross-entropy in depth: expressions against factors, searches, and what is certified."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp, softmax

from theory.collapse.deep_linear import code_expressions as expressions
from theory.collapse.deep_linear import codes
from theory.collapse.deep_linear.codes import (
    Code,
    best_codes,
    certified_value,
    factors_of,
    known_codes,
    scale_code,
    search_rank,
)
from theory.collapse.deep_linear.cross_entropy import best_scale


def named(classes, name):
    return next(code for code in known_codes(classes) if code.name == name)


@pytest.mark.parametrize(
    ("name", "expression", "classes"),
    [
        ("simplex", expressions.simplex, 5),
        ("pairs", expressions.cross_polytope, 6),
        ("pairs and an apex", expressions.cross_polytope_and_apex, 5),
        ("one pair", expressions.one_pair, 4),
    ],
)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_expressions_are_the_objectives_of_explicit_factors(name, expression, classes, depth):
    """What the claims compare is what configurations cost: scales 2a for pairs, a for what is left."""
    decay, a = 0.01, 1.75
    parts = named(classes, name).parts
    scales = [2 * a, a][: len(parts)] if name.startswith("pairs") else [a]
    logits = sum(scale * part for scale, part in zip(scales, parts, strict=True))
    low, high = certified_value(factors_of(logits, depth), decay)
    C = Fraction(depth + 1, 2) * Fraction(1, 100)
    value = float(expression(Fraction(7, 4), Fraction(classes), C, Fraction(2, depth + 1)).evalf(30))
    assert value == pytest.approx(low, abs=1e-12)
    assert high - low < 1e-12


def test_the_antiprism_is_the_code_of_rank_three_that_the_search_finds():
    """Eight classes, three layers, decay 1e-3: .0332954598, below all codes of pairs."""
    logits = scale_code(named(8, "antiprism"), 3, 1e-3)
    values = np.linalg.svd(logits, compute_uv=False)[:3]
    low, high = certified_value(factors_of(logits, 3), 1e-3)
    assert high == pytest.approx(0.0332954598, abs=1e-10)
    exact = expressions.antiprism(Fraction(136, 25), Fraction(473, 100), Fraction(1, 500))
    assert low <= float(exact.evalf(20)) == pytest.approx(high, abs=1e-7)
    np.testing.assert_allclose(np.sqrt(values), [5.43989, 5.43989, 4.73298], atol=1e-4)
    found = search_rank(8, 3, 1e-3, 3, starts=3)
    assert certified_value(factors_of(found, 3), 1e-3)[1] == pytest.approx(high, abs=1e-9)


def test_best_codes_are_sorted_and_named():
    """Three classes, two layers: near the tie of simplex and zero one pair is below both, as the claims say."""
    found = best_codes(3, 2, 0.185, starts=3)
    assert (found[0].rank, found[0].name) in ((1, "one pair"), (1, "search"))
    assert found[0].high < next(item.low for item in found if item.name == "simplex") < math.log(3)
    assert [item.high for item in found] == sorted(item.high for item in found)


def test_the_simplex_stays_best_with_one_layer():
    found = best_codes(5, 1, 0.03, starts=3)
    assert found[0].high == pytest.approx(next(item for item in found if item.name == "simplex").high, abs=1e-9)
    a = math.log(1 / 0.03 - 4)
    assert found[0].low == pytest.approx(math.log1p(4 * math.exp(-a)) + 4 * 0.03 * a, abs=1e-9)


def test_parts_have_orthogonal_ranges_and_are_symmetric():
    for classes in range(2, 11):
        for code in known_codes(classes):
            for part in code.parts:
                np.testing.assert_allclose(part, part.T, atol=1e-15)
                np.testing.assert_allclose(part @ part, part, atol=1e-12)  # projections
            for first, second in zip(code.parts, code.parts[1:], strict=False):
                np.testing.assert_allclose(first @ second, 0, atol=1e-12)


@settings(max_examples=20)
@given(st.integers(2, 5), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_factors_multiply_to_the_logits_and_balance(classes, depth, seed):
    logits = np.random.default_rng(seed).normal(size=(classes, classes))
    factors = factors_of(logits, depth)
    product = factors[0]
    for factor in factors[1:]:
        product = factor @ product
    np.testing.assert_allclose(product, logits, atol=1e-9)
    norms = [np.sum(factor**2) for factor in factors]
    np.testing.assert_allclose(norms, norms[0])
    low, high = certified_value(factors, 0.1)
    lead = logits - np.diag(logits)
    value = np.mean(np.log(np.sum(np.exp(lead), axis=0))) + 0.05 * sum(norms)
    assert low - 1e-12 <= value <= high + 1e-12


def test_nothing_is_left_where_the_decay_is_too_large():
    code = named(4, "simplex")
    logits = scale_code(code, 2, 5.0)
    np.testing.assert_array_equal(logits, 0.0)
    low, high = certified_value(factors_of(logits, 2), 5.0)
    assert low <= math.log(4) <= high


@pytest.mark.parametrize("decay", [1e-60, 1e-12, 1e-3])
def test_scales_are_the_best_at_decays_however_small(decay):
    """Objectives of 1e-59 are compared as well: no scale one percent off is better, and pairs stay first."""
    for code in (code for code in known_codes(6) if code.name != "one pair"):  # which stays above (2/3) log 6
        logits = scale_code(code, 3, decay)
        values = [certified_value(factors_of(factor * logits, 3), decay) for factor in (0.99, 1.0, 1.01)]
        assert values[1][1] < min(values[0][0], values[2][0])
        assert values[1][1] - values[1][0] < 1e-12 * values[1][1]
    assert best_codes(4, 3, decay, ranks=[])[0].name == "pairs"


@pytest.mark.parametrize("spread", [0.1, 1.0, 30.0, 1000.0])
def test_the_loss_and_its_gradient_at_any_logits(spread):
    """Classes may be missed: the own logit need not be the largest."""
    rng = np.random.default_rng(4)
    for _ in range(10):
        logits, step = spread * rng.normal(size=(4, 4)), rng.normal(size=(4, 4))
        loss, slope = codes._loss(logits)
        assert loss == pytest.approx(np.mean(logsumexp(logits, axis=0) - np.diag(logits)), rel=1e-13)
        np.testing.assert_allclose(slope, (softmax(logits, axis=0) - np.eye(4)) / 4, atol=1e-15)
        ahead, behind = (codes._loss(logits + sign * 1e-5 * step)[0] for sign in (1, -1))
        assert (ahead - behind) / 2e-5 == pytest.approx(np.sum(slope * step), abs=1e-6 * spread)


def test_ends_are_rounded_outwards():
    """Against four times the digits: the ends hold the value although the ball is far narrower than a float's step."""
    rng = np.random.default_rng(2)
    for _ in range(20):
        entry, decay = rng.uniform(0.1, 3.0, size=2)
        low, high = certified_value([np.diag([entry, entry])], float(decay), bits=400)
        with mpmath.workdps(60):
            exact = (
                mpmath.log1p(mpmath.exp(-mpmath.mpf(float(entry)))) + mpmath.mpf(float(decay)) * mpmath.mpf(entry) ** 2
            )
        assert mpmath.mpf(low) <= exact <= mpmath.mpf(high)


@pytest.mark.parametrize("decay", [1e-60, 1e-12, 0.02])
def test_scales_agree_with_the_bisection_of_best_scale(decay):
    for code in known_codes(6):
        if len(code.parts) == 1:
            part = 5 * code.parts[0]
            found = best_scale(part, 1, 2, decay, decay)
            logits = scale_code(Code("", (part,)), 2, decay)
            assert certified_value(factors_of(logits, 2), decay)[1] == pytest.approx(found.objective, rel=1e-8, abs=0)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="classes must be"):
        next(known_codes(1))
    with pytest.raises(ValueError, match="decay must be"):
        search_rank(3, 2, 0.0, 1)
    with pytest.raises(ValueError, match="rank must be"):
        search_rank(3, 2, 0.1, 0)
    with pytest.raises(ValueError, match="finite"):
        certified_value([np.array([[np.nan]])], 0.1)
    for factors in ([], [np.ones((2, 3)), np.ones((4, 2))], [np.ones((2, 3)), np.ones((2, 2))], [np.ones(2)], [[[1]]]):
        with pytest.raises(ValueError, match="whose product"):
            certified_value(factors, 0.1)
    for logits in ([], np.ones((2, 3)), [[np.nan, 0], [0, 1]], [1, 2], [[1]]):
        with pytest.raises(ValueError, match=r"finite K x K matrices|real numbers"):
            factors_of(logits, 2)
    with pytest.raises(ValueError, match="must be real numbers"):
        factors_of(1j * np.eye(2), 2)
    with pytest.raises(ValueError, match="depth must be"):
        scale_code(Code("simplex", (np.eye(2) - 0.5,)), 0, 0.1)
