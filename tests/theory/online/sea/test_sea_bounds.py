"""SEA bounds: hand-computed values, scaling, order of published and sharper forms, domains."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.online import sea
from theory.online.sea.bounds import convex_unsplit, exp_concave

size = st.just(0.0) | st.floats(1e-6, 1e3)
positive = st.floats(1e-3, 1e3)


def test_convex_constants_by_hand():
    assert sea.convex_bound(2, 3, 0, 0, 0) == pytest.approx(5 * math.sqrt(10) * 12)
    assert sea.convex_bound(2, 0, 3, 0, 0) == pytest.approx(5 * math.sqrt(5) / 2 * 6)
    assert sea.convex_bound(2, 0, 0, 9, 0) == pytest.approx(5 * math.sqrt(2) * 6)
    assert sea.convex_bound(2, 0, 0, 0, 9) == pytest.approx(30)
    assert sea.convex_bound_sharper(1, 1, 0, 0, 0) == pytest.approx(17 / 24 * math.sqrt(10))
    assert sea.convex_bound_sharper(1, 0, 0, 4, 0) == pytest.approx(10)


def test_optimal_delta_is_the_minimum_of_the_two_terms():
    def terms(delta, D=1.3, L=0.7):
        return 2.5 * D * math.sqrt(delta) + 25 * D**3 * L**2 / math.sqrt(delta)

    best = sea.optimal_delta(1.3, 0.7)
    assert terms(best) == pytest.approx(sea.convex_bound(1.3, 0.7, 0, 0, 0))
    assert terms(best) < min(terms(0.99 * best), terms(1.01 * best))


@given(positive, size, size, size, size)
@settings(max_examples=200, deadline=None)
def test_sharper_convex_bound_is_below_the_published_one(D, L, G, sigma_sq, Sigma_sq):
    sharper = sea.convex_bound_sharper(D, L, G, sigma_sq, Sigma_sq)
    assert 0 <= sharper <= sea.convex_bound(D, L, G, sigma_sq, Sigma_sq) * (1 + 1e-12)


@given(positive, st.tuples(positive, size, size, size, size))
@settings(max_examples=100, deadline=None)
def test_bounds_scale_as_regret_does(c, given):
    D, L, G, s, S = given
    for bound in (sea.convex_bound, sea.convex_bound_sharper):
        assert bound(D, c * L, c * G, c**2 * s, c**2 * S) == pytest.approx(c * bound(D, L, G, s, S), rel=1e-9)


@given(positive, st.tuples(positive, size, size, positive), st.integers(1, 10**6), size, size)
@settings(max_examples=100, deadline=None)
def test_strongly_convex_bounds_are_ordered_and_scale(c, given, T, s, S):
    D, L, G, lam = given
    totals = {"sigma_sq": T * s, "Sigma_sq": (T - 1) * S if T > 1 else 0.0}
    # the total of 4 sigma_t^2 at its largest is that of T rounds; the published form knows T alone
    sharper = sea.strongly_convex_bound(D, L, G, lam, sigma_max_sq=s, Sigma_max_sq=S, **totals)
    published = sea.strongly_convex_bound_published(D, L, G, lam, T, sigma_max_sq=s, Sigma_max_sq=S)
    # what the published form drops, 1 + log T against log T, is one more unit of its leading term
    slack = (32 * s + 16 * S) / lam + 16 * L**2 * D**2 / lam
    assert sharper <= (published + slack) * (1 + 1e-12)
    scaled = {name: c**2 * value for name, value in totals.items()}
    again = sea.strongly_convex_bound(D, c * L, c * G, c * lam, sigma_max_sq=c**2 * s, Sigma_max_sq=c**2 * S, **scaled)
    assert again == pytest.approx(c * sharper, rel=1e-9)


@pytest.mark.parametrize("T", [1, 2, 10, 500])
def test_the_sum_over_rounds_is_the_sharpest(T):
    rng = np.random.default_rng(T)
    noise, drift = rng.uniform(0, 1, T), rng.uniform(0, 2, T)
    finite = sea.strongly_convex_bound_rounds(2, 1, 1.5, 0.1, sigma_sq=noise, Sigma_sq=drift)
    closed = sea.strongly_convex_bound(
        2, 1, 1.5, 0.1, sigma_max_sq=noise.max(), Sigma_max_sq=drift.max(), sigma_sq=noise.sum(),
        Sigma_sq=drift[1:].sum(),
    )  # fmt: skip
    assert float(finite) <= closed


def test_strongly_convex_rounds_by_hand():
    """T = 3: weights 3/2 and 8/9 at lam = 1; moves 3 L^2 w - (t - 1)/8 at L = 1/2."""
    got = sea.strongly_convex_bound_rounds(2, 0.5, 1, 1, sigma_sq=[1, 2, 3], Sigma_sq=[9, 1, 0])
    variation = 1.5 * (2 + 3 + 3) + 8 / 9 * (3 + 6)
    moves = 4 * ((0.75 * 1.5 - 1 / 8) + (0.75 * 8 / 9 - 2 / 8))
    assert float(got) == pytest.approx(1 + 4 + variation + moves)


def test_published_form_covers_the_sum_over_rounds():
    rounds = 400
    finite = sea.strongly_convex_bound_rounds(2, 1, 1.5, 0.3, sigma_sq=np.ones(rounds), Sigma_sq=np.ones(rounds))
    assert float(finite) <= sea.strongly_convex_bound_published(2, 1, 1.5, 0.3, rounds, sigma_max_sq=1, Sigma_max_sq=1)


def test_exp_concave_gain_of_moves_is_the_maximum_over_their_sum():
    """(16 d/beta) log(1 + b + q S) - k S/4 maximised on a grid of S equals the two closing terms."""
    D, L, G, alpha, d, s, S = 2.0, 3.0, 1.0, 1.0, 2, 5.0, 1.0
    bound = exp_concave(D=D, L=L, G=G, alpha=alpha, dimension=d, sigma_sq=s, Sigma_sq=S)
    beta = 0.5 * min(1 / (4 * G * D), alpha)
    k, b, q = 1 + beta * G**2 / 2, beta / (8 * d) * (G**2 + 4 * s + 3 * S), 3 * beta * L**2 / (8 * d)
    moves = np.linspace(0, 5e4, 2_000_001)
    values = 16 * d / beta * np.log1p(b + q * moves) - k * moves / 4
    assert bound.terms["variation"] + bound.terms["moves"] == pytest.approx(values.max(), rel=1e-8)
    assert bound.terms["start"] == pytest.approx(D**2 / 2 * k)


def test_arrays_broadcast_and_keep_their_namespace():
    strict = pytest.importorskip("array_api_strict")
    T = strict.asarray([10.0, 100.0], dtype=strict.float32)
    bound = sea.convex_bound(1.0, 1.0, 1.0, T, 0.0)
    assert bound.dtype == strict.float32
    assert bound.shape == (2,)
    assert sea.convex_bound(1.0, 1.0, 1.0, np.ones((3, 1)), np.ones(4)).shape == (3, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sea.convex_bound(0, 1, 1, 1, 1), "D must be positive and finite, got 0.0"),
        (lambda: sea.convex_bound(1, 1, 1, -1, 1), "sigma_sq must be nonnegative and finite, got -1.0"),
        (lambda: sea.convex_bound(1, math.nan, 1, 1, 1), "L must be nonnegative and finite, got nan"),
        (lambda: sea.strongly_convex_bound(1, 1, 1, 1, sigma_max_sq=0, Sigma_max_sq=0, sigma_sq=1, Sigma_sq=0),
         "sigma_sq must be 0 where sigma_max_sq is 0, got 1.0"),
        (lambda: sea.strongly_convex_bound_published(1, 1, 1, 1, 0.5, sigma_max_sq=0, Sigma_max_sq=0),
         "T must be at least 1, got 0.5"),
        (lambda: sea.strongly_convex_bound_rounds(1, 1, 1, 1, sigma_sq=1, Sigma_sq=1), "one entry a round"),
        (lambda: sea.exp_concave_bound(1, 1, 0, 1, 1, sigma_sq=1, Sigma_sq=1), "G must be positive"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_assumptions_travel_with_the_bound():
    bound = convex_unsplit(D=1, L=1, G=1, sigma_sq=0, Sigma_sq=0)
    assert bound.form == "derived"
    assert bound.paper == "sea"
    assert any("delta = 10 D^2 L^2" in line for line in bound.assumptions)


def test_no_cancellation_no_warning_and_clear_errors():
    smooth = 17 / 24 * 10**0.5 * 1e9
    assert sea.convex_bound_sharper(1, 1e9, 0, 1e3, 0) == pytest.approx(smooth, rel=1e-12)
    assert sea.convex_bound(1e200, 1e200, 1, 1, 1) == sea.convex_bound_sharper(1e160, 1, 1, 1, 1) == float("inf")
    assert sea.optimal_delta([1.0, 2.0], 1.0).tolist() == [10.0, 40.0]
    with pytest.raises(ValueError, match="D must be positive"):
        sea.optimal_delta(-1.0, 1.0)
    with pytest.raises(ValueError, match="must be numbers here"):
        sea.strongly_convex_bound_rounds([2, 3], 1, 1, 1, sigma_sq=[1, 1], Sigma_sq=[1, 1])
    with pytest.raises(ValueError, match="dimension must be at least 1"):
        sea.exp_concave_bound(2, 1, 1, 1, 0.5, sigma_sq=0, Sigma_sq=0)


def test_losses_in_random_order_drift_by_four_squares():
    rng = np.random.default_rng(5)
    for rounds in (2, 3, 10, 50):
        gradients = rng.choice([-1.0, 1.0], size=(rounds, 1))
        gradients[0] = 1.0
        gradients[1:] *= rng.choice([-1.0, 1.0])
        means = np.asarray([gradients[t:].mean(axis=0) for t in range(rounds)])
        assert float(np.sum((means[1:] - means[:-1]) ** 2)) <= 4.0 * (1 - 1 / rounds) + 1e-12


def test_strongly_convex_bounds_by_hand():
    given = {"D": 1.5, "L": 2.0, "G": 3.0, "lam": 0.5}
    start, guess = 0.5 * 1.5**2 / 4, 4 * 9 / 0.5
    published = sea.strongly_convex_bound_published(**given, T=7, sigma_max_sq=0.3, Sigma_max_sq=0.2)
    moves = 16 * 4 * 2.25 / 0.5 * math.log(1 + 8 * math.sqrt(2) * 4)
    assert published == pytest.approx(start + guess + (32 * 0.3 + 16 * 0.2) / 0.5 * math.log(7) + moves)
    a, total, basel = 4 * 0.3 + 3 * 0.2, 4 * 1.1 + 3 * 0.7, math.pi**2 / 6 - 1
    sharper = sea.strongly_convex_bound(**given, sigma_max_sq=0.3, Sigma_max_sq=0.2, sigma_sq=1.1, Sigma_sq=0.7)
    moves = 6 * 4 * 2.25 / 0.5 * (math.log(12 * 2 / 0.5) + basel)
    assert sharper == pytest.approx(start + guess + 2 * a / 0.5 * (math.log(1 + total / a) + basel) + moves)
