import numpy as np
import pytest
import sympy

from theory.classification import margin
from theory.classification.background.background_expressions import LOSSES, SLIPS

BINARY = ("hinge", "quadratic", "exponential", "logistic", "sigmoid", "rho_margin")
RATIONAL = [sympy.Rational(n, 10) for n in (-23, -7, 0, 4, 10, 18)]
THREE = tuple(sympy.Rational(n, 10) for n in (7, -3, -4))


def symbols_of(name):
    return (sympy.Symbol("u", real=True),) if name in BINARY else sympy.symbols("s1:4", real=True)


@pytest.mark.parametrize("name", BINARY)
def test_binary_expressions_are_the_numeric_losses(name):
    loss = margin.LOSSES[name.replace("_", "-")]()
    for u in RATIONAL:
        for label, sign in ((1, 1), (0, -1)):
            value = LOSSES[name]((u,), label)
            assert float(value.evalf(60)) == pytest.approx(float(loss(sign * float(u))), abs=1e-14)


def test_hand_computed_values():
    values = {
        "crammer_singer": (0, 2, "21/10"),
        "weston_watkins": (0, 2, "21/10 + 11/10"),
        "max_rho_margin": (0, 2, 1),
        "constrained_hinge": (0, 1, "17/10 + 6/10"),
        "constrained_squared_hinge": (0, 1, "289/100 + 36/100"),
        "quadratic_surrogate": (0, 1, "(9/100 + 289/100 + 36/100)/6"),
    }
    for name, (_, label, expected) in values.items():
        assert LOSSES[name](THREE, label) == sympy.Rational(sympy.sympify(expected)), name
    assert LOSSES["constrained_exponential"](THREE, 0) == sympy.exp(-THREE[1] * -1) + sympy.exp(THREE[2])


@pytest.mark.parametrize("name", ["crammer_singer", "weston_watkins", "max_rho_margin"])
def test_a_constant_added_to_all_scores_changes_nothing(name):
    moved = tuple(score + 5 for score in THREE)
    for label in range(3):
        assert LOSSES[name](THREE, label) == LOSSES[name](moved, label)


@pytest.mark.parametrize("name", [name for name in LOSSES if name not in BINARY])
def test_permuting_the_other_classes_changes_nothing(name):
    assert sympy.simplify(LOSSES[name](THREE, 0) - LOSSES[name]((THREE[0], THREE[2], THREE[1]), 0)) == 0


@pytest.mark.parametrize("name", LOSSES)
def test_every_slip_is_a_different_function(name):
    rng = np.random.default_rng(3)
    variables = symbols_of(name)
    points = [[sympy.Rational(int(n), 10) for n in rng.integers(-20, 20, len(variables))] for _ in range(8)]
    options = {"rho": 2} if name == "rho_margin" else {}
    for slip in SLIPS[name]:
        assert slip.__doc__
        differences = [
            sympy.N(LOSSES[name](tuple(point), label, **options) - slip(tuple(point), label, **options))
            for point in points
            for label in (0, 1)
        ]
        assert any(abs(value) > 1e-6 for value in differences), slip.__name__


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_symbolic(name):
    variables = symbols_of(name)
    assert LOSSES[name](variables, 1).free_symbols <= set(variables)


def test_slips_are_of_known_losses():
    assert SLIPS.keys() == LOSSES.keys()
