"""LaTeX of names and expressions: what reads as one name is set as one."""

import pytest
import sympy
from sympy import Symbol

from theory.engine.functions import Sig
from theory.engine.report.mathml import formula
from theory.engine.statements.tex import tex, tex_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "x"),
        ("Q", "Q"),
        ("p10", "p_{10}"),
        ("h_11", "h_{11}"),
        ("L_r", "L_{r}"),
        ("x_1_2", "x_{1,2}"),
        ("pj", "p_{j}"),
        ("oc", "o_{c}"),
        ("lH", "l_{H}"),
        ("ok2", "o_{k2}"),
        ("beta", r"\beta"),
        ("xi", r"\xi"),
        ("psi", r"\psi"),
        ("Gamma", r"\Gamma"),
        ("tau12", r"\tau_{12}"),
        ("lam", r"\lambda"),
        ("lam0", r"\lambda_{0}"),
        ("eps", r"\varepsilon"),
        ("epsilon", r"\epsilon"),
        ("v_max", r"v_{\mathrm{max}}"),
        ("s_tau", r"s_{\tau}"),
        ("p_ij", "p_{ij}"),
        ("xhat", r"\hat{x}"),
        ("taubar2", r"\bar{\tau}_{2}"),
        ("thetatilde", r"\tilde{\theta}"),
        ("bar", r"\mathrm{bar}"),
        ("noise", r"\mathrm{noise}"),
        ("noise1", r"\mathrm{noise}_{1}"),
        ("local", r"\mathrm{local}"),
        ("as", r"\mathrm{as}"),
        ("x1y", r"\mathrm{x1y}"),
        ("x__y", r"\mathrm{x\_\_y}"),
    ],
)
def test_names(name, expected):
    assert tex_name(name) == expected


def test_every_name_can_be_shown():
    for name in ("noise", "lam0", "v_max", "xhat", "lH", "x_1_2", "taubar2"):
        assert formula(tex_name(name)).startswith("<math"), name


def test_words_in_a_row_stay_apart_and_letters_stand_as_ever():
    noise, ridge, x, y = map(Symbol, ("noise", "ridge", "x", "y"))
    assert tex(noise * ridge * x) == r"\mathrm{noise} \, \mathrm{ridge} \, x"
    assert tex(2 * x * y) == "2 x y"
    assert tex(2 * Symbol("v_max") * y) == r"2 \, v_{\mathrm{max}} \, y"


def test_names_keep_their_look_in_powers_functions_and_sums_over_classes():
    noise, tau = Symbol("noise", positive=True), Symbol("tau", real=True)
    assert tex(noise**2) == r"\mathrm{noise}^{2}"
    assert tex(Symbol("p1") ** 2) == "p_{1}^{2}"
    assert tex(Sig(noise**tau)) == r"\Sigma\left[\mathrm{noise}^{\tau}\right]"
    assert tex(sympy.Max(noise, sympy.log(Symbol("lam")))).startswith(r"\max\left(\mathrm{noise}")
    assert tex(sympy.Rational(-1, 3)) == r"- \frac{1}{3}"


def test_a_variable_is_no_base_of_powers_of_eulers_number():
    e, x = Symbol("e"), Symbol("x")
    assert tex(sympy.exp(-x) + sympy.E) == "e + e^{- x}"
    assert tex(e * sympy.exp(-x)) == r"e \operatorname{exp}{\left(- x \right)}"
    assert tex(e**x + sympy.E) == r"e^{x} + \operatorname{exp}{\left(1 \right)}"
