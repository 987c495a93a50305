import mpmath
import pytest
import sympy

from theory.classification.ensloss.derivative_tail import tail
from theory.engine.errors import BadInput


@pytest.mark.parametrize(
    ("formula", "bounded", "vanishes"),
    [
        ("-1", False, False),
        ("-1/z", False, False),
        ("-1/(z*log(z))", False, True),
        ("-1/(z*log(z)*log(log(z)))", False, True),
        ("-1/(z*log(z)*log(log(z))**1.5)", True, True),
        ("-1/(z*log(z)**2)", True, True),
        ("-log(z)**9/z**1.001", True, True),
        ("-z**-1.5", True, True),
        ("-exp(-z)", True, True),
        ("-1/(1+exp(z))", True, True),
        ("-(1-tanh(z))", True, True),
        ("-exp(-sqrt(z))*z**50", True, True),
        ("-1e-6-exp(-z)", False, False),
        ("1/(z+1)-1/z", True, True),
        ("min(-1/z, -1/z**2)", False, False),
        ("max(-1/z, -1/z**2)", True, True),
        ("max(-1, min(0, z-1))", True, True),
        ("-log(1+1/z)", False, False),
        ("-exp(-abs(z))", True, True),
        ("-e/((z+e-1)*log(z+e-1)**2)", True, True),
        ("1/z", True, False),
        ("0", True, True),
    ],
)
def test_decided_formulas(formula, bounded, vanishes):
    found = tail(formula)
    assert found.verdict == "proved"
    assert (found.bounded_below, found.vanishes) == (bounded, vanishes)


@pytest.mark.parametrize("formula", ["-erf(z)", "-z**(-pi)", "sqrt(z**2+1)-z", "(1-z)**0.5", "-(1+z)**999+z**999"])
def test_what_leaves_the_scale_is_unknown(formula):
    found = tail(formula)
    assert (found.verdict, found.bounded_below, found.integrable) == ("unknown", None, None)
    assert found.reason


@pytest.mark.parametrize(
    ("formula", "integral"),
    [("-z**-1.5", -2), ("-exp(-z)", -mpmath.exp(-1)), ("-1/(1+z)**3", -0.125)],
)
def test_convergent_integrals_converge(formula, integral):
    found = tail(formula)
    g = sympy.lambdify(
        sympy.Symbol("z", positive=True),
        sympy.sympify(found.formula, {"z": sympy.Symbol("z", positive=True)}),
        "mpmath",
    )
    assert found.integrable
    assert mpmath.quad(g, [1, 10, 100, mpmath.inf]) == pytest.approx(float(integral), rel=1e-6)


def test_expressions_of_sympy_and_the_notebook_form():
    s = sympy.Symbol("s")
    assert tail(-1 / s).bounded_below is False
    assert "unbounded below" in tail("-1/z")._repr_latex_()


@pytest.mark.parametrize("formula", ["-1/u", "__import__('os')", "", "-exp(sin(z))"])
def test_bad_formulas(formula):
    with pytest.raises(BadInput):
        tail(formula)


def test_two_symbols():
    with pytest.raises(BadInput, match="one variable"):
        tail(sympy.Symbol("a") / sympy.Symbol("b"))
