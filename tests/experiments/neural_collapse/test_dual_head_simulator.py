import numpy as np
import pytest

from experiments.neural_collapse.dual_head import cells, run


def runs(**given):
    return {(cell["heads"], cell["student"]): run(cell | {"steps": 40} | given) for cell in cells("quick")}


def test_one_head_conflicts_exactly_above_the_teacher():
    found = runs(noise=0.0)
    for student in (1.0, 8.0):
        one = found[1, student]
        assert one["scale"][0] == pytest.approx(student)
        assert one["head"] == pytest.approx(np.where(one["scale"] > 4, -1.0, 1.0), abs=1e-9)
        assert one["backbone"] == pytest.approx(one["head"], abs=1e-9)


def test_an_auxiliary_head_leaves_the_conflict_in_the_features():
    found = runs(noise=0.0)
    for student in (1.0, 8.0):
        two = found[2, student]
        assert np.all(np.isnan(two["head"]))
        assert two["backbone"] == pytest.approx(np.where(two["scale"] > 4, -1.0, 1.0), abs=1e-9)
    assert np.all(found[2, 8.0]["backbone"] < 0)


def test_first_gradients_are_those_of_the_formulas():
    cell = next(iter(cells("quick"))) | {"noise": 0.0, "steps": 1, "student": 2.0}
    found = run(cell)
    classes, samples = 10, 50
    own, other = 2.0, -2.0 / 9
    chance = 1 / (1 + 9 * np.exp(other - own))
    sigmoid = lambda value: 1 / (1 + np.exp(-value))  # noqa: E731
    entropy = chance - 1 - (1 - chance) / 9
    binary = sigmoid(own) - sigmoid(4.0) - (sigmoid(other) - sigmoid(-4 / 9))
    assert entropy == pytest.approx(-0.548612126874456)
    assert binary == pytest.approx(-0.15520619864121787)
    # a feature gradient is the coefficient of its class times the classifier's row, of length sqrt(2) here
    lengths = np.abs([entropy, binary]) * 2**0.5 / samples * samples**0.5
    assert found["lengths"][0] == pytest.approx(lengths, rel=1e-9)
    assert classes == cell["classes"]


@pytest.mark.parametrize("heads", [1, 2])
def test_symmetric_students_take_the_steps_of_their_scales(heads):
    cell = {"heads": heads, "student": 2.0, "teacher": 4.0, "classes": 4, "size": 3, "noise": 0.0, "seed": 1}
    found = run(cell | {"decay": 0.05, "rate": 0.7, "steps": 8})
    sigmoid = lambda value: 1 / (1 + np.exp(-value))  # noqa: E731
    weights, length = [2**0.5] * heads, 2**0.5  # head h is weights[h] F, features are length F', F a simplex ETF
    scales = []
    for _ in range(9):
        own, taught = weights[0] * length, weights[-1] * length
        scales.append(taught)
        entropy = -4 / (3 + np.exp(4 * own / 3))  # derivatives by the own logit less those by another
        binary = sigmoid(taught) - sigmoid(4.0) - sigmoid(-taught / 3) + sigmoid(-4 / 3)
        pulls = [entropy, binary] if heads == 2 else [entropy + binary]
        down = (weights[0] * entropy + weights[-1] * binary) / 12 + 0.05 * length
        weights = [w - 0.7 * (length * pull / 4 + 0.05 * w) for w, pull in zip(weights, pulls, strict=True)]
        length -= 0.7 * down
    assert found["scale"] == pytest.approx(np.asarray(scales)[found["step"]], rel=1e-12)


def test_a_gradient_of_zero_has_no_angle():
    found = run(next(iter(cells("quick"))) | {"noise": 0.0, "steps": 1, "student": 0.0})
    assert np.all(np.isnan(found["head"]) & np.isnan(found["backbone"]))
    assert np.all(found["lengths"] == 0)


def test_bad_cells_are_refused():
    with pytest.raises(ValueError, match="heads must be 1 or 2, got 3"):
        run(next(iter(cells("quick"))) | {"heads": 3})
    with pytest.raises(ValueError, match="sizes are quick, paper, got 'gpu'"):
        list(cells("gpu"))
