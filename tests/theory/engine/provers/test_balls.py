"""Functions of balls: every value of the ball is enclosed, and what is undefined somewhere is NaN."""

import math

import pytest
from flint import arb, arb_series, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.engine.provers import balls

FUNCTIONS = ["exp", "log", "tanh", "sinh", "cosh", "atan", "erf", "erfc", "absolute", "reciprocal", "sign", "step"]
ends = st.tuples(st.integers(-64, 64), st.integers(0, 64)).map(lambda p: (fmpq(p[0], 16), fmpq(p[0] + p[1], 16)))


def ball(low, high):
    return arb((low + high) / 2, (high - low) / 2)


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(pair=ends, share=st.integers(0, 16))
def test_images_of_points_are_in_the_image_of_the_ball(name, pair, share):
    function = getattr(balls, name)
    inside = function(arb(pair[0] + (pair[1] - pair[0]) * fmpq(share, 16)))
    image = function(ball(*pair))
    assert image.is_nan() or (inside.is_finite() and image.overlaps(inside))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(pair=ends, share=st.integers(0, 16), n=st.integers(-4, 6))
def test_integer_powers_enclose(pair, share, n):
    image = balls.integer_power(ball(*pair), n)
    inside = balls.integer_power(arb(pair[0] + (pair[1] - pair[0]) * fmpq(share, 16)), n)
    assert image.is_nan() or image.overlaps(inside)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(base=ends, exponent=ends, shares=st.tuples(st.integers(0, 16), st.integers(0, 16)), known=st.booleans())
def test_real_powers_enclose(base, exponent, shares, known):
    image = balls.power(ball(*base), ball(*exponent), nonnegative=known)
    x, e = (
        pair[0] + (pair[1] - pair[0]) * fmpq(share, 16) for pair, share in zip((base, exponent), shares, strict=True)
    )
    if image.is_nan() or x < 0:
        return
    value = float(arb(x)) ** float(arb(e)) if x > 0 else 0.0
    assert image.overlaps(arb(value, 1e-9 * max(value, 1)))


def test_an_even_power_of_a_ball_around_zero_is_not_negative():
    square = balls.integer_power(ball(fmpq(-1), fmpq(2)), 2)
    assert square > -fmpq(1, 10**6)
    assert square.contains(4)


def test_powers_touch_zero_only_where_the_base_is_known_not_to_be_negative():
    half = arb(fmpq(1, 2))
    assert balls.power(ball(fmpq(0), fmpq(1)), half, nonnegative=False).is_nan()
    touching = balls.power(ball(fmpq(0), fmpq(1)), half, nonnegative=True)
    assert touching.contains(0)
    assert touching.contains(1)
    assert touching < fmpq(11, 10)
    assert balls.power(ball(fmpq(0), fmpq(1)), -half, nonnegative=True).is_nan()


def test_x_log_x_reaches_zero_and_its_valley():
    whole = balls.x_log_x(ball(fmpq(0), fmpq(1)), nonnegative=True)
    assert whole.contains(-arb(-1).exp())
    assert whole.contains(0)
    assert whole > fmpq(-37, 100)
    near = balls.x_log_x(ball(fmpq(0), fmpq(1, 8)), nonnegative=True)
    assert near.contains(arb(fmpq(1, 8)).log() / 8)
    assert balls.x_log_x(ball(fmpq(0), fmpq(1)), nonnegative=False).is_nan()


@pytest.mark.parametrize("k", [0, 1, 4])
@pytest.mark.parametrize("z", [-30.0, -1.0, -1e-9, 0.0, 1e-9, 0.5, 20.0])
def test_entire_quotients(k, z):
    with balls.working(80):
        value = balls.entire(k, arb(z))
        # the recurrence z E_(k+1) = e^z - (k+1) E_k holds at every z
        residual = arb(z) * balls.entire(k + 1, arb(z)) - (arb(z).exp() - (k + 1) * value)
    assert abs(residual) < 1e-12 * math.exp(max(z, 0))
    assert value > 0


def test_entire_quotients_of_balls_and_series():
    wide = balls.entire(0, ball(fmpq(-1), fmpq(1)))
    assert wide.contains(arb(1).exp() - 1)
    assert wide.contains(1)
    assert wide > fmpq(1, 2)
    with balls.working(64, 4):
        series = balls.entire(0, arb_series([0, 1], 4))
        assert [abs(series[j] * math.factorial(j + 1) - 1) < 1e-15 for j in range(4)] == [True] * 4


@pytest.mark.parametrize("name", ["log", "reciprocal", "sign", "absolute"])
def test_a_series_through_a_singular_point_is_nan_throughout(name):
    with balls.working(64, 5):
        series = getattr(balls, name)(arb_series([ball(fmpq(-1), fmpq(1)), 1], 5))
        assert all(series[j].is_nan() for j in range(5))


def test_the_working_precision_is_restored():
    before = ctx.prec, ctx.cap
    with balls.working(333, 7):
        assert (ctx.prec, ctx.cap) == (333, 7)
    assert (ctx.prec, ctx.cap) == before


def test_nan_is_never_true():
    nan = balls.NAN
    assert not any([nan > 0, nan < 0, nan >= 0, nan <= 0, nan == 0])
    assert balls.maximum(nan, arb(1)).is_nan()
    assert (arb(0) * nan).is_nan()
