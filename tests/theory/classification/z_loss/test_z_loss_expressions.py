import numpy as np
import pytest
import sympy

from theory.classification.z_loss import z_loss_expressions as expressions
from theory.classification.z_loss.z_loss_values import z_loss

POINT = tuple(map(sympy.Rational, ("1/2", "-5/4", "2", "3/4")))


@pytest.mark.parametrize("label", range(4))
def test_the_expression_is_the_numeric_loss(label):
    exact = expressions.z_loss(POINT, label, a=sympy.Rational(1, 2), b=3)
    assert z_loss([float(x) for x in POINT], label, a=0.5, b=3) == pytest.approx(float(exact.evalf(60)), rel=1e-14)


@pytest.mark.parametrize("slip", expressions.SLIPS, ids=lambda slip: slip.__name__)
def test_every_slip_differs_and_says_what_it_is(slip):
    arguments = {"a": sympy.Rational(1, 2), "b": 3}
    right, wrong = (f(POINT, 2, **arguments).evalf(60) for f in (expressions.z_loss, slip))
    assert abs(right - wrong) > sympy.Rational(1, 10**7)
    assert slip.__doc__.startswith("Slip: ")


def test_slips_are_told_apart():
    values = [slip(POINT, 2, a=sympy.Rational(1, 2), b=3).evalf(40) for slip in expressions.SLIPS]
    assert len({str(value)[:12] for value in values}) == len(values)


def test_infimum_is_attained_where_the_others_are_equal():
    a, b = sympy.Rational(1, 2), sympy.Integer(3)
    lowest = sympy.log(1 + sympy.exp(a * (b - sympy.sqrt(3)))) / a
    assert sympy.simplify(expressions.z_loss((0, 0, 7, 0), 2, a=a, b=b) - lowest) == 0
    assert expressions.z_loss(POINT, 2, a=a, b=b).evalf(30) > lowest.evalf(30)


def test_linear_z_loss_is_symmetric_and_least_at_the_posterior():
    p = tuple(map(sympy.Rational, ("1/2", "1/4", "3/16", "1/16")))

    def risk(scores):
        return float(sum(x * expressions.linear_z_loss(scores, k) for k, x in enumerate(p)))

    assert abs(sum(expressions.linear_z_loss(POINT, k) for k in range(4)).evalf(30)) < 1e-25
    least = -float(sympy.sqrt(4 * sum((x - sympy.Rational(1, 4)) ** 2 for x in p)))
    assert risk(p) == pytest.approx(least, rel=1e-14)
    rng = np.random.Generator(np.random.Philox(1))
    assert all(risk(tuple(map(float, rng.normal(size=4)))) > least for _ in range(50))
