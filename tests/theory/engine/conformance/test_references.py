"""What is on record about the losses, checked against the losses themselves."""

from fractions import Fraction

import mpmath
import pytest
import sympy

from theory.engine.conformance.cases import batches
from theory.engine.conformance.exact import DIGITS, ExactLoss
from theory.engine.conformance.reference import SCORES_LABEL, Reference
from theory.engine.conformance.references import inherited, references, resolve
from theory.engine.discovery import collect
from theory.engine.errors import BadInput
from theory.engine.papers import papers

FOUND, BROKEN = references()


def exact(reference, loss=None):
    return ExactLoss(reference, loss or reference.loss, reference.parameters)


def test_all_load():
    assert BROKEN == []
    assert "comp_sum.cross_entropy" in FOUND


@pytest.mark.parametrize("name", FOUND)
def test_the_paper_is_known_and_claims_about_the_loss_exist(name):
    assert FOUND[name].paper in papers()
    assert inherited(FOUND[name], collect())


@pytest.mark.parametrize("name", FOUND)
def test_stated_invariances_hold_to_forty_digits(name):
    reference = FOUND[name]
    for batch in batches(reference):
        before = exact(reference).values(batch)
        for change in reference.invariances:
            changed = change.change(batch)
            after = exact(reference).values(changed)
            assert changed.columns != batch.columns
            if change.name == "order":
                before, after = sorted(before), sorted(after)
            assert max(abs(a - b) for a, b in zip(after, before, strict=True)) < 1e-40, change.name


@pytest.mark.parametrize("name", FOUND)
def test_gradients_are_those_of_the_values(name):
    reference = FOUND[name]
    batch = batches(reference)[0]
    gradient = exact(reference).gradients(batch)
    with mpmath.workdps(DIGITS):
        for item in reference.inputs:
            if not item.differentiated:
                continue
            step = Fraction(1, 10**12)
            column = batch.columns[item.name]
            for k, row in enumerate(column):
                moved = tuple(x + step * int(j == 0) for j, x in enumerate(row)) if item.per_class else row + step
                shifted = batch.replaced(**{item.name: [*column[:k], moved, *column[k + 1 :]]})
                after, before = exact(reference).values(shifted), exact(reference).values(batch)
                slope = (mpmath.fsum(after) - mpmath.fsum(before)) * 10**12
                own = gradient[item.name][k]
                assert abs(slope - (own[0] if item.per_class else own)) < 1e-6


def grown(batch, power):
    """Scores as large or small as an implementation may be tried on."""

    def times(x):
        return tuple(map(times, x)) if isinstance(x, tuple) else x * Fraction(2) ** power

    names = [item.name for item in batch.inputs if item.kind == "real" or (item.kind == "ball" and power < 0)]
    return batch.replaced(**{name: list(map(times, batch.columns[name])) for name in names})


def flat(gradients):
    rows = [row for column in gradients.values() for row in column]
    return [x for row in rows for x in (row if isinstance(row, tuple) else (row,))]


@pytest.mark.parametrize("name", FOUND)
def test_no_digits_are_lost_at_large_and_small_scores(name, monkeypatch):
    reference = FOUND[name]
    base = batches(reference)[0]
    loss = exact(reference)
    for power in (6, -70):  # exp(256) and 2^-70 leave nothing of fifty digits where one is subtracted from them
        batch = grown(base, power)
        few = [*loss.values(batch), *flat(loss.gradients(batch))]
        with monkeypatch.context() as patched:
            patched.setattr("theory.engine.conformance.exact.DIGITS", 400)
            many = [*loss.values(batch), *flat(loss.gradients(batch))]
        assert all(abs(a - b) < 1e-12 * (1 + abs(b)) for a, b in zip(few, many, strict=True)), power
    for power in (1016, -500):
        batch = grown(base, power)
        assert all(map(mpmath.isfinite, [*loss.values(batch), *flat(loss.gradients(batch))])), power


@pytest.mark.parametrize("name", [name for name, item in FOUND.items() if item.minimum])
def test_the_minimum_is_attained_and_none_is_near_it_below(name):
    reference = FOUND[name]
    parameters = {key: sympy.Rational(value) for key, value in reference.parameters.items()}
    scores_input, labels_input = reference.inputs
    for posterior in reference.minimum.posteriors:
        p = tuple(map(sympy.Rational, posterior))
        scores = tuple(reference.minimum.scores(p, **parameters))
        labels = (-1, 1) if labels_input.kind == "sign" else range(len(p))

        def risk(moved, p=p, labels=labels):
            return sum(
                x * reference.loss(moved if scores_input.per_class else moved[0], label, **parameters)
                for x, label in zip(p, labels, strict=True)
            )

        least = sympy.N(reference.minimum.value(p, **parameters), DIGITS)
        assert abs(sympy.N(risk(scores), DIGITS) - least) < 1e-40
        for k in range(len(scores)):
            for step in (sympy.Rational(1, 1000), sympy.Rational(-1, 1000), 1, -1):
                moved = tuple(s + step * int(j == k) for j, s in enumerate(scores))
                assert sympy.N(risk(moved), DIGITS) >= least - sympy.Float("1e-40", DIGITS)


@pytest.mark.parametrize("name", [name for name, item in FOUND.items() if item.slips])
def test_slips_differ_from_the_loss_and_from_each_other(name):
    reference = FOUND[name]
    seen = [tuple(mpmath.nstr(x, 9) for batch in batches(reference) for x in exact(reference).values(batch))]
    for slip in reference.slips:
        numbers = tuple(
            mpmath.nstr(x, 9) for batch in batches(reference) for x in exact(reference, slip.loss).values(batch)
        )
        assert numbers not in seen, slip.says
        seen.append(numbers)


def test_a_claim_about_one_loss_leads_to_it():
    one = Reference("demo", "one", "", "", SCORES_LABEL, lambda s, y: s[y], claims=("comp_sum.transform*",))
    two = Reference("demo", "two", "", "", SCORES_LABEL, lambda s, y: s[y], claims=("comp_sum.gap_*",))
    known = {"demo.one": one, "demo.two": two}
    claims = collect().claims
    about_one = next(name for name in claims if name.startswith("comp_sum.transform"))
    assert resolve(about_one, known) is one
    assert resolve(claims[about_one], known) is one
    with pytest.raises(BadInput, match=r"is about several losses: name one of demo\.one, demo\.two"):
        resolve("demo", known)
    with pytest.raises(BadInput, match="is about no loss that an implementation can be held against"):
        resolve("littlestone.threshold_dimension", known)


def test_a_module_that_cannot_be_imported_is_named_and_stops_nothing():
    found, broken = references({"bad": "no_such_module", "good": "theory.classification.cross_entropy.comp_sum_losses"})
    assert "comp_sum.comp_sum" in found
    assert [item.entry for item in broken] == ["bad"]
