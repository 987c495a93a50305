"""Composition rules say convex only of convex functions."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.analysis.curvature import curvature
from theory.engine.errors import BadInput
from theory.engine.expression import parse
from theory.engine.terms import from_sympy

CONVEX = [
    "log(1+exp(-u))",
    "exp(-u)",
    "max(0,1-u)",
    "max(0,1-u)**2",
    "max(0,1-u)**(3/2)",
    "(1-u)**2",
    "2**(-u)",
    "abs(1-u)**3",
    "-log(1/(1+exp(-u)))",
    "log(1+exp(-u))**2",
    "-min(u,0)",
    "exp(max(0,1-u))",
    "cosh(u-1)",
    "max(-u,exp(-u)-1)",
    "log2(1+exp(-2*u))/3 + u**2/10",
    "-u",
    "pi",
    "exp(-u)*exp(-2*u)",
    "log(exp(u)+exp(-u))",
]
NOT_CONVEX = [
    "1-tanh(u)",
    "min(max(0,1-u),1)",
    "u**3",
    "1/(1+u**2)",
    "-abs(u)",
    "sqrt(1+abs(u))",
    "-exp(u)",
    "min(u,-u)",
    "exp(-u**2)",
]


@pytest.mark.parametrize("formula", CONVEX)
def test_convex(formula):
    assert curvature(from_sympy(parse(formula))).convex


@pytest.mark.parametrize("formula", NOT_CONVEX)
def test_not_called_convex(formula):
    assert not curvature(from_sympy(parse(formula))).convex


def _formulas():
    leaves = st.sampled_from(["u", "2", "-1", "0.5", "(1-u)", "(-3)"])
    one = st.sampled_from(
        [
            "exp({})",
            "abs({})",
            "tanh({})",
            "({})**2",
            "({})**3",
            "log(1+exp({}))",
            "max(0,{})",
            "1/(1+exp({}))",
            "sqrt(abs({}))",
            "cosh({})",
            "-({})",
            "(1+abs({}))**(-1)",
        ]
    )
    two = st.sampled_from(["({}+{})", "({}-{})", "({})*({})", "max({},{})", "min({},{})"])
    return st.recursive(
        leaves,
        lambda inner: (
            st.tuples(one, inner).map(lambda p: p[0].format(p[1]))
            | st.tuples(two, inner, inner).map(lambda p: p[0].format(p[1], p[2]))
        ),
        max_leaves=5,
    )


@given(_formulas())
@settings(max_examples=150, deadline=None)
def test_what_is_called_convex_or_concave_passes_the_midpoint_test(formula):
    try:
        expression = parse(formula)
        found = curvature(from_sympy(expression))
    except (BadInput, ValueError):
        return
    if not (found.convex or found.concave):
        return
    u = sympy.Symbol("u", real=True)
    f = sympy.lambdify(u, expression + 0 * u, "numpy")
    x = np.linspace(-3, 3, 41)
    with np.errstate(all="ignore"):
        values, middles = f(x) + 0 * x, f((x[1:] + x[:-1]) / 2) + 0 * x[1:]
        chord = (values[1:] + values[:-1]) / 2
    ok = np.isfinite(chord) & np.isfinite(middles)
    slack = 1e-9 * (1 + np.abs(chord[ok]))
    if found.convex:
        assert np.all(middles[ok] <= chord[ok] + slack)
    if found.concave:
        assert np.all(middles[ok] >= chord[ok] - slack)
