import numpy as np
import pytest

from experiments.optimisation.sharpness import POINT, difference_errors, fisher_ratios, hessian, multipliers, slope
from theory.optimisation.ignite.norm import exact


def test_the_known_values_of_the_surrogate():
    phi = np.array(POINT)
    assert np.linalg.norm(slope(phi)) == pytest.approx(0.8518512392621389, rel=1e-14)
    assert exact(slope(phi), hessian(phi)) == pytest.approx([0.9374075484643742, -1.1830223662551536], rel=1e-13)


def test_the_error_is_of_first_order():
    errors = difference_errors([1e-1, 1e-2, 1e-3, 1e-4])
    slopes = -np.diff(np.log10(errors))
    assert slopes == pytest.approx([1.0, 1.0, 1.0], abs=0.01)


def test_only_the_clipped_multiplier_stays_nonnegative():
    assert multipliers(5, clip=True) == [0.0] * 6
    free = multipliers(5, clip=False)
    assert free[0] == 0.0
    assert free[-1] == pytest.approx(-0.2)


@pytest.mark.parametrize("scale", [1.0, 0.1, 1e-3])
def test_the_penalty_is_its_fisher_term_within_the_bounds(scale):
    found = fisher_ratios(scale, classes=5, count=200, tau=0.7, seed=1)
    assert np.all(found["low"] <= found["ratio"] * (1 + 1e-9))
    assert np.all(found["ratio"] <= found["high"] * (1 + 1e-9))
    assert np.all(np.abs(found["ratio"] - 1) <= scale / 2 + 1e-9)
    assert np.max(np.abs(found["ratio"] - 1)) > scale / 20


def test_larger_steps_are_refused():
    with pytest.raises(ValueError, match="scale must be"):
        fisher_ratios(2.0, classes=3, count=2, tau=1.0, seed=1)
    with pytest.raises(ValueError, match="tau must be"):
        fisher_ratios(0.5, classes=3, count=2, tau=0.0, seed=1)
    with pytest.raises(ValueError, match="two classes"):
        fisher_ratios(0.5, classes=1, count=2, tau=1.0, seed=1)
