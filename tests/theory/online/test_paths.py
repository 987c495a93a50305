import numpy as np
import pytest

from theory.online.paths import Path, follow, positive


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


@pytest.mark.parametrize("rounds", [0, -1, 1.0, True])
def test_no_rounds(rounds):
    with pytest.raises(ValueError, match="rounds must be an integer of at least 1"):
        follow(lambda t, x: x, [0.0], rounds, move=still)


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_positive(value):
    with pytest.raises(ValueError, match="eta must be positive and finite"):
        positive(eta=value)
