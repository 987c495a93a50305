import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from theory.online import optimal_design as home
from theory.online.optimal_design import leverages_of, optimal_design, rational_design

WHOLE = st.integers(-6, 6)


def brute_log_det(actions, grid):
    """The largest log det over designs whose weights are multiples of 1/grid."""
    best = -np.inf
    for parts in itertools.product(range(grid + 1), repeat=len(actions)):
        if sum(parts) == grid:
            weights = np.array(parts) / grid
            best = max(best, np.linalg.slogdet((actions * weights[:, None]).T @ actions)[1])
    return best


def test_known_designs():
    assert np.allclose(optimal_design(np.eye(4)).weights, 0.25)
    found = optimal_design([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    assert np.allclose(sorted(found.weights), [0] * 5 + [1 / 3] * 3, atol=1e-6)
    angles = np.arange(8) * np.pi / 4
    octagon = optimal_design(np.stack([np.cos(angles), np.sin(angles)], axis=1), tolerance=1e-12)
    assert np.allclose(octagon.leverages, 2)


def test_no_design_on_a_grid_has_a_larger_determinant():
    actions = np.array([[1.0, 0.2], [0.3, 1.0], [1.0, 1.0], [-0.7, 0.9]])
    found = optimal_design(actions, tolerance=1e-10)
    value = np.linalg.slogdet((actions * found.weights[:, None]).T @ actions)[1]
    best = brute_log_det(actions, 24)
    assert best <= value + 1e-9
    assert value - best < 0.01


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 4)), elements=WHOLE.map(float)))
def test_certificate_and_coordinates(actions):
    if not actions.any():
        with pytest.raises(ValueError, match="span nothing"):
            optimal_design(actions)
        return
    found = optimal_design(actions)
    rank = np.linalg.matrix_rank(actions)
    assert found.rank == rank == found.coordinates.shape[1]
    assert found.weights.min() >= 0
    assert found.weights.sum() == pytest.approx(1)
    assert rank * (1 - 1e-12) <= found.largest <= rank * (1 + 2e-8)
    assert found.weights @ found.leverages == pytest.approx(rank)
    assert np.allclose((found.coordinates * found.weights[:, None]).T @ found.coordinates, np.eye(rank))
    matrix = (actions * found.weights[:, None]).T @ actions
    assert np.allclose(np.einsum("ij,jk,ik->i", actions, np.linalg.pinv(matrix, rcond=1e-9), actions), found.leverages)
    assert 0 <= found.log_det_gap <= rank * 2e-8


def test_leverages_do_not_change_under_linear_maps():
    rng = np.random.default_rng(5)
    actions = rng.normal(size=(30, 3))
    mapped = actions @ rng.normal(size=(3, 5)) * 1e6
    one, other = optimal_design(actions, tolerance=1e-12), optimal_design(mapped, tolerance=1e-12)
    assert one.rank == other.rank == 3
    assert np.allclose(one.weights, other.weights, atol=1e-5)


def test_many_actions_and_a_fine_tolerance():
    actions = np.random.default_rng(1).normal(size=(2000, 8))
    found = optimal_design(actions, tolerance=1e-12)
    assert found.largest <= 8 * (1 + 2e-12)
    assert (found.weights > 0).sum() <= 8 * 9 // 2


def test_a_search_that_may_not_search_gives_up():
    with pytest.raises(ArithmeticError, match="after 3 exchanges the largest leverage is"):
        optimal_design(np.random.default_rng(1).normal(size=(50, 5)), iterations=3)


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ([], r"shape \(0,\)"),
        ([1.0, 2.0], r"shape \(2,\)"),
        ([[np.nan, 1.0]], "finite, got nan"),
        ([[0.0]], "span nothing"),
    ],
)
def test_bad_actions(actions, message):
    with pytest.raises(ValueError, match=message):
        optimal_design(actions)


@pytest.mark.parametrize("tolerance", [0.0, 2.0, np.nan])
def test_bad_tolerance(tolerance):
    with pytest.raises(ValueError, match="tolerance"):
        optimal_design([[1.0]], tolerance=tolerance)


def exact_leverage(rows, weights, action):
    """Leverage in the plane by Cramer's rule."""
    a, b, c = (sum(w * r[i] * r[j] for w, r in zip(weights, rows, strict=True)) for i, j in ((0, 0), (0, 1), (1, 1)))
    x, y = action
    return (c * x * x - 2 * b * x * y + a * y * y) / (a * c - b * b)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(WHOLE, WHOLE), min_size=2, max_size=7))
def test_rational_designs_of_the_plane(rows):
    if np.linalg.matrix_rank(np.array(rows)) < 2:
        return
    found = rational_design(rows, digits=6)
    assert sum(found.weights) == 1
    assert min(found.weights) >= 0
    assert found.leverages == tuple(exact_leverage(rows, found.weights, row) for row in rows)
    assert 2 <= found.largest <= 2 * (1 + Fraction(1, 10**6))


def test_rational_design_of_a_rank_deficient_set():
    rows = [[1, 2, 3], [2, 4, 6], [0, 1, 1], [1, 3, 4]]
    found = rational_design(rows, digits=9)
    assert found.rank == 2
    assert found.largest <= 2 + Fraction(2, 10**9)


def test_exact_leverages_refuse():
    with pytest.raises(ValueError, match=r"exact, got 0\.5"):
        leverages_of([[1, 0], [0, 1]], [0.5, Fraction(1, 2)])
    with pytest.raises(ValueError, match="sum 2"):
        leverages_of([[1, 0], [0, 1]], [1, 1])
    with pytest.raises(ValueError, match="one length"):
        rational_design([[1, 0], [1]])
    with pytest.raises(ValueError, match="digits must be a whole number from 1 to 9"):
        rational_design([[1, 0], [0, 1]], digits=12)
    with pytest.raises(ValueError, match="not all be zero"):
        rational_design([[0, 0]])
    with pytest.raises(ZeroDivisionError):
        leverages_of([[1, 0], [0, 1]], [1, 0])


@pytest.mark.parametrize(
    "actions", [[[1, 0], [0, 1e-12]], [[1, 0], [1e-12, 1e-12]], [[1, 0], [1, 1e-12]], [[1e300, 0], [0, 1e-300]]]
)
def test_units_of_coordinates_do_not_matter(actions):
    found = optimal_design(actions)
    assert found.rank == 2
    assert found.weights.tolist() == pytest.approx([0.5, 0.5])


def test_doubtful_rank_is_refused_in_doubles_and_decided_exactly():
    tiny = Fraction(1, 10**11)
    rows = [[1, 1], [1, 1 + tiny], [1, 1 - tiny]]
    with pytest.raises(ValueError, match="dependent or not, got a singular value of 4"):
        optimal_design([[float(x) for x in row] for row in rows])
    found = rational_design(rows, digits=6)
    assert (found.rank, found.weights, found.largest) == (2, (0, Fraction(1, 2), Fraction(1, 2)), 2)


@pytest.mark.parametrize("third", [[10**400, 1], [Fraction(1, 10**400), 1], [1, Fraction(1, 10**13)]])
def test_rational_designs_of_numbers_of_any_size(third):
    found = rational_design([[1, 0], [0, 1], third])
    assert 2 <= found.largest <= 2 * (1 + Fraction(1, 10**6))
    assert leverages_of([[1, 0], [0, 1], third], found.weights) == (2, found.leverages)


def test_a_design_is_exact_where_the_first_actions_are_nearly_dependent():
    found = rational_design([[1, 0], [1, Fraction(1, 10**13)], [0, 1]])
    assert found.weights == (0, Fraction(1, 2), Fraction(1, 2))
    assert found.leverages[0] == 2 + Fraction(2, 10**26)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(WHOLE, WHOLE, WHOLE), min_size=1, max_size=8))
def test_rational_designs_in_space_of_any_rank(rows):
    if not np.any(rows):
        return
    found = rational_design(rows, digits=8)
    assert found.rank == np.linalg.matrix_rank(np.array(rows))
    assert sum(found.weights) == 1
    assert sum(w * s for w, s in zip(found.weights, found.leverages, strict=True)) == found.rank
    assert found.largest == max(found.leverages) <= found.rank * (1 + Fraction(1, 10**8))


@pytest.mark.parametrize("seed", [138, 150])
def test_weights_that_go_away_are_zero(seed):
    rng = np.random.default_rng(seed)  # two sets on which an exchange takes all weight of an action
    weights = optimal_design(rng.normal(size=(rng.integers(4, 12), rng.integers(2, 5))), tolerance=1e-10).weights
    assert weights.min() == 0
    assert not ((weights > 0) & (weights < 1e-14)).any()


def test_log_det_gap_is_the_rank_times_the_logarithm():
    found = optimal_design([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.7, 0.7, 0.7]], tolerance=1.0)
    assert found.largest > 3 * 1.01
    assert found.log_det_gap == pytest.approx(3 * np.log(found.largest / 3))


def test_negative_weights_of_sum_one_are_refused():
    with pytest.raises(ValueError, match="nonnegative"):
        leverages_of([[1, 0], [0, 1], [1, 1]], [1, 1, -1])


def test_weights_that_are_all_rounded_to_zero_are_passed_over():
    tried = list(home._roundings(np.full(300, 1 / 300), 1))
    assert [sum(parts) for parts in tried] == [300 * 33, 300 * 33333]
