"""Correct and wrong implementations in NumPy, held against losses with known properties."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from theory import engine
from theory.engine.conformance import libraries
from theory.engine.conformance.cases import reorder_batch, reorder_classes, scale, shift, shift_all, swap_signs
from theory.engine.conformance.conform import conform
from theory.engine.conformance.reference import (
    PAIRED_SCORES,
    PROBABILITY_BIT,
    SCORE_SIGN,
    SCORES_LABEL,
    Minimum,
    Reference,
    Slip,
)
from theory.engine.errors import BadInput


def picked(scores, labels):
    return scores[np.arange(len(labels)), labels]


def stable(scores, labels):
    top = scores.max(axis=1, keepdims=True)
    return np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0] - picked(scores, labels)


def naive(scores, labels):
    return np.log(np.exp(scores).sum(axis=1)) - picked(scores, labels)


def by_check(found):
    return {finding.check: finding for finding in found.findings}


def test_a_right_implementation_conforms_in_every_check():
    found = conform(stable, "comp_sum.cross_entropy")
    assert found.outcome == "conforms"
    assert found.exit_status == 0
    assert {finding.outcome for finding in found.findings} == {"agrees"}
    checks = set(by_check(found))
    assert checks == {"value", "gradient", "shift", "classes", "examples", "minimum", "float16", "float32", "float64"}
    assert found.inherited
    assert all(name.startswith("comp_sum.") for name, _ in found.inherited)


def test_an_overflow_is_found_at_its_size():
    found = by_check(conform(naive, "comp_sum.cross_entropy"))
    assert found["float32"].outcome == "limited"  # exp overflows at 88.7
    assert "and 64 in size; at 128 value inf where it is" in found["float32"].detail
    assert found["float64"].outcome == "limited"  # exp overflows at 709.8
    assert "inf" in found["float64"].detail


def test_the_entrance_of_the_engine_is_the_same_function():
    assert engine.conform is conform


def test_one_parameter_in_place_of_another_differs():
    def gce(scores, labels):
        return (1 - np.exp(-stable(scores, labels)) ** 0.5) / 0.5

    assert conform(gce, "comp_sum.comp_sum", parameters={"tau": Fraction(3, 2)}).outcome == "conforms"
    assert conform(gce, "comp_sum.comp_sum", parameters={"tau": Fraction(8, 5)}).outcome == "differs"


WRONG = {
    "softmax twice": lambda s, y: stable(np.exp(s) / np.exp(s).sum(axis=1, keepdims=True), y),
    "log A + log B": lambda s, y: s.sum(axis=1) - picked(s, y),
    "own class is left out": lambda s, y: np.log(np.exp(s).sum(axis=1) - np.exp(picked(s, y))) - picked(s, y),
    "1e-7 is added inside the logarithm": lambda s, y: -np.log(np.exp(-stable(s, y)) + 1e-7),
    "smoothed by 0.1": lambda s, y: (
        0.9 * stable(s, y) + 0.1 * np.mean([stable(s, np.full(len(y), k)) for k in range(s.shape[1])], axis=0)
    ),
    "base 2": lambda s, y: stable(s, y) / np.log(2),
    "sign is reversed": lambda s, y: -stable(s, y),
    "plus the constant 0.5": lambda s, y: stable(s, y) + 0.5,
    "constant 0": lambda s, y: 0 * stable(s, y),
    "together in a batch": lambda s, y: stable(s, y) * len(set(y.tolist())),
}


@pytest.mark.parametrize("says", WRONG)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_a_known_mistake_is_named_under_every_reduction(says, reduction):
    together = {"none": lambda x: x, "mean": np.mean, "sum": np.sum}[reduction]
    found = conform(lambda s, y: together(WRONG[says](s, y)), "comp_sum.cross_entropy", reduction=reduction)
    assert found.outcome == "differs"
    assert any(says in item for item in found.diagnosis), found.text()


@pytest.mark.parametrize(("used", "wanted"), [("mean", "sum"), ("sum", "mean")])
def test_the_wrong_reduction_is_named(used, wanted):
    together = {"mean": np.mean, "sum": np.sum}[used]
    found = conform(lambda s, y: together(stable(s, y)), "comp_sum.cross_entropy", reduction=wanted)
    assert found.diagnosis == [f"the reduction is {used!r}, not {wanted!r}"]
    assert conform(lambda s, y: together(stable(s, y)), "comp_sum.cross_entropy").setting["reduction"] == used


def test_an_unknown_mistake_is_a_difference_without_a_name():
    found = conform(lambda s, y: stable(s, y) ** 2, "comp_sum.cross_entropy")
    assert found.outcome == "differs"
    assert found.diagnosis == []


# -- each check fails by itself ---------------------------------------------------------------------------------------


def exponential(u, y):
    return sympy.exp(-y * u)


MARGIN = Reference(
    "demo", "exponential", "", "", SCORE_SIGN, exponential, invariances=(swap_signs(),),
    minimum=Minimum(
        "2 sqrt(p(1-p))",
        lambda p: (sympy.log(p[1] / p[0]) / 2,),
        lambda p: 2 * sympy.sqrt(p[0] * p[1]),
        ((Fraction(1, 5), Fraction(4, 5)),),
    ),
)  # fmt: skip


def test_margin_losses_and_their_minimum():
    found = conform(lambda u, y: np.exp(-y * u), MARGIN)
    assert found.outcome == "conforms"
    assert by_check(found)["minimum"].outcome == "agrees"
    assert by_check(found)["margin"].outcome == "agrees"


def test_a_wrong_minimum_on_record_shows():
    """The check of the minimum is alive: with another value, or another place, it fails."""
    for scores, value in [
        (lambda p: (sympy.log(p[1] / p[0]) / 2,), lambda p: 3 * sympy.sqrt(p[0] * p[1])),
        (lambda p: (sympy.log(p[1] / p[0]),), lambda p: p[1] * p[0] / p[1] + p[0] * p[1] / p[0]),
    ]:
        wrong = Minimum("wrong", scores, value, ((Fraction(1, 5), Fraction(4, 5)),))
        reference = Reference("demo", "e", "", "", SCORE_SIGN, exponential, minimum=wrong)
        found = by_check(conform(lambda u, y: np.exp(-y * u), reference))
        assert found["minimum"].outcome == "differs"


def test_a_wrong_invariance_on_record_shows():
    reference = Reference("demo", "own", "", "", SCORES_LABEL, lambda s, y: s[y], invariances=(shift(), scale()))
    found = by_check(conform(picked, reference))
    assert found["shift"].outcome == "differs"
    assert found["scale"].outcome == "differs"
    classes = Reference("demo", "first", "", "", SCORES_LABEL, lambda s, y: s[0], invariances=(reorder_classes(),))
    assert by_check(conform(lambda s, y: s[:, 0], classes))["classes"].outcome == "differs"


def test_losses_of_a_whole_batch():
    def f1(p, y):
        return 1 - 2 * sympy.Add(*[a * b for a, b in zip(p, y, strict=True)]) / (sympy.Add(*p) + sum(y))

    reference = Reference(
        "demo", "f1", "", "", PROBABILITY_BIT, f1, whole_batch=True, invariances=(reorder_batch(),),
        slips=(Slip("recall alone", lambda p, y: 1 - sympy.Add(*[a * b for a, b in zip(p, y, strict=True)]) / sum(y)),),
    )  # fmt: skip
    right = conform(lambda p, y: 1 - 2 * (p * y).sum() / (p.sum() + y.sum()), reference)
    assert right.outcome == "conforms", right.text()
    assert by_check(right)["order"].outcome == "agrees"
    wrong = conform(lambda p, y: 1 - (p * y).sum() / y.sum(), reference)
    assert wrong.diagnosis == ["recall alone"]


def test_losses_of_pairs():
    def pairs(positives, negatives):
        terms = [sympy.log(1 + sympy.exp(n - p)) for p in positives for n in negatives]
        return sympy.Add(*terms) / len(terms)

    reference = Reference("demo", "pairs", "", "", PAIRED_SCORES, pairs, whole_batch=True, invariances=(shift_all(),))

    def right(p, n):
        return np.logaddexp(0, n[None, :] - p[:, None]).mean()

    found = conform(right, reference)
    assert found.outcome == "conforms", found.text()
    assert by_check(found)["shift"].outcome == "agrees"
    assert conform(lambda p, n: right(n, p), reference).outcome == "differs"
    assert conform(lambda p, n: 2 * right(p, n), reference).diagnosis == ["twice the loss"]


def test_the_range_of_a_parameter_is_checked_where_it_is_passed():
    def smooth(s, y, lam):
        return lam * sympy.log(sympy.Add(*[sympy.exp(x / lam) for x in s])) - s[y]

    def unstable(scores, labels, temperature):
        return temperature * np.log(np.exp(scores / temperature).sum(axis=1)) - picked(scores, labels)

    reference = Reference("demo", "smooth", "", "", SCORES_LABEL, smooth, parameters={"lam": 1})
    found = by_check(conform(unstable, reference, passes={"lam": "temperature"}))
    assert found["lam, float32"].outcome == "limited"
    assert "not at" in found["lam, float32"].detail
    assert "inf" in found["lam, float32"].detail
    fixed = conform(lambda s, y: unstable(s, y, 1.0), reference)
    assert "lam, float32" not in by_check(fixed)


# -- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"claim": "comp_sum.cross_entrop"}, "did you mean comp_sum.cross_entropy"),
        ({"claim": "comp_sum"}, "is about several losses"),
        ({"claim": "littlestone.threshold_dimension"}, "is about no loss"),
        ({"function": 3}, "3 is not callable; a function of scores, labels is needed"),
        ({"library": "tensorflow"}, "allowed: numpy, torch, jax"),
        ({"reduction": "average"}, "allowed: auto, none, mean, sum"),
        ({"parameters": {"tau": 2}}, "has no parameter 'tau'; its parameters: it has none"),
        ({"claim": "comp_sum.comp_sum", "parameters": {"tau": 1.5}}, "exact numbers are needed"),
        ({"tolerance": float("nan")}, "allowed: between 0 and 1"),
    ],
)
def test_bad_input_is_refused(options, says):
    with pytest.raises(BadInput, match=says):
        conform(**({"function": stable, "claim": "comp_sum.cross_entropy"} | options))


def test_a_missing_library_is_a_skip_that_says_what_to_install(monkeypatch):
    def absent():
        raise ModuleNotFoundError("No module named 'jax'", name="jax")

    monkeypatch.setitem(libraries.LIBRARIES, "jax", absent)
    found = conform(stable, "comp_sum.cross_entropy", library="jax")
    assert found.outcome == "skipped"
    assert found.exit_status == 3
    assert "pip install jax" in found.text()


def test_a_slip_in_a_batch_that_is_mixed_as_well():
    """Weights of shape (n,) times losses of shape (n, 1): each example alone is the slip, their batch is not."""

    def weighted(weights):
        def loss(u, y):
            return (np.where(y == 1, *weights) * np.logaddexp(0, -y * u)[:, None]).mean()

        return loss

    def exact(u, y):
        return sympy.Rational(3 if y == 1 else 1, 4) * sympy.log(1 + sympy.exp(-y * u))

    def exchanged(u, y):
        return sympy.Rational(1 if y == 1 else 3, 4) * sympy.log(1 + sympy.exp(-y * u))

    reference = Reference("demo", "weighted", "", "", SCORE_SIGN, exact, slips=(Slip("exchanged", exchanged),))
    found = conform(weighted((0.25, 0.75)), reference)
    assert found.diagnosis == [
        "exchanged", "besides, the examples of a batch are mixed: each alone gives another number",
    ]  # fmt: skip
    found = conform(weighted((0.75, 0.25)), reference)
    assert found.diagnosis == ["each example alone is right; together in a batch they are not"]


def test_a_parameter_is_tried_only_where_the_loss_is_a_number():
    def exact(u, y, most):
        return sympy.sqrt(most - u**2 / 16) + 0 * y

    reference = Reference("demo", "root", "", "", SCORE_SIGN, exact, parameters={"most": 1})
    found = by_check(conform(lambda u, y, most: np.sqrt(most - u**2 / 16), reference, passes={"most": "most"}))
    assert found["most, float64"].outcome == "agrees"
    assert "for most from 1 to 1024" in found["most, float64"].detail


def test_what_the_reference_cannot_say_is_no_agreement():
    """At large scores this exact loss is infinity less infinity to fifty digits: reported, not passed over."""

    def exact(u, y):
        return sympy.log(1 - 1 / (1 + sympy.exp(-u))) - sympy.log((1 - 1 / (1 + sympy.exp(-u))) / 2)

    reference = Reference("demo", "lost", "", "", SCORE_SIGN, exact)
    found = by_check(conform(lambda u, y: 0 * u + np.log(2), reference))
    assert found["float64"].outcome == "limited"
    assert "on record is no real number" in found["float64"].detail
