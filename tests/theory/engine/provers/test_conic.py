"""Points of spectrahedra: found in floats, made exact on faces."""

from fractions import Fraction as F  # noqa: N817

import pytest

from theory.engine.provers.conic import Region, round_inside, round_on_face, search

ONE = F(1)
# [[1, x], [x, 1]] positive semidefinite: x in [-1, 1]
DISC = Region(["x"], [], [], [[{"": ONE}, {"x": ONE}], [{"x": ONE}, {"": ONE}]])
EMPTY = Region(["x"], [], [{"x": ONE, "": F(-2)}], DISC.matrix)


def test_search_finds_the_centre_and_the_optimum():
    point, inside = search(DISC)
    assert inside == pytest.approx(1, abs=1e-6)
    assert point["x"] == pytest.approx(0, abs=1e-4)
    point, cost = search(DISC, {"x": -ONE})
    assert (point["x"], cost) == (pytest.approx(1, abs=1e-6), pytest.approx(-1, abs=1e-6))


def test_nothing_is_inside_of_an_empty_region():
    assert search(EMPTY, {"x": ONE}) is None
    found = search(EMPTY)
    assert found is None or found[1] < 0


def test_on_the_face_the_matrix_becomes_exactly_singular():
    assert round_on_face(DISC, {"x": 0.99999999}, tolerance=1e-6, denominator=10) == {"x": ONE}
    assert round_on_face(DISC, {"x": -0.99999999}, tolerance=1e-6, denominator=10) == {"x": -ONE}


def test_active_inequalities_become_equalities():
    region = Region(["x"], [], [{"x": F(-1), "": F(1, 3)}], DISC.matrix)
    assert round_on_face(region, {"x": 0.3333333}, tolerance=1e-6, denominator=1) == {"x": F(1, 3)}


def test_inside_only_the_equalities_are_repaired():
    region = Region(["x", "y"], [{"x": ONE, "y": F(2), "": F(-1)}], [], [])
    point = round_inside(region, {"x": 0.5000001, "y": 0.2499999}, denominator=100)
    assert point["x"] + 2 * point["y"] == 1
