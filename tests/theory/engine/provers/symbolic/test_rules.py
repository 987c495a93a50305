"""Each rule on sound uses, and on the uses that would prove something false."""

from fractions import Fraction

import pytest
import sympy
from kernel import box, settle

from theory.engine.functions import Sig
from theory.engine.provers.symbolic.context import StepFailed
from theory.engine.provers.symbolic.proof import Proof
from theory.engine.statements.classes import ForEveryN
from theory.engine.statements.forall import ForAll

HALF = sympy.Rational(1, 2)
ZERO = sympy.Integer(0)


def start(text, given=()):
    domain, *symbols = box(text)
    conditions = tuple(given(*symbols)) if callable(given) else given
    return Proof(ForAll(domain, sum(symbols), ">=", -100, conditions)), *symbols


def start_classes(text, each, given=()):
    domain, *scalars = box(text)
    per_class, *symbols = box(each)
    conditions = tuple(given(*scalars, *symbols)) if callable(given) else given
    return Proof(ForEveryN(domain, per_class, conditions, sum(scalars), ">=", -100)), *scalars, *symbols


def refused(why):
    return pytest.raises(StepFailed, match=why)


# -- identities, signs, combinations ---------------------------------------------------------------------------------


def test_identities_do_not_jump_holes():
    k, x, q = start("x in [-1,1], q in [1/2,2]")
    for left, right in (((x**2 - x) / x, x - 1), ((x - 1) ** 2 / (q - 1), (1 - x) ** 2 / (q - 1))):
        with refused("not shown to be defined"):
            k.identity(left, right)
    assert k.identity((x**2 - 4) / (x - 2), x + 2).op == "=="


@pytest.mark.parametrize("expression", ["log(x)", "x**e", "x**(-e)", "1/(x - x**2)"])
def test_nothing_is_said_of_what_is_undefined_somewhere(expression):
    k, x, e = start("x in [0,1], e in [0,1]")
    with refused("not shown to be defined"):
        k.sign(sympy.sympify(expression, {"x": x, "e": e}) ** 2, ">=")


def test_signs_keep_open_and_closed_ends_apart():
    k, x, y = start("x in (0,1], y in [0,1]")
    assert k.sign(x / (1 + y), ">").op == ">"
    for expression, op in ((x * y, ">"), (y, ">"), (1 - x, ">"), (x - y, ">=")):
        with refused("not shown"):
            k.sign(expression, op)


def test_a_combination_needs_signed_coefficients_and_strict_premises():
    k, x, y = start("x in [-1,1], y in (0,1]", lambda x, y: [(x, ">=", y), (x, "==", x)])
    more = k.hypothesis(0)
    assert str(k.show(2 * x, ">=", 2 * y, by=[(2, more)])) == "[2] 2*x >= 2*y"
    with refused("not shown: -1 >= 0"):
        k.show(-x, ">=", -y, by=[(-1, more)])
    with refused("not shown: x >= 0"):
        k.show(x**2, ">=", x * y, by=[(x, more)])
    with refused("strict premise"):
        k.show(x, ">", y, by=[more])
    with refused("does not follow from an inequality"):
        k.show(x, "==", y, by=[more])
    with refused("not shown to be zero"):
        k.show(x, "==", y)
    assert k.show(x, ">", ZERO, by=[more]).op == ">"
    with refused("there is no hypothesis"):
        k.hypothesis(2)
    with refused("there is no hypothesis"):
        k.hypothesis(HALF)


def test_no_sum_of_a_doubled_hypothesis():
    """Sig(p) = 1 gives Sig(2 p) = 2: the hypothesis is not instantiated by p -> 2 p."""
    k, _, p = start_classes("x in [1,1]", "p in [0,1]", lambda x, p: [(Sig(p), "==", 1)])
    with refused("not shown to be zero"):
        k.show(Sig(2 * p), "==", 1, by=[k.hypothesis(0)])
    assert k.show(Sig(2 * p), "==", 2, by=[(2, k.hypothesis(0))]).op == "=="


def test_monotone_functions():
    k, x, _, e = start("x in [0,2], y in (0,1], e in (0,1)", lambda x, y, e: [(x, ">", y), (y, ">=", x - 2)])
    more, less = k.hypothesis(0), k.hypothesis(1)
    with refused("not shown to be defined"):
        k.power(more, -e)
    k.show(x, ">", ZERO, by=[more])
    assert str(k.power(more, e)).endswith("x**e > y**e")
    assert str(k.power(more, -e)).endswith("y**(-e) > x**(-e)")
    assert str(k.logarithm(more)).endswith("log(x) > log(y)")
    assert str(k.exponential(more)).endswith("exp(x) > exp(y)")
    with refused("sign of the exponent"):
        k.power(more, e - HALF)
    with refused("not shown"):
        k.power(less, 2)  # x - 2 may be negative
    with refused("not shown to be defined"):
        k.logarithm(less)


# -- convexity -------------------------------------------------------------------------------------------------------


def test_tangent_chord_and_increments():
    k, x, y, t = start("x in [0,1], y in (0,1], t in [0,1]")
    v = k.fresh("v in [0,oo)")
    assert str(k.tangent(v**2, v, y, x)).endswith("x**2 >= y**2 + 2*y*(x - y)")
    assert k.tangent(sympy.sqrt(v), v, y, x).lhs.has(y)  # concave: turned round
    assert k.chord(v**2, v, x, y, t).rhs == (t * x + (1 - t) * y) ** 2
    assert k.increments(v**2, v, 1 + x, y, t).op == ">="
    for wrong in (
        lambda: k.tangent(v**2, v, ZERO, x),  # not in the interior
        lambda: k.tangent(v**2, v, y, x - 1),  # outside
        lambda: k.chord(v**2, v, x, y, 2 * t),  # weight above 1
        lambda: k.chord(v**2, v, x - 1, y, t),
        lambda: k.increments(v**2, v, x, y, t),  # x >= y is not known
        lambda: k.increments(v**2, v, 1 + x, y, t - 1),
    ):
        with refused("not shown"):
            wrong()


@pytest.mark.parametrize(
    "f", ["-Abs(v)", "-Max(v, 0)", "Min(v, 0)", "v*Abs(v)", "Max(v, -v)**3", "sign(v)", "floor(v)"]
)
def test_kinks_have_no_curvature(f):
    k, x = start("x in [-1,1]")
    v = k.fresh("v in (-oo,oo)")
    with refused("not shown to be defined|second derivative"):
        k.tangent(sympy.sympify(f, {"v": v}), v, HALF, x)


def test_curvature_must_have_one_sign_on_the_whole_range():
    k, x = start("x in [-1,1]")
    v = k.fresh("v in (-oo,oo)")
    with refused("second derivative"):
        k.tangent(v**3, v, HALF, x)
    w = k.fresh("w in [0,oo)")
    assert k.tangent(w**3, w, HALF, x**2).op == ">="
    with refused("not a fresh variable"):
        k.tangent(x**2, x, HALF, x)


def test_a_function_must_be_continuous_at_the_ends_it_is_used_at():
    k, _ = start("x in [0,1]")
    v = k.fresh("v in [0,1]")
    with refused("not shown to be defined"):
        k.chord(-sympy.log(v), v, ZERO, sympy.Integer(1), HALF)


# -- sums over classes -----------------------------------------------------------------------------------------------


def test_sums_lose_strictness_and_members_need_a_class():
    k, x, p = start_classes("x in [0,1]", "p in (0,1]")
    assert k.sum_up(k.sign(p, ">")).op == ">="
    assert str(k.member(p**2)).endswith("Sig(p**2) >= p**2")
    with refused("belongs to no class"):
        k.member(x)
    with refused("not shown"):
        k.member(p - 1)
    with refused("not shown"):
        k.support(p, 2)  # there may be no class


def test_support():
    k, x, p = start_classes("x in (0,1]", "p in [0,1]", lambda x, p: [(Sig(p), "==", x)])
    k.show(Sig(p), ">", ZERO, by=[k.hypothesis(0)])
    with refused("not shown: x - 1"):
        k.support(p, x - 1)
    assert str(k.support(p, x)).endswith("Sig(p**x) > 0")


@pytest.mark.parametrize("rule", ["show", "table", "join"])
def test_where_there_is_no_class_nothing_follows_from_one(rule):
    """With x >= p >= 1/2 for each unnamed class, x may still be 0: there may be none."""
    domain, x = box("x in [0,1]")
    per_class, p = box("p in [1/2,1]")

    def proof(k):
        least = k.hypothesis(0)
        if rule == "show":
            return k.show(x, ">=", HALF, by=[least])
        if rule == "table":
            k.show(x + p, ">=", HALF + p, by=[least])
            return k.sign(x - HALF, ">=")
        return k.join(*[_case(k, x, p, op, least) for op in (">=", "<")])

    assert settle(ForEveryN(domain, per_class, ((x, ">=", p),), x, ">=", HALF), proof) != "proved"


def _case(k, x, p, op, least):
    k.open_case(x, op, HALF)
    return k.close_case(k.show(x + p, ">=", HALF + p, by=[least]))


def test_a_loose_fact_is_not_the_statement():
    domain, x = box("x in [0,1]")
    per_class, p = box("p in [1/2,1]")

    def proof(k):
        return k.show(x + p, ">=", HALF + p, by=[k.hypothesis(0)])

    reason = settle(ForEveryN(domain, per_class, ((x, ">=", p),), x, ">=", HALF), proof)
    assert "about one class" in reason


def test_a_power_may_not_rid_itself_of_the_class():
    domain, x = box("x in (0,oo)")
    per_class, p = box("p in (0,1]")
    statement = ForEveryN(domain, per_class, ((2**p, ">=", x**p),), sympy.Integer(2), ">=", x)
    assert "without a class" in settle(statement, lambda k: k.power(k.hypothesis(0), 1 / p))


# -- names -----------------------------------------------------------------------------------------------------------


def test_positive_parts():
    k, x, p = start_classes("x in [0,1]", "p in [0,1]")
    m, e = k.fresh("m in [0,oo)"), k.fresh("e in [0,oo)")
    equal, _, above, _ = k.part(m, x - HALF)
    assert (equal.loose, above.rhs) == (False, x - HALF)
    each, *_ = k.part(e, p - x)
    assert each.loose
    assert k.at_most(each, p).lhs == p
    with refused("not shown"):
        k.at_most(each, p - x)
    with refused("needs a fact m == Max"):
        k.at_most(above, x)
    with refused("not a fresh variable"):
        k.part(m, x)
    with refused("declare n in"):
        k.part(k.fresh("n in [1,oo)"), x)


@pytest.mark.parametrize("name", ["part", "root"])
def test_a_name_is_not_made_of_itself(name):
    domain, x = box("x in [0,1]")

    def proof(k):
        v = k.fresh("v in [0,oo)" if name == "part" else "v in (-oo,oo)")
        if name == "part":
            _, _, above, _ = k.part(v, v + 1)
        else:
            zero = k.sign(ZERO, ">=")
            above, _, _ = k.root(ZERO, v, v + 1, v + 2, zero, zero)
        return k.show(ZERO, ">=", 1, by=[above])

    assert "not shown to be defined" in settle(ForAll(domain, 0 * x, ">=", 1), proof)


def test_roots():
    k, x = start("x in [0,1]")
    v = k.fresh("v in [0,1]")
    f = x - v**3 - v
    low, high = k.sign(x, ">="), k.show(ZERO, ">=", x - 2)
    for wrong in ((high, low), (low, low), (high, high)):
        with refused("f\\(low\\)|-f\\(high\\)"):
            k.root(f, v, ZERO, sympy.Integer(1), *wrong)
    with refused("not shown"):
        k.root(f, v, sympy.Integer(1), ZERO, low, high)
    lower, upper, equation = k.root(f, v, ZERO, sympy.Integer(1), low, high)
    assert (lower.lhs, upper.rhs, equation.lhs, equation.op) == (v, v, f, "==")
    with refused("introduced by the proof"):
        k.grows(k.sign(v, ">="), v**2 / 2, v)
    with refused("bound by the assumption"):  # the root moves with x
        k.grows(k.sign(x, ">="), x**2 / 2, x)


def test_a_root_lies_where_the_function_is_defined():
    k, _ = start("x in [0,1]")
    one = k.sign(sympy.Integer(1), ">=")
    below = k.show(ZERO, ">=", -1)
    v = k.fresh("v in [-1,1]")
    with refused("not shown to be defined"):  # -1/v changes its sign without a root
        k.root(-1 / v, v, -sympy.Integer(1), sympy.Integer(1), one, below)
    w = k.fresh("w in [0,1]")
    with refused("wider than the range"):
        k.root(-w, w, -sympy.Integer(1), sympy.Integer(1), one, below)


def test_a_root_does_not_depend_on_a_class():
    k, _, p = start_classes("x in [0,1]", "p in [0,1]")
    v = k.fresh("v in [0,1]")
    with refused("class's own symbols"):
        k.root(p - v, v, ZERO, sympy.Integer(1), k.sign(p, ">="), k.show(ZERO, ">=", p - 1))


# -- either ----------------------------------------------------------------------------------------------------------


def test_either_factor_vanishes():
    k, w, x, y = start("w in [0,1], x in [0,1], y in [0,1]", lambda w, x, y: [(w * (x - y), "==", 0)])
    assert k.either(k.hypothesis(0), w, x, y, w * sympy.sqrt(x) - w * sympy.sqrt(y)).op == "=="
    for wrong, why in ((w, "x = y"), (x - y, "w = 0"), (w + x - y, "w = 0")):
        with refused(why):
            k.either(k.hypothesis(0), w, x, y, wrong)
    with refused("is not x"):
        k.either(k.hypothesis(0), x, w, y, ZERO)


@pytest.mark.parametrize("vanishing", [lambda w, p, x: Sig(w) * (p - x), lambda w, p, x: w * Sig(p - x)])
def test_what_vanishes_for_one_class_does_not_vanish_for_all(vanishing):
    """One class may have w = 0, another p = x: the product of the sums is then not zero."""
    domain, x = box("x in [0,1]")
    per_class, w, p = box("w in [0,1], p in [0,1]")
    given = ((w * (p - x), "==", 0),)
    statement = ForEveryN(domain, per_class, given, Sig(w) * Sig(p - x), "==", 0)

    def proof(k):
        return k.sum_up(k.either(k.hypothesis(0), w, p, x, vanishing(w, p, x)))

    assert "inside a sum over all of them" in settle(statement, proof)

    def captured(k):
        return k.sum_up(k.either(k.hypothesis(0), w, x, p, w * Sig(x - p)))

    assert "inside a sum over all of them" in settle(statement, captured)


def test_a_sum_does_not_capture_a_class():
    k, _, p = start_classes("x in [0,1]", "p in [0,1]")
    v = k.fresh("v in [0,1]")
    with refused("inside a sum over classes|not shown to be defined"):
        k.tangent(Sig(v), v, HALF, p)


# -- moving a variable -----------------------------------------------------------------------------------------------


def test_a_growing_function():
    k, x, y = start("x in [0,1], y in (0,1)")
    assert k.grows(k.sign(2 * x, ">="), x**2 + y, x).rhs == y
    assert k.grows(k.sign(2 * x, ">="), x**2 + y, x, end="high").lhs == 1 + y
    for f, v, end in ((y**2, y, "low"), (y**2, y, "high"), (x**2, x, "middle")):
        with refused("no closed"):
            k.grows(k.sign(2 * v, ">="), f, v, end)
    with refused("derivative"):
        k.grows(k.sign(x, ">="), x**2, x)
    with refused("needs an inequality"):
        k.grows(k.identity(ZERO, ZERO), ZERO, x)


def test_a_function_with_a_hole_or_kink_does_not_grow():
    k, x = start("x in [-1,1]")
    square = k.sign(x**2, ">=")
    with refused("not shown to be defined"):
        k.grows(square, -1 / x, x)  # f' = x**-2 > 0 and yet f(-1) > f(1)
    with refused("not shown to be defined"):
        k.grows(square, sympy.Abs(x), x)


def test_a_bound_variable_does_not_move():
    k, x, y = start("x in [0,1], y in [0,1]", lambda x, y: [(x + y, "==", 1)])
    with refused("bound by the assumption"):
        k.grows(k.sign(sympy.Integer(1), ">="), x, x)
    k, n = start("n integer in [1,9]")
    with refused("integers only"):
        k.grows(k.sign(sympy.Integer(1), ">="), n, n)
    k, x, y = start("x in [0,1], y in [0,1]")
    k.open_case(x, ">=", y)
    with refused("bound by the assumption"):
        k.grows(k.sign(sympy.Integer(1), ">="), y, y)


# -- cases -----------------------------------------------------------------------------------------------------------


def cases(k, first, second, result):
    closed = []
    for condition in (first, second):
        k.open_case(*condition)
        closed.append(k.close_case(result(k)))
    return k.join(*closed)


def test_cases_that_cover():
    k, x = start("x in [-1,1]")
    absolute = sympy.Max(x, -x) + 1
    joined = cases(k, (x, ">=", 0), (x, "<", 0), lambda k: k.sign(absolute**2, ">="))
    assert (joined.scope, joined.op) == ((), ">=")


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ((">", 0), ("<", 0), "equality is left out"),
        ((">=", 0), ("<", -1), "not opposite"),
        ((">=", 1), ("<=", 0), "not opposite"),
        ((">=", 0), (">=", 0), "not opposite"),
    ],
)
def test_cases_that_leave_something_out(first, second, why):
    k, x = start("x in [-1,1]")
    with refused(why):
        cases(k, (x, *first), (x, *second), lambda k: k.sign(x**2, ">="))


def test_results_of_cases_must_agree_and_be_closed():
    k, x = start("x in [-1,1]")
    k.open_case(x, ">=", 0)
    inside = k.sign(x, ">=")
    with refused("not the result of a case"):
        k.join(inside, inside)
    one = k.close_case(inside)
    with refused("a case that is closed"):
        k.show(x, ">=", ZERO, by=[one])
    with refused("a case that is closed"):
        k.close_case(one)
    k.open_case(x, "<", 0)
    two = k.close_case(k.show(-x, ">=", ZERO, by=[k.sign(-x, ">=")]))
    with refused("results differ"):
        k.join(one, two)


def test_a_joined_fact_is_defined_without_the_case():
    k, x = start("x in [0,1]")
    k.open_case(x, ">", 0)
    one = k.close_case(k.show((x**2 + x) / x, ">=", ZERO, by=[k.sign(x + 1, ">=")]))
    k.open_case(x, "<=", 0)
    two = k.close_case(k.sign(x + 1, ">="))
    with refused("not shown to be defined"):
        k.join(one, two)
    assert k.join(two, one).lhs == x + 1


def test_conditions_do_not_distinguish_classes():
    k, x, p = start_classes("x in [0,1]", "p in [0,1]")
    with refused("distinguishes classes"):
        k.open_case(p, ">=", x)
    with refused("supposed by an inequality"):
        k.open_case(x, "==", 1)
    v = k.fresh("v in [0,1]")
    with refused("not shown to be defined"):
        k.open_case(v, ">=", x)


def test_an_impossible_case_leaves_nothing_behind():
    """A root "found" between 2 and 1 where x >= 2 must not outlive the case x >= 2, if x is at most 1."""
    domain, x = box("x in [0,1]")

    def proof(k):
        k.open_case(x, ">=", 2)
        zero = k.sign(ZERO, ">=")
        v = k.fresh("v in (-oo,oo)")
        k.root(ZERO, v, x, sympy.Integer(1), zero, zero)
        k.close_case(k.sign(v - 2, ">="))
        return k.show(ZERO, ">=", 1, by=[k.sign(v - 2, ">="), k.sign(1 - v, ">=")])

    assert "not shown to be defined on the whole domain: v - 2" in settle(ForAll(domain, 0 * x, ">=", 1), proof)


def test_halves_are_exact():
    k, x = start("x in [0,1]")
    assert k.show(x, ">=", Fraction(-1, 2)).rhs == -HALF
