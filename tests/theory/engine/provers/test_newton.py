"""Isolated roots: certified to 35 digits, refuted where misplaced, undecided where there are two."""

import copy
import re
from fractions import Fraction

import pytest
from sympy import Rational, exp, log

from theory.engine.checker import Rejected, check, confirm
from theory.engine.evidence import Budget, Certificate, Evidence, Prover, Undecided
from theory.engine.provers.newton import newton
from theory.engine.statements.forall import Domain
from theory.engine.statements.root import UniqueRoot

BUDGET = Budget()
SQRT2 = "x in [1.41421356237309504880168872420969807, 1.41421356237309504880168872420969808]"
PLANE = "x in [0.4290183466473496, 0.4290183466473497], y in [1.9534439480670988, 1.9534439480670989]"


def root_of_two(enclosure=SQRT2, domain="x in [1,2]"):
    domain = Domain(domain)
    (x,) = domain
    return UniqueRoot(domain, (x**2 - 2,), Domain(enclosure))


def crossing(domain="x in [0,1], y in [0,3]", enclosure=PLANE):
    domain = Domain(domain)
    x, y = domain
    return UniqueRoot(domain, (x**2 + y**2 - 4, exp(x) * y - 3), Domain(enclosure))


def test_is_a_prover():
    assert isinstance(newton(), Prover)
    assert newton().evidence is Evidence.CERTIFIED


@pytest.mark.parametrize(
    "statement", [root_of_two(), crossing(), root_of_two(domain="x in (0,100)")], ids=["line", "plane", "far"]
)
def test_roots_are_certified(statement):
    assert newton().refute(statement, BUDGET) is None
    certificate = newton().decide(statement, BUDGET)
    assert isinstance(certificate, Certificate), certificate
    newton().recheck(statement, certificate, BUDGET)


def test_thirty_digits_of_a_transcendental_root():
    """The root of x e^x = 1, the omega constant 0.567143290409783872999968662210355549753815787186512..."""
    domain = Domain("x in [0,2]")
    (x,) = domain
    enclosure = Domain("x in [0.56714329040978387299996866221035554, 0.56714329040978387299996866221035556]")
    statement = UniqueRoot(domain, (x * exp(x) - 1,), enclosure)
    newton().recheck(statement, newton().decide(statement, BUDGET), BUDGET)
    shifted = Domain("x in [0.56714329040978387299996866221035557, 0.56714329040978387299996866221035558]")
    assert newton().refute(UniqueRoot(domain, (x * exp(x) - 1,), shifted), BUDGET) is not None


@pytest.mark.parametrize(
    "enclosure", ["x in [1.4142, 1.41421]", "x in [1.5, 2]", "x in [1.41421356237309504880168872420969808, 1.42]"]
)
def test_an_enclosure_without_the_root_is_refuted(enclosure):
    statement = root_of_two(enclosure)
    witness = newton().refute(statement, BUDGET)
    told = re.fullmatch(
        r"the equation has no root with x between (\S+) and (\S+), where one is claimed", witness.summary
    )
    (item,) = Domain(enclosure).ranges
    assert tuple(map(Fraction, told.groups())) == (item.low, item.high)  # rounded, the sentence could be false
    confirm(statement.to_json(), witness.to_json())


def test_of_several_equations_the_one_without_a_root_is_named():
    domain = Domain("x in [0,1], y in [0,1]")
    x, y = domain
    statement = UniqueRoot(domain, (x - y, x + y - 1), Domain("x in [0, 0.25], y in [0, 1/3]"))
    assert newton().refute(statement, BUDGET).summary == (
        "equation 2 of 2 has no root with x between 0 and 1/4, y between 0 and 1/3, where one is claimed"
    )


def test_two_roots_are_never_certified():
    statement = root_of_two("x in [1.4142, 1.4143]", "x in [-2,2]")
    result = newton().decide(statement, BUDGET)
    assert isinstance(result, Undecided)
    assert "x in [-" in result.worst
    assert isinstance(newton().decide(crossing("x in [0,3], y in [0,3]"), BUDGET), Undecided)


def test_a_double_root_is_never_certified():
    domain = Domain("x in [0,2]")
    (x,) = domain
    result = newton().decide(UniqueRoot(domain, ((x - 1) ** 2,), Domain("x in [1/2,3/2]")), BUDGET)
    assert "singular" in result.reason


def test_a_root_on_the_edge_of_the_enclosure_is_undecided():
    domain = Domain("x in [0,2]")
    (x,) = domain
    for enclosure in ("x in [1, 5/4]", "x in [1/1000000, 2]"):
        result = newton(precision=64).decide(
            UniqueRoot(domain, (x * x * x - x**2 + log(x),), Domain(enclosure)), BUDGET
        )
        assert isinstance(result, Undecided)


def test_the_precision_bounds_the_digits():
    result = newton(precision=64).decide(root_of_two(), BUDGET)
    assert "does not contract" in result.reason


@pytest.mark.parametrize("options", [{"cells": 0}, {"precision": 2}, {"precision": 10**6}])
def test_arguments_are_checked(options):
    with pytest.raises(ValueError, match="allowed"):
        newton(**options)


# the checker against tampered certificates


def tampered(certificate, **data):
    other = copy.deepcopy(certificate.to_json())
    other["data"].update(data)
    return other


def rejects(statement, certificate, match=None):
    with pytest.raises(Rejected, match=match):
        check(statement.to_json(), certificate)


def test_tampered_certificates_are_rejected():
    statement = crossing()
    good = newton().decide(statement, BUDGET)
    check(statement.to_json(), good.to_json())
    rejects(statement, tampered(good, core=[["0", "1"], ["0", "3"]]), "does not map the core")
    rejects(statement, tampered(good, core=[["0", "1"]]), "two ends")
    rejects(statement, tampered(good, core=[["1/2", "1"], ["0", "3"]]), "does not lie in the core")
    rejects(statement, tampered(good, preconditioner=[["0", "0"], ["0", "0"]]), "does not map")
    rejects(statement, tampered(good, preconditioner=[["1"]]), "no 2 x 2")
    rejects(statement, tampered(good, preconditioner=[["1", "nan"], ["0", "1"]]), "not a rational")
    rejects(statement, tampered(good, precision=30), "does not map")
    rejects(statement, tampered(good, precision=0))
    tree = good.data["tree"]
    rejects(statement, tampered(good, tree=tree[:-1]), "ends before")
    rejects(statement, tampered(good, tree=tree + "a"), "follow after")
    rejects(statement, tampered(good, tree="2" + tree), "splits variable 2")
    rejects(statement, tampered(good, tree=""))
    rejects(statement, tampered(good, tree="0" * 50_000), "depth 500|ends before")


def test_a_certificate_does_not_fit_another_statement():
    good = newton().decide(root_of_two(), BUDGET)
    domain = Domain("x in [1,2]")
    (x,) = domain
    rejects(UniqueRoot(domain, (x**2 - Rational(2001, 1000),), Domain(SQRT2)), good.to_json())
    rejects(root_of_two(domain="x in [-3,2]"), good.to_json())
    rejects(root_of_two("x in [1.4143, 1.4144]"), good.to_json())


def test_witnesses_are_checked():
    statement = root_of_two()
    for equation in (0, 1, -1, "0", None):
        with pytest.raises(Rejected):
            confirm(statement.to_json(), {"kind": "excluded", "data": {"equation": equation}})
