"""The sampled claims: verdicts and controls as recorded, the error budget, and samplers that do what they say."""

from fractions import Fraction

import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, claims_of

from experiments.gaussian_mixture.dis_vs_gen import claims_dis_vs_gen_sampling as module
from experiments.gaussian_mixture.dis_vs_gen import samplers
from experiments.streams import Stream

CLAIMS = claims_of(module)
QUICK = [claim for claim in CLAIMS if "logistic" not in claim.id or "rotated" in claim.id]
ROWS = range(6)


@pytest.mark.parametrize("claim", QUICK, ids=lambda claim: claim.name)
def test_claims_are_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", [one for one in CLAIMS if one not in QUICK], ids=lambda claim: claim.name)
def test_claims_about_logistic_regression_are_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


def test_the_error_shares_stay_in_the_budget():
    total = sum(claim.build()[1].share * (1 + len(claim.controls)) for claim in CLAIMS)
    assert total <= 4e-4


def test_bounds_from_above_are_supported_by_the_largest_excess_and_rejected_by_the_smallest():
    seen = 0
    for claim in CLAIMS:
        statement, _ = claim.build()
        given = statement.sampler.parameters
        if len(given.get("dimensions", ())) > 1 and "largest" in given:
            seen += 1
            above = statement.relation == "<="
            assert given["largest"] == (above == (claim.expected == "supported")), claim.id
    assert seen == 5


def test_an_error_below_the_bayes_error_is_refused(monkeypatch):
    monkeypatch.setattr(samplers, "errors", lambda *_, **__: np.asarray([0.0, 0.5]))
    with pytest.raises(ArithmeticError, match="below Bayes"):
        samplers.excess_by_size(Stream(1), range(2), sizes=(4,), regime="fixed", learner="naive_bayes", n=4)


def test_every_module_attribute_that_is_a_claim_is_one_claim():
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS) == 17


def test_the_extreme_excess_is_that_of_the_single_dimensions():
    given = {"regime": "fixed", "learner": "naive_bayes", "growth": "linear", "factor": 1.0}
    single = [samplers.extreme_excess(Stream(3), ROWS, dimensions=(n,), largest=True, **given) for n in (10, 20, 40)]
    for largest, extreme in ((True, np.max), (False, np.min)):
        found = samplers.extreme_excess(Stream(3), ROWS, dimensions=(10, 20, 40), largest=largest, **given)
        assert np.array_equal(found, extreme(single, axis=0))


def test_shares_are_those_of_the_extreme():
    given = {"regime": "growing", "learner": "naive_bayes", "dimensions": (10, 20), "growth": "constant", "factor": 6}
    for every in (True, False):
        excess = samplers.extreme_excess(Stream(3), range(50), largest=every, **given)
        found = samplers.within(Stream(3), range(50), every=every, excess=0.05, **given)
        assert np.array_equal(found, (excess <= 0.05) * 1.0)
        assert 0 < found.mean() < 1


def test_sample_sizes_by_hand():
    assert samplers.sample_size("linear", 0.75, 50) == 38
    assert samplers.sample_size("constant", 12, 50) == 12
    assert samplers.sample_size("logarithmic", 3, 800) == 21
    with pytest.raises(ValueError, match="growth must be one of constant, logarithmic, linear"):
        samplers.sample_size("cubic", 1, 2)


@pytest.mark.parametrize(
    ("learner", "twin", "differs"),
    [
        ("naive_bayes", "labels", 0),
        ("naive_bayes", "permutation", 0),
        ("naive_bayes", "rescaling", 0),
        ("naive_bayes", "rotation", 1),
        ("logistic", "rotation", 0),
        ("logistic", "labels", 0),
        ("logistic", "rescaling", 1),
        ("plug_in", "rotation", 0),
        ("plug_in", "labels", 0),
        ("plug_in", "rescaling", 1),
    ],
)
def test_twins(learner, twin, differs):
    found = samplers.twin_differs(
        Stream(4), range(20), regime="fixed", learner=learner, twin=twin, n=6, m=20, tolerance=1e-6
    )
    assert found.tolist() == [differs] * 20


def test_unknown_twins_are_refused():
    with pytest.raises(ValueError, match="twin must be permutation"):
        samplers.twin_differs(
            Stream(4), ROWS, regime="fixed", learner="plug_in", twin="mirror", n=6, m=20, tolerance=1e-6
        )


def test_one_of_two_learners_is_ahead_on_a_sample():
    both = [
        samplers.logistic_ahead(
            Stream(4), range(40), regime="fixed", n=8, m=16, margin=Fraction(1, 1000), reverse=reverse
        )
        for reverse in (False, True)
    ]
    assert np.max(both[0] + both[1]) == 1.0
    assert min(one.sum() for one in both) > 0


def test_the_excess_by_size_does_not_depend_on_the_other_sizes():
    given = {"regime": "fixed", "learner": "naive_bayes", "n": 6}
    whole = samplers.excess_by_size(Stream(4), ROWS, sizes=(10, 20, 40), **given)
    assert whole.shape == (6, 3)
    assert np.array_equal(samplers.excess_by_size(Stream(4), ROWS, sizes=(20,), **given)[:, 0], whole[:, 1])
