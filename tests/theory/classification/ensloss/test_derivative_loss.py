import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification import margin
from theory.classification.ensloss.box_cox_sampler import loss_derivatives
from theory.classification.ensloss.derivative_loss import PiecewiseLinear, conditions, loss_value, psi_transform

HINGE = PiecewiseLinear([1.0], [-1.0], right="zero")
SQUARED_HINGE = PiecewiseLinear([0.0, 1.0], [-2.0, 0.0])  # right of 0; constant -2 to the left


def test_values_and_jumps_by_hand():
    assert HINGE(1.0) == 0.0
    assert HINGE(1.0, side="left") == -1.0
    assert HINGE(-9.0) == -1.0
    assert SQUARED_HINGE([-1.0, 0.25, 2.0]).tolist() == [-2.0, -1.5, 0.0]
    jump = PiecewiseLinear([-1.0, 0.0, 0.0, 2.0], [-4.0, -2.0, -1.0, -0.5])
    assert jump(0.0, side="left") == -2.0
    assert jump(0.0) == -1.0
    assert jump(-0.5) == -3.0
    assert jump(1.0) == -0.75
    assert loss_value(2.0, jump) == pytest.approx(-1.5)
    assert loss_value(-1.0, jump) == pytest.approx(3.0)
    assert loss_value(-3.0, jump) == pytest.approx(11.0)
    assert loss_value(4.0, jump) == pytest.approx(-2.5)


def test_conditions():
    assert conditions(HINGE).calibrated
    assert conditions(HINGE).bounded_below
    kink = conditions(PiecewiseLinear([0.0, 0.0], [-2.0, -1.0]))
    assert not kink.calibrated
    assert not kink.continuous_at_zero
    assert kink.negative_at_zero
    assert not conditions(PiecewiseLinear([0.0], [-1.0])).bounded_below
    assert not conditions(PiecewiseLinear([0.0, 1.0], [-1.0, -2.0])).nondecreasing
    assert not conditions(PiecewiseLinear([0.0], [0.0])).negative_at_zero
    assert not conditions(PiecewiseLinear([-1.0], [1.0], right="zero")).nondecreasing


def test_psi_of_known_losses():
    t = np.linspace(0, 1, 11)
    np.testing.assert_allclose(psi_transform(t, HINGE), t, atol=1e-15)
    square = PiecewiseLinear([-1.0, 1.0], [-4.0, 0.0])
    np.testing.assert_allclose(psi_transform(t, square), t**2, atol=1e-15)


@pytest.mark.parametrize("name", ["logistic", "exponential", "quadratic", "hinge"])
def test_psi_of_a_function_is_the_closed_form(name):
    loss = margin.LOSSES[name]()
    t = np.array([[0.0, 0.01], [0.5, 0.95]])
    np.testing.assert_allclose(psi_transform(t, loss.derivative), margin.transform(t, loss), rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("t", [0.1, 0.5, 0.98])
def test_psi_of_the_log_hinge(t):
    found = psi_transform(t, lambda z: -1.0 if z <= 1 else -1 / z)
    assert found == pytest.approx((1 + t) / 2 * math.log((1 + t) / (1 - t)), rel=1e-10)


def test_unbounded_conditional_risk():
    falling = PiecewiseLinear([0.0, 1.0], [-1.0, -0.5])
    assert psi_transform(0.5, falling) == math.inf  # 3/4 times -1/2 + 1/4 times 1 < 0 for ever
    assert psi_transform(0.25, falling) < math.inf
    with pytest.raises(ValueError, match="still falls"):
        psi_transform(1.0, lambda z: -1.0 if z <= 1 else -1 / z)


steps = st.lists(st.tuples(st.integers(-8, 8), st.integers(-9, 0)), min_size=1, max_size=6, unique_by=lambda x: x[0])


@settings(max_examples=60, deadline=None)
@given(rows=steps, t=st.integers(0, 10))
def test_psi_is_what_direct_minimisation_gives(rows, t):
    t /= 10
    knots = np.sort([row[0] / 2 for row in rows])
    g = PiecewiseLinear(knots, np.sort([row[1] / 3 for row in rows]), right="zero")
    u = np.linspace(-6, 6, 4801)
    risk = (1 + t) / 2 * loss_value(u, g) + (1 - t) / 2 * loss_value(-u, g)
    assert psi_transform(t, g) == pytest.approx(risk[u <= 0].min() - risk.min(), abs=2e-3)
    assert risk[u <= 0].min() == pytest.approx(0, abs=1e-12)


def test_a_sampled_batch():
    rng = np.random.default_rng(8)
    margins = np.sort(rng.normal(size=30) * 2)
    g = PiecewiseLinear(margins, loss_derivatives(margins, rng, lam=-0.4), right="zero")
    found = conditions(g)
    assert found.calibrated
    assert found.bounded_below
    psi = psi_transform(np.array([0.0, 0.2, 0.6, 1.0]), g)
    assert psi[0] == pytest.approx(0)
    assert (np.diff(psi) > 0).all()
    z = np.linspace(-3, 3, 601)
    slopes = np.diff(loss_value(z, g)) / np.diff(z)
    assert (slopes <= 0).all()
    assert (np.diff(slopes) >= -1e-9).all()
    assert psi[-1] == pytest.approx(loss_value(0.0, g, anchor="infinity"))  # at t = 1: phi(0) - inf phi


def test_other_namespaces_and_dtypes():
    knots, values = array_api_strict.asarray([0.0, 1.0]), array_api_strict.asarray([-2.0, 0.0])
    g = PiecewiseLinear(knots, values)
    z = array_api_strict.asarray([[-1.0, 0.25], [1.0, 2.0]])
    np.testing.assert_array_equal(np.asarray(loss_value(z, g)), loss_value(np.asarray(z), SQUARED_HINGE))
    t = array_api_strict.asarray([0.25, 1.0])
    np.testing.assert_array_equal(np.asarray(psi_transform(t, g)), psi_transform(np.asarray(t), SQUARED_HINGE))
    assert psi_transform(np.array([0.5], dtype=np.float32), SQUARED_HINGE).dtype == np.float32
    assert type(psi_transform(0.5, HINGE)) is float
    assert type(HINGE(0.5)) is float


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: PiecewiseLinear([1.0, 0.0], [-1.0, 0.0]), "nondecreasing order"),
        (lambda: PiecewiseLinear([0.0, 0.0, 0.0], [-3.0, -2.0, -1.0]), "at most twice"),
        (lambda: PiecewiseLinear([0.0, 1.0], [-1.0]), "one shape"),
        (lambda: PiecewiseLinear([], []), "k >= 1"),
        (lambda: PiecewiseLinear([math.nan], [-1.0]), "finite"),
        (lambda: PiecewiseLinear([0.0], [-1.0], right="flat"), "allowed: constant, zero"),
        (lambda: loss_value(0.0, PiecewiseLinear([0.0], [-1.0]), anchor="infinity"), "right='zero'"),
        (lambda: loss_value(0.0, HINGE, anchor="one"), "anchor is 'one'"),
        (lambda: psi_transform(1.5, HINGE), r"in \[0, 1\]"),
        (lambda: psi_transform(0.5, PiecewiseLinear([0.0, 1.0], [-1.0, -2.0])), "not convex"),
        (lambda: psi_transform(0.5, lambda z: -math.exp(-z), reach=0.0), "reach is 0.0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_margin_that_is_nan_is_refused():
    with pytest.raises(ValueError, match=r"margin must be a number \(not NaN\), got nan"):
        PiecewiseLinear([1.0], [-1.0], right="zero")([0.0, float("nan")])
