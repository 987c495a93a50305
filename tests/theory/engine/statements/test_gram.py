"""Vectors and expressions in inner products."""

from fractions import Fraction

import pytest

from theory.engine.statements.epigraph import rows
from theory.engine.statements.gram import Vector, basis, expression, largest, latex, least, scalars, vectors


def test_vectors_add_and_scale_exactly():
    x, g = vectors("x g")
    assert (x - g).coefficients == {"x": 1, "g": -1}
    assert (2 * (x + g) - 2 * x).coefficients == {"g": Fraction(2)}
    assert (0 * x).coefficients == {}


def test_square_of_a_difference_expands_as_it_must():
    x, g = vectors("x g")
    change = x - Fraction(1, 2) * g
    assert rows((change @ change).term, []).cost == {
        ("x", "x"): 1,
        ("g", "x"): -1,
        ("g", "g"): Fraction(1, 4),
    }


def test_inner_product_with_the_zero_vector_is_zero():
    (x,) = vectors("x")
    assert (x @ Vector({})).term == 0


def test_expressions_mix_with_rationals_on_both_sides():
    (f,) = scalars("f")
    assert rows((1 - f / 2 + Fraction(1, 3)).term, []).cost == {"": Fraction(4, 3), "f": Fraction(-1, 2)}
    assert rows((2 + 3 * f).term, []).cost == {"": 2, "f": 3}


def test_basis_is_read_off_in_order_of_appearance():
    (f, h), (x, g) = scalars("f h"), vectors("x g")
    assert basis((h + g @ x - largest(f, x @ x)).term) == (["g", "x"], ["h", "f"])


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (lambda x, g, f: x @ x, r"\lVert x_{0} \rVert^2"),
        (lambda x, g, f: f - g @ (x - 2 * g), r"f_{1} - \langle g, x_{0} - 2 g \rangle"),
        (lambda x, g, f: f / 2 - 1, r"\tfrac{1}{2} f_{1} - 1"),
        (lambda x, g, f: 3 * (f + 1), r"3 \left( f_{1} + 1 \right)"),
        (lambda x, g, f: least(f, g @ g), r"\min\left( f_{1}, \lVert g \rVert^2 \right)"),
        (lambda x, g, f: f - 2 * f, "f_{1} - 2 f_{1}"),
        (lambda x, g, f: 0 + f - 1, "f_{1} - 1"),
        (lambda x, g, f: expression(0) + 0, "0"),
        (lambda x, g, f: (2 * g - x) @ (2 * g - x), r"\lVert 2 g - x_{0} \rVert^2"),
        (lambda x, g, f: (x - 2 * x - g) @ (-x - g), r"\lVert x_{0} + g \rVert^2"),
    ],
)
def test_latex(term, expected):
    (x, g), (f,) = vectors("x0 g"), scalars("f1")
    assert latex(term(x, g, f).term) == expected


@pytest.mark.parametrize("names", ["", "x x", "x-y", "1x", "\u00e9"])
def test_bad_names_are_refused(names):
    with pytest.raises(ValueError, match="distinct identifiers"):
        vectors(names)


def test_floats_and_wrong_kinds_are_refused():
    (x,), (f,) = vectors("x"), scalars("f")
    with pytest.raises(ValueError, match="exact"):
        0.5 * x
    with pytest.raises(ValueError, match="exact"):
        f + 0.5
    with pytest.raises(TypeError):
        x @ f
    with pytest.raises(ValueError, match="exact"):
        expression(x)
