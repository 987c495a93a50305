"""The safe range: found where it ends, at both ends, in each dtype."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from theory.engine.conformance import ranges
from theory.engine.conformance.checks import Comparison
from theory.engine.conformance.exact import ExactLoss
from theory.engine.conformance.implementation import make as implement
from theory.engine.conformance.libraries import NumPy
from theory.engine.conformance.reference import PROBABILITY_BIT, SCORE_SIGN, Reference


def logistic(u, y, scale=1):
    return sympy.log(1 + sympy.exp(-scale * y * u))


MARGIN = Reference("demo", "logistic", "", "", SCORE_SIGN, logistic, parameters={"scale": Fraction(1)})


def comparison(function, reference=MARGIN, **options):
    exact = ExactLoss(reference, reference.loss, reference.parameters)
    return Comparison(implement(function, NumPy(), reference, **options), exact, reference.parameters, "none")


def stable(u, y):
    return np.logaddexp(0, -y * u)


def naive(u, y):
    return np.log(1 + np.exp(-y * u))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_stable_loss_is_right_everywhere(dtype):
    assert ranges.sizes(comparison(stable), dtype).outcome == "agrees"


@pytest.mark.parametrize(("dtype", "overflow"), [("float16", 11.1), ("float32", 88.7), ("float64", 709.8)])
def test_the_end_is_where_the_exponential_overflows(dtype, overflow):
    found = ranges.sizes(comparison(naive), dtype)
    assert found.outcome == "limited"
    good = float(found.detail.split(" and ")[1].split()[0])
    bad = float(found.detail.partition("; at ")[2].split()[0])
    assert good / 4 < overflow < 2 * bad  # sizes go by powers of two, and the largest shared score is just below 4


def test_an_end_among_small_scores_is_found_too():
    found = ranges.sizes(comparison(lambda u, y: np.where(np.abs(u) < 1e-3, np.nan, stable(u, y))), "float64")
    assert found.outcome == "limited"
    assert "nan" in found.detail
    met = ranges.sizes(comparison(lambda u, y: np.where(np.abs(u) < 0.5, np.nan, stable(u, y))), "float64")
    assert met.outcome == "differs"  # such scores are met in practice


def test_what_fails_at_usual_scores_differs():
    assert (
        ranges.sizes(comparison(lambda u, y: np.where(np.abs(u) > 9, 0.0, stable(u, y))), "float32").outcome
        == "differs"
    )
    assert ranges.sizes(comparison(lambda u, y: stable(u, y) + 0.1), "float16").outcome == "differs"


def test_a_dtype_that_raises_is_skipped():
    def double_only(u, y):
        if u.dtype != np.float64:
            raise TypeError("float64 only")
        return stable(u, y)

    assert ranges.sizes(comparison(double_only), "float16").outcome == "skipped"
    assert ranges.sizes(comparison(double_only), "float64").outcome == "agrees"


def test_probabilities_near_zero_and_one():
    def entropy(p, y):
        return -sympy.log(p if y else 1 - p)

    reference = Reference("demo", "entropy", "", "", PROBABILITY_BIT, entropy)
    right = comparison(lambda p, y: -np.log(np.where(y == 1, p, 1 - p)), reference)
    assert ranges.sizes(right, "float64").outcome == "agrees"
    clipped = comparison(lambda p, y: -np.log(np.clip(np.where(y == 1, p, 1 - p), 1e-4, 1)), reference)
    found = ranges.sizes(clipped, "float64")
    assert found.outcome == "limited"
    assert "not at 2^-14" in found.detail  # 2^-14 is the first power below 1e-4


def test_the_range_of_a_parameter():
    def scaled(u, y, k):
        return np.log(1 + np.exp(-k * y * u))

    found = ranges.parameter(comparison(scaled, passes={"scale": "k"}), "scale", "float32")
    assert found.outcome == "limited"
    assert "from 0.000976562 to" in found.detail
    assert "inf" in found.detail
    right = comparison(lambda u, y, k: np.logaddexp(0, -k * y * u), passes={"scale": "k"})
    assert ranges.parameter(right, "scale", "float32").outcome == "agrees"
