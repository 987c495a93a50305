import numpy as np
import pytest
from simulator_frame import BACKENDS, check_back_end

from experiments.arrays import backend
from experiments.neural_collapse.dual_head import _student, cells, run
from experiments.streams import Stream


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


def test_every_head_has_noise_of_its_own():
    cell, own = next(iter(cells("quick"))) | {"heads": 2}, np.repeat(np.eye(10), 5, axis=1)
    (first, second), features = _student(cell, own, backend("numpy"))
    (still, _), centre = _student(cell | {"noise": 0.0}, own, backend("numpy"))
    drawn = Stream.named(1, "dual head").normal(2, (10, 10))
    assert np.array([first - still, second - still]) / 0.02 == pytest.approx(drawn, abs=1e-12)
    assert 0.9 < np.std(features - centre) / 0.02 < 1.1


def test_a_gradient_of_zero_has_no_angle():
    found = run(next(iter(cells("quick"))) | {"noise": 0.0, "steps": 1, "student": 0.0})
    assert np.all(np.isnan(found["head"]) & np.isnan(found["backbone"]))
    assert np.all(found["lengths"] == 0)


@pytest.mark.parametrize("library", BACKENDS)
@pytest.mark.parametrize("heads", [1, 2])
def test_angles_are_the_same_on_other_back_ends(heads, library):
    cell = next(cell for cell in cells("quick") if cell["heads"] == heads) | {"steps": 60}
    check_back_end(run, cell, library, change={"seed": 2}, allowed=1e-12)
    check_back_end(run, cell, library, change={"decay": 1.1e-4}, allowed=1e-12)


def test_bad_cells_are_refused():
    with pytest.raises(ValueError, match="heads must be 1 or 2, got 3"):
        run(next(iter(cells("quick"))) | {"heads": 3})
    for change, message in (
        ({"student": -1.0}, "student must be at least 0, got -1.0"),
        ({"classes": 1}, "classes must be a whole number >= 2, got 1"),
        ({"size": 0}, "size must be a whole number >= 1, got 0"),
        ({"steps": 2.5}, "steps must be a whole number >= 1, got 2.5"),
    ):
        with pytest.raises(ValueError, match=message):
            run(next(iter(cells("quick"))) | change)
    with pytest.raises(ValueError, match="sizes are quick, paper, got 'gpu'"):
        list(cells("gpu"))
