"""Exact expressions against independent values, and a page that names what exists."""

from __future__ import annotations

import importlib
import re

import mpmath
import pytest
import sympy

import theory.mixtures.ood_unlabeled as page
from theory.mixtures.ood_unlabeled import ood_unlabeled_expressions as module


def test_agreement_and_density_are_those_of_the_normal_law():
    for a in (sympy.Rational(1, 3), sympy.Integer(-2)):
        assert float(module.agreement(a)) == pytest.approx(float(1 - 2 * mpmath.ncdf(-mpmath.mpf(float(a)))))
        assert float(module.density(a)) == pytest.approx(float(mpmath.npdf(float(a))))


def test_factor_with_named_parts_is_the_factor():
    s, c = sympy.Rational(7, 5), sympy.Rational(1, 4)
    named = module.tangent_factor(s, c, module.agreement(s * c), module.density(s * c))
    assert named == module.tangent_factor(s, c)


def test_quoted_rate_in_numbers():
    # [(1/4)^(1/2) (1/16)^(1/4)]^(1/2) = (1/4)^(1/2)
    assert sympy.simplify(module.quoted_rate(4, 16, 64) - sympy.Rational(1, 2)) == 0


def test_alignments_in_numbers():
    assert module.principal_alignment(1, 2, 1) == sympy.Rational(1, 3)
    assert module.plug_in_alignment(1, 2, 1) == sympy.Rational(2, 3)
    assert module.principal_alignment(16, 1, 2) == 0


_PLAIN = (
    "self_training", "pca", "robust", "plug_in", "claims_plug_in_exact", "claims_plug_in_limit", "claims_plug_in_sizes",
)  # fmt: skip


def test_the_page_names_modules_and_claims_that_exist():
    named = set(re.findall(r"`(claims_ood_\w+)`", page.__doc__))
    assert named >= {"claims_ood_rate", "claims_ood_self_training", "claims_ood_pca", "claims_ood_robust"}
    modules = [importlib.import_module(f"{page.__name__}.{name}") for name in named]
    plain = [importlib.import_module(f"theory.mixtures.{name}") for name in _PLAIN]
    known = {name for item in (*modules, *plain) for name in vars(item)}
    words = set(re.findall(r"(?<!:math:)`([a-z_]+)`", page.__doc__)) - named - {"ood_unlabeled_expressions"}
    assert words <= known, words - known
    homes = set(re.findall(r"`theory\.mixtures\.(\w+)`", page.__doc__))
    assert homes == set(_PLAIN), homes ^ set(_PLAIN)
