import dataclasses
import importlib
import inspect
import json
import math
import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from experiments.rates import batch_slopes, slope_bounds
from experiments.sampling import Mean, MeanWithin, Sampler, Slope, sampling
from experiments.sampling.runs import BadSample, Plan, _chunks, _shown, sample
from experiments.sequential import ConfidenceSequence
from experiments.streams import Stream
from theory.engine.checker import Rejected
from theory.engine.claim import claim
from theory.engine.decide import decide
from theory.engine.discovery import collect
from theory.engine.evidence import Budget, Evidence, Undecided
from theory.engine.verify import ERROR_BUDGET

SHARE = 1e-5
DRAWN: list[range] = []


def coin(stream, replicates, *, heads):
    DRAWN.append(replicates)
    return (stream.uniform(replicates) < heads) * 1.0


def curve(stream, replicates, *, exponent, sizes):
    return 8.0 * stream.uniform(replicates, len(sizes)) * np.asarray(sizes, dtype=float) ** exponent


def broken(stream, replicates, *, how):
    x = stream.uniform(replicates)
    if how == "shape":
        return x[:-1]
    if how == "complex":
        return x + 0j
    return np.where(x > 0.99, {"range": 1.5, "nan": np.nan}[how], x)


def coin_mean(heads, bound, relation="<="):
    return Mean(Sampler(coin, {"heads": Fraction(heads)}), relation, Fraction(bound))


@claim(paper="toy", where="Demo", says=r"\operatorname{E} C \le 2/5", expected="supported")
def demo(bound=Fraction(2, 5)):
    """A coin of 1/3."""
    return Mean(Sampler(coin, {"heads": Fraction(1, 3)}), "<=", bound), sampling(share=SHARE, cap=20_000)


demo.false_if("the bound were below the mean", bound=Fraction(1, 4))


@claim(paper="toy", where="Demo", says=r"\operatorname{E} C \le 1/4", expected="refuted")
def wrong(bound=Fraction(1, 4)):
    """A coin of 1/3, claimed to be of at most 1/4."""
    return Mean(Sampler(coin, {"heads": Fraction(1, 3)}), "<=", bound), sampling(share=SHARE, cap=20_000)


wrong.true_if("the bound were above the mean", bound=Fraction(2, 5))


def test_a_claim_is_supported_and_its_control_rejected_each_at_its_share():
    verdict = decide(demo)
    assert verdict.as_recorded
    assert verdict.evidence is Evidence.SUPPORTED
    assert verdict.error_probability == pytest.approx(2 * SHARE)
    data = verdict.certificate.data
    assert data["error_probability"] == SHARE
    assert data["interval"][0] < 1 / 3 < data["interval"][1]
    assert data["seed"] == f"{demo.statement().seed():#018x}"
    assert json.loads(json.dumps(data)) == data
    assert verdict.controls[0].summary.startswith("rejected by sampling: estimate ")
    low, high = data["interval"]
    found = re.fullmatch(
        r"estimate [.\d]+ after \d+ observations; confidence interval ([.\d]+) to ([.\d]+); "
        r"the verdict is wrong with probability at most 1e-05",
        verdict.summary,
    )
    told = [float(end) for end in found.groups()]
    assert told == pytest.approx([low, high], rel=1e-3)
    assert told[0] <= low < high <= told[1]  # rounded outwards


def test_a_rejection_says_that_it_is_one():
    verdict = decide(wrong)
    assert verdict.as_recorded
    assert verdict.witness.kind == "sampling"
    assert verdict.witness.error_probability == SHARE
    assert verdict.summary.startswith("rejected by sampling: estimate ")
    assert verdict.summary.endswith(
        " observations, claimed is at most 1/4; the rejection is wrong with probability at most 1e-05"
    )
    assert verdict.controls[0].outcome == "holds"


def test_refuting_and_supporting_read_off_one_sampling():
    statement, method = coin_mean("1/3", "2/5"), sampling(share=SHARE, cap=20_000)
    DRAWN.clear()
    assert method.refute(statement, Budget()) is None
    drawn = len(DRAWN)
    assert method.decide(statement, Budget()).kind == "sampling"
    assert len(DRAWN) == drawn > 0


def test_a_larger_cap_goes_on_with_the_same_numbers():
    statement = coin_mean("1/3", "9/25")
    small = sample(statement, Plan(SHARE, 1000, 4096, lambda name: None))
    large = sample(statement, Plan(SHARE, 2000, 4096, lambda name: None))
    assert small.outcome == large.outcome == "undecided"
    peaks = [found.data["log_wealth"] for found in (small, large)]
    assert all(peaks[0][null] <= peaks[1][null] for null in peaks[0])
    decided = [sample(statement, Plan(SHARE, cap, 4096, lambda name: None)).data for cap in (40_000, 80_000)]
    assert decided[0]["outcome"] == "supported"
    assert decided[0] == decided[1]


@pytest.mark.parametrize("chunk", [1000, 2**16])
def test_an_undecided_claim_says_what_the_plan_could_have_told(chunk):
    statement, method = coin_mean("1/2", "1/2"), sampling(share=SHARE, cap=500)
    assert method.refute(statement, Budget()) is None
    result = method.decide(statement, Budget())
    assert isinstance(result, Undecided)
    assert "cap of 500" in result.reason
    assert "planned: 500 observations tell a mean 0.1" in result.worst


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"n": 3}, "n"),
        ({"seed": "0x0000000000000001"}, "seed"),
        ({"error_probability": 1e-9}, "error_probability"),
        ({"estimate": 0.33}, "estimate"),
        ({"interval": [0.0, 0.1]}, "interval"),
        ({"extra": 1}, "extra"),
        ({"outcome": "refuted"}, "not a record"),
    ],
)
def test_a_tampered_record_is_rejected(change, key):
    statement, method = coin_mean("1/3", "1/2"), sampling(share=SHARE, cap=20_000)
    certificate = method.decide(statement, Budget())
    method.recheck(statement, certificate, Budget())
    forged = dataclasses.replace(certificate, data=certificate.data | change)
    with pytest.raises(Rejected, match=key):
        method.recheck(statement, forged, Budget())
    with pytest.raises(Rejected, match="sampling again gives"):
        method.recheck(coin_mean("1/3", "51/100"), certificate, Budget())


@pytest.mark.parametrize(
    ("statement", "claimed"),
    [
        (Mean(Sampler(coin, {"heads": Fraction(1, 3)}), ">=", Fraction(1, 2)), "at least 1/2"),
        (
            MeanWithin(Sampler(coin, {"heads": Fraction(1, 3)}), Fraction(1, 2), Fraction(1, 25)),
            "between 23/50 and 27/50",
        ),
    ],
)
def test_a_rejection_says_what_is_claimed(statement, claimed):
    witness = sampling(share=SHARE, cap=20_000).refute(statement, Budget())
    assert f" observations, claimed is {claimed}; the rejection is wrong " in witness.summary
    assert sampling(share=1.21e-5, cap=20_000).refute(statement, Budget()).summary.endswith(" at most 1.3e-05")


def test_an_estimate_next_to_a_bound_is_told_from_it():
    assert [_shown(value, (0.25, None)) for value in (0.3333333, 0.2500012, math.nan)] == [
        "0.3333",
        "0.2500012",
        "unknown",
    ]
    assert _shown(0.25, (0.25, 0.5)) == "0.25"


@pytest.mark.parametrize(("heads", "outcome"), [("1/3", "supported"), ("1/4", "refuted"), ("1/2", "refuted")])
def test_means_within_a_margin(heads, outcome):
    statement = MeanWithin(Sampler(coin, {"heads": Fraction(heads)}), Fraction(1, 3), Fraction(1, 25))
    assert sample(statement, Plan(SHARE, 20_000, 4096, lambda name: None)).outcome == outcome


@pytest.mark.parametrize("test", ["means", "sign"])
@pytest.mark.parametrize(("low", "high", "outcome"), [("-6/5", "-4/5", "supported"), ("-3/4", None, "refuted")])
def test_slopes(test, low, high, outcome):
    ends = [None if end is None else Fraction(end) for end in (low, high)]
    sampler = Sampler(curve, {"exponent": -1}, high=4)
    statement = Slope(sampler, (2, 4, 8), *ends, replicates=50, test=test)
    method = sampling(share=SHARE, cap=40_000 if test == "means" else 512)
    found = method._once(statement, Budget())
    assert found.outcome == outcome
    method._repeat(statement, found.data, Budget())
    assert found.data["estimate"] == pytest.approx(-1.0, abs=0.1)
    assert found.summary.startswith("estimate ")


def first_above(limit):
    statement = Mean(Sampler(broken, {"how": "range"}), "<=", Fraction(9, 10))
    return int(np.argmax(Stream(statement.seed()).uniform(1000) > limit))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("shape", "broken returned float64 of shape"),
        ("complex", "broken returned complex128 of shape"),
        ("range", f"broken returned 1.5 for replicate {first_above(0.99)}; declared is"),
        ("nan", "broken returned nan for replicate"),
    ],
)
def test_a_sampler_that_breaks_its_word_decides_nothing(how, message):
    statement = Mean(Sampler(broken, {"how": how}), "<=", Fraction(9, 10))
    with pytest.raises(BadSample, match=message):
        sampling(share=SHARE, cap=1000).refute(statement, Budget())


def test_a_slope_of_means_rests_on_intervals_that_share_the_error():
    sampler, sizes = Sampler(curve, {"exponent": -1}, high=4), (2, 4, 8)
    statement = Slope(sampler, sizes, Fraction(-6, 5), Fraction(-4, 5), test="means")
    data = sample(statement, Plan(SHARE, 40_000, 4096, lambda name: None)).data
    x = curve(Stream(statement.seed()), range(data["n"]), exponent=-1, sizes=sizes)
    means = [ConfidenceSequence(error=SHARE / 3, high=4.0).update(column).interval() for column in x.T]
    assert data["interval"] == pytest.approx(slope_bounds(means, sizes))
    assert -1.2 <= data["interval"][0] < -1 < data["interval"][1] <= -0.8


@pytest.mark.parametrize(("cap", "chunk"), [(1, 1), (1000, 1), (1000, 7), (5000, 10_007), (10**5, 2**16)])
def test_chunks_are_the_observations_in_order_and_little_is_drawn_behind_a_verdict(cap, chunk):
    drawn = list(_chunks(cap, chunk))
    assert [row for rows in drawn for row in rows] == list(range(cap))
    first = len(drawn[0])
    assert all(len(rows) <= max(first, rows.start // 4) and len(rows) <= chunk for rows in drawn)
    if chunk > 1000:
        assert len(drawn) < 50


@pytest.mark.parametrize("test", ["means", "sign"])
def test_slopes_do_not_depend_on_chunks(test):
    sampler = Sampler(curve, {"exponent": -1}, high=4)
    statement = Slope(sampler, (2, 4, 8), Fraction(-1), None, replicates=5, test=test)  # undecided: at the edge
    whole, parts = (sample(statement, Plan(SHARE, 60, chunk, lambda name: None)) for chunk in (10**6, 100))
    assert whole.outcome == parts.outcome == "undecided"
    assert whole.data["n"] == parts.data["n"] == 60
    assert whole.data["estimate"] == pytest.approx(parts.data["estimate"], rel=1e-12)
    if test == "sign":
        rows = curve(Stream(statement.seed()), range(300), exponent=-1, sizes=(2, 4, 8)).reshape(60, 5, 3)
        assert whole.data["estimate"] == pytest.approx(np.median(batch_slopes(rows.mean(axis=1), (2, 4, 8))))


def test_a_cap_beyond_the_stream_is_refused_before_anything_is_drawn():
    DRAWN.clear()
    with pytest.raises(ValueError, match="needs 4294967297 replicates; a stream has"):
        sampling(share=SHARE, cap=2**32 + 1).refute(coin_mean("1/3", "1/2"), Budget())
    slope = Slope(Sampler(coin, {"heads": 1}), (1, 2), -1, None, replicates=2**20)
    with pytest.raises(ValueError, match="a stream has"):
        sampling(share=SHARE, cap=2**13).refute(slope, Budget())
    assert not DRAWN


def test_a_plan_that_can_tell_nothing_says_so():
    undecided = sampling(share=SHARE, cap=5).decide(coin_mean("1/2", "1/2"), Budget())
    assert undecided.worst == "planned: 5 observations tell nothing for sure"


def test_a_record_must_give_the_declared_error_to_the_last_digit():
    statement, method = coin_mean("1/3", "1/2"), sampling(share=1e-10, cap=20_000)
    certificate = method.decide(statement, Budget())
    forged = dataclasses.replace(certificate, data=certificate.data | {"error_probability": 1e-12})
    with pytest.raises(Rejected, match="error_probability"):
        method.recheck(statement, forged, Budget())


def wrong_verdicts(heads, bound, statements):
    """Return how many verdicts are wrong over statements that differ in an idle parameter, hence in their seeds."""
    wrong = 0
    for salt in range(statements):
        statement = Mean(Sampler(salted, {"heads": heads, "salt": salt}), "<=", bound)
        outcome = sample(statement, Plan(0.2, 200, 200, lambda name: None)).outcome
        wrong += outcome == ("refuted" if heads <= bound else "supported")
    return wrong


def salted(stream, replicates, *, heads, salt):
    return (stream.uniform(replicates) < heads) * 1.0


def test_verdicts_are_wrong_no_more_often_than_declared():
    limit = 64  # binomial(200, 0.2) exceeds 64 with probability 3e-5
    assert wrong_verdicts(Fraction(1, 2), Fraction(1, 2), 200) <= limit
    assert wrong_verdicts(Fraction(501, 1000), Fraction(1, 2), 200) <= limit


@pytest.mark.parametrize("arguments", [{"share": 0.0, "cap": 9}, {"share": 0.01, "cap": 9}, {"share": 1e-4, "cap": 0}])
def test_bad_plans_are_refused(arguments):
    with pytest.raises(ValueError, match=r"share is|cap must be a whole number >= 1"):
        sampling(**arguments)


def test_writing_a_claim_loads_no_array_library():
    program = "import sys, experiments.sampling; print({'numpy', 'scipy', 'sympy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def declared(item):
    """Return the errors by chance that a claim and its controls declare, without deciding anything."""
    methods = [item.build()[1], *(item.build(**control.arguments)[1] for control in item.controls)]
    return sum(getattr(method, "error_probability", 0.0) for method in methods)


def test_installed_claims_keep_the_error_budget():
    assert declared(demo) == pytest.approx(2 * SHARE)
    found = collect()
    sampled = [
        found.claims[name]
        for name, module in found.modules.items()
        if "experiments.sampling" in inspect.getsource(importlib.import_module(module))
    ]
    assert len(sampled) > 10
    assert 0 < sum(map(declared, sampled)) <= ERROR_BUDGET
