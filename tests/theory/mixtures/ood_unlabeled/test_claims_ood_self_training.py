"""The self-training step and its contraction."""

from __future__ import annotations

from fractions import Fraction

import pytest
from decided_claims import assert_decided_as_recorded

from theory.engine.claim import Claim
from theory.engine.evidence import Budget, Undecided
from theory.mixtures.ood_unlabeled import claims_ood_self_training as module

CLAIMS = [
    item for item in vars(module).values() if isinstance(item, Claim) and item.build.__module__ == module.__name__
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_there_are_9():
    assert len(CLAIMS) == 9


@pytest.mark.parametrize("name", ["self_training_contracts", "self_training_contracts_no_faster", "step_in_tangents"])
def test_no_constant_a_thousandth_larger_is_proved(name):
    statement, method = vars(module)[name].build(c=Fraction(1001, 1000))
    assert isinstance(method.decide(statement, Budget()), Undecided)
    assert method.refute(statement, Budget()) is not None


def test_expressions_are_the_numbers():
    import sympy

    from theory.mixtures.ood_unlabeled.ood_unlabeled_expressions import tangent_factor
    from theory.mixtures.self_training import contraction_factor

    value = tangent_factor(sympy.Rational(13, 10), sympy.Rational(3, 5))
    angle = float(sympy.acos(sympy.Rational(3, 5)))
    assert contraction_factor(angle, 1.3) == pytest.approx(float(value.evalf(30)), rel=1e-13)


def test_nothing_heavy_is_imported_with_the_claims():
    import subprocess
    import sys

    names = "sympy", "cvxpy", "flint", "matplotlib", "scipy.stats"
    code = f"import sys, {module.__name__}; print([name for name in {names} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
