import mpmath
import pytest
import sympy

from theory.engine.conformance.cases import make
from theory.engine.conformance.exact import DIGITS, ExactLoss
from theory.engine.conformance.reference import PROBABILITY_BIT, SCORES_LABEL, Reference


def log_loss(scores, label, scale=1):
    return scale * (sympy.log(sympy.Add(*map(sympy.exp, scores))) - scores[label])


CROSS_ENTROPY = Reference("demo", "cross_entropy", "", "", SCORES_LABEL, log_loss, parameters={"scale": 1})


def test_values_agree_with_mpmath_to_forty_digits():
    batch = make(CROSS_ENTROPY, 3)
    found = ExactLoss(CROSS_ENTROPY, log_loss, {"scale": 3}).values(batch)
    with mpmath.workdps(DIGITS):
        for value, row, label in zip(found, batch.columns["scores"], batch.columns["labels"], strict=True):
            s = [mpmath.mpf(x.numerator) / x.denominator for x in row]
            assert abs(value - 3 * (mpmath.log(sum(map(mpmath.exp, s))) - s[label])) < mpmath.mpf(10) ** -40


def test_gradients_are_softmax_minus_one_hot_and_shaped_as_the_scores():
    batch = make(CROSS_ENTROPY, 5)
    (rows,) = ExactLoss(CROSS_ENTROPY, log_loss, {"scale": 1}).gradients(batch).values()
    assert [len(row) for row in rows] == [5] * batch.size
    for row, scores, label in zip(rows, batch.columns["scores"], batch.columns["labels"], strict=True):
        exps = [mpmath.exp(float(x)) for x in scores]
        wanted = [e / sum(exps) - (k == label) for k, e in enumerate(exps)]
        assert max(abs(a - b) for a, b in zip(row, wanted, strict=True)) < 1e-12
        with mpmath.workdps(DIGITS):
            assert abs(mpmath.fsum(row)) < 1e-40


def test_a_loss_of_the_whole_batch_is_one_number():
    mean = Reference(
        "demo", "mean", "", "", PROBABILITY_BIT, lambda p, y: sympy.Add(*[a * b for a, b in zip(p, y, strict=True)]),
        whole_batch=True,
    )  # fmt: skip
    batch = make(mean)
    loss = ExactLoss(mean, mean.loss, {})
    assert [float(x) for x in loss.values(batch)] == [float(batch.floats("probabilities") @ batch.floats("labels"))]
    assert [float(x) for x in loss.gradients(batch)["probabilities"]] == [float(y) for y in batch.columns["labels"]]


def test_the_derivative_at_a_kink_side_is_that_of_the_side():
    hinge = Reference("demo", "h", "", "", SCORES_LABEL, lambda s, y: sympy.Max(0, 1 - s[y]))
    batch = make(hinge, 3)
    for row, scores, label in zip(
        ExactLoss(hinge, hinge.loss, {}).gradients(batch)["scores"],
        batch.columns["scores"],
        batch.columns["labels"],
        strict=True,
    ):
        assert float(row[label]) == (-1 if scores[label] < 1 else 0)


def test_an_undefined_symbol_is_refused():
    stray = Reference("demo", "stray", "", "", SCORES_LABEL, lambda s, y: s[y] * sympy.Symbol("c"))
    with pytest.raises(ValueError, match=r"holds \['c'\]"):
        ExactLoss(stray, stray.loss, {}).values(make(stray, 3))
