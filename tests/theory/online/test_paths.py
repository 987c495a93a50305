import numpy as np
import pytest

from theory.online.paths import (
    Path,
    checked_gradient,
    checked_start,
    follow,
    inner,
    like,
    nonnegative,
    norm_sq,
    positive,
    total,
)


def still(state, t, play, seen):
    return state, play


def test_regrets_by_hand():
    path = Path(np.asarray([[1.0, 0.0], [0.0, 2.0]]), np.asarray([[2.0, 1.0], [1.0, -1.0]]))
    assert path.linear([0.0, 1.0]).tolist() == [1.0, -1.0]
    assert float(path.linear_regret([0.0, 1.0])) == 0.0
    assert float(path.curved_regret([0.0, 1.0], 0.5)) == -0.5


def test_state_is_handed_on_and_replicates_are_independent():
    path = follow(lambda t, x: t + 0 * x, np.zeros((3, 2)), 4, state=0, move=lambda s, t, x, g: (s + 1, x - g * s))
    assert path.plays.shape == (4, 3, 2)
    assert path.plays[:, 0, 0].tolist() == [0.0, 0.0, -2.0, -8.0]


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        (lambda t, x: np.zeros(3), "round 1: the gradient has shape"),
        (lambda t, x: x * float("nan") if t == 2 else x, "round 2: the gradient must be finite"),
        (lambda t, x: x + 3 * (t == 3), "round 3: the gradient"),
    ],
)
def test_bad_gradients_name_the_round(gradient, words):
    with pytest.raises(ValueError, match=words):
        follow(gradient, np.full(1, 0.5), 5, move=still, largest=2.0)


@pytest.mark.parametrize("rounds", [0, -1, 1.0, True, "3", None])
def test_no_rounds(rounds):
    with pytest.raises(ValueError, match="rounds must be a whole number >= 1"):
        follow(lambda t, x: x, [0.0], rounds, move=still)


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_positive(value):
    with pytest.raises(ValueError, match="eta must be positive and finite"):
        positive(eta=value)


def test_sums_by_hand():
    a, b = np.asarray([[1.0, 2.0], [3.0, 4.0]]), np.asarray([[5.0, 6.0], [7.0, -8.0]])
    assert inner(a, b).tolist() == [17.0, -11.0]
    assert norm_sq(a).tolist() == [5.0, 25.0]
    assert total(a).tolist() == [4.0, 6.0]
    assert like(np.zeros(1, dtype=np.float32), [1, 2]).dtype == np.float32


def test_integers_of_an_array_library_count_rounds():
    assert follow(lambda t, x: x, [0.0], np.int64(3), move=still).plays.shape == (3, 1)


def test_nonnegative_numbers_are_checked_by_name():
    nonnegative(L=0.0)
    for value in (-1.0, float("inf"), float("nan"), True, "1", [1.0]):
        with pytest.raises(ValueError, match="L must be nonnegative and finite"):
            nonnegative(L=value)


def test_a_gradient_of_exactly_the_declared_size_passes_and_a_larger_one_does_not():
    play = np.zeros((2, 2))
    seen = np.asarray([[0.6, 0.8], [0.0, 0.0]])
    assert checked_gradient(np, 4, play, seen, 1.0).tolist() == seen.tolist()
    with pytest.raises(ValueError, match=r"round 4: the gradient must be at most 1\.0 in norm, as declared"):
        checked_gradient(np, 4, play, (1 + 1e-9) * seen, 1.0)
    assert checked_gradient(np, 4, play, 5 * seen, None).tolist() == (5 * seen).tolist()
    single = np.asarray([[0.6, 0.8]], dtype=np.float32)  # of norm 1 + 2.4e-8
    assert checked_gradient(np, 4, single, single, 1.0).dtype == np.float32
    with pytest.raises(ValueError, match="at most"):
        checked_gradient(np, 4, single, single * np.float32(1.0001), 1.0)


def test_a_start_is_a_finite_point_of_the_decision_set():
    assert checked_start([1, 2]).tolist() == [1.0, 2.0]
    assert checked_start([1.0], lambda point: np.clip(point, -1, 1)).tolist() == [1.0]
    for start, words in ((1.0, "coordinates along its last axis"), ([1.0, float("nan")], "start must be finite")):
        with pytest.raises(ValueError, match=words):
            checked_start(start)
    with pytest.raises(ValueError, match=r"the distance of start from the decision set must be 0, got 0\.5"):
        checked_start([1.5], lambda point: np.clip(point, -1, 1))


@pytest.mark.parametrize("u", [0.3, [0.1], [[0.1, 0.2]] * 4, [0.1, 0.2, 0.3]])
def test_comparators_have_the_shape_of_a_play(u):
    path = Path(np.zeros((4, 3, 2)), np.ones((4, 3, 2)))
    with pytest.raises(ValueError, match=r"the comparator must have the shape of a play, \(3, 2\)"):
        path.linear_regret(u)
    assert path.linear_regret([[0.1, 0.2]] * 3) == pytest.approx([-1.2] * 3)
    with pytest.raises(ValueError, match="the comparator must be finite"):
        path.linear_regret([0.1, float("nan")])


def test_comparators_within_the_width_of_the_set():
    path = Path(np.zeros((1, 2)), np.ones((1, 2)))
    path.within([3.0, -4.0], 5.0)
    path.within([3.0, -4.0], 4.0, by_coordinate=True)
    with pytest.raises(ValueError, match=r"play and comparator must be at most 4\.0, as declared, got 5\.0"):
        path.within([3.0, -4.0], 4.0)
    with pytest.raises(ValueError, match="the distance of play and comparator"):
        path.within([3.0, -4.0], 3.5, by_coordinate=True)


@pytest.mark.parametrize("shapes", [((0, 1), (0, 1)), ((3, 1), (2, 1)), ((3,), (3,)), ((3, 0), (3, 0))])
def test_paths_without_rounds_or_coordinates(shapes):
    with pytest.raises(ValueError, match="plays and gradients must have one shape"):
        Path(*(np.zeros(shape) for shape in shapes))


def test_a_play_that_is_not_finite_is_the_learners_fault():
    with pytest.raises(ValueError, match="round 2: the play must be finite"):
        follow(lambda t, x: x, [1.0], 3, move=lambda s, t, x, g: (s, x * float("inf")))
