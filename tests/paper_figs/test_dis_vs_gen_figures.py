"""The two figures: what is drawn, and that it is drawn."""

import math
from dataclasses import replace

import pytest

from experiments.gaussian_mixture.dis_vs_gen.simulator import SIMULATOR
from experiments.store import Store
from experiments.sweep import run_sweep
from paper_figs import dis_vs_gen_bayes_table as table
from paper_figs import dis_vs_gen_two_regimes as two_regimes
from theory.classification.dis_vs_gen import claims_dis_vs_gen_designs as claims
from theory.classification.gaussian_tail import normal_tail
from theory.mixtures.plug_in import plug_in_error


def cell(regime, learner, n, m):
    return {
        "regime": regime, "classes": 2, "n": n, "learner": learner, "m": m, "replicates": 20, "seed": 1,
    }  # fmt: skip


def few(sizes):
    for learner in ("naive_bayes", "logistic"):
        for m in (8, 32, 128, 512):
            for regime in ("correlated", "fixed"):
                yield cell(regime, learner, 16, m)
            for n in (4, 8):
                yield cell("growing", learner, n, m)
                yield cell("fixed", learner, n, m)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "few.sqlite"
    run_sweep(replace(SIMULATOR, cells=few), "quick", path, executor="serial")
    with Store(path) as store:
        yield two_regimes.data(store)


def test_logistic_regression_overtakes_on_the_correlated_design_alone(found):
    assert 32 < found["overtakes"]["correlated"] < 512
    assert math.isnan(found["overtakes"]["fixed"])


def test_curves_and_crossings_come_from_the_store(found):
    assert found["curves"]["correlated"]["n"] == 16
    rows = found["curves"]["fixed"]["learners"]["logistic"]["rows"]
    assert [m for m, _, _ in rows] == [8, 32, 128, 512]
    assert {(row["regime"], row["n"]) for row in found["needed"]} == {
        (regime, n) for regime in ("growing", "fixed") for n in (4, 8)
    } | {("fixed", 16)}


def learners(last, error):
    naive = [(4, 0.2, 0.01), (8, 0.1, 0.01), (16, 0.05, error)]
    return {"naive_bayes": {"rows": naive}, "logistic": {"rows": [(4, 0.3, 0.01), (8, 0.12, 0.01), (16, last, error)]}}


def test_a_lead_by_less_than_two_standard_errors_is_no_overtaking():
    assert math.isnan(two_regimes._overtakes(learners(0.048, 0.001)))
    assert 8 < two_regimes._overtakes(learners(0.046, 0.001)) < 16
    assert math.isnan(two_regimes._overtakes(learners(0.06, 0.001)))


def test_a_curve_of_one_learner_alone_is_refused(tmp_path):
    one = [cell("correlated", learner, 16, 8) for learner in ("naive_bayes", "logistic")]
    one.append(cell("fixed", "logistic", 16, 8))
    run_sweep(replace(SIMULATOR, cells=lambda sizes: iter(one)), "quick", tmp_path / "one.sqlite", executor="serial")
    with (
        Store(tmp_path / "one.sqlite") as store,
        pytest.raises(ValueError, match="no curves of both learners for 'fixed'"),
    ):
        two_regimes.data(store)


def test_the_table_and_the_claims_name_the_same_entries():
    wrong = {(row["classes"], row["n"]) for row in table.data() if not row["right"]}
    right = {(row["classes"], row["n"]) for row in table.data() if row["right"]}
    assert (wrong, right) == (set(claims._WRONG), set(claims._RIGHT))


@pytest.mark.parametrize("n", [4, 50, 800])
def test_exact_samples_reach_the_threshold_and_grow_like_n(n):
    m = two_regimes.exact_samples(n)
    assert plug_in_error(n, m, 2.0) == pytest.approx(float(normal_tail(2.0)) + 0.01, rel=1e-9)
    assert 1.2 < m / n < 1.6


def test_the_figure_is_drawn(found, tmp_path):
    pytest.importorskip("matplotlib")
    two_regimes.draw(found).savefig(tmp_path / "two.png")
    assert (tmp_path / "two.png").stat().st_size > 10_000


def test_a_store_without_curves_is_refused(tmp_path):
    simulator = replace(SIMULATOR, cells=lambda sizes: iter([cell("fixed", "naive_bayes", 4, 8)]))
    run_sweep(simulator, "quick", tmp_path / "other.sqlite", executor="serial")
    with Store(tmp_path / "other.sqlite") as store, pytest.raises(ValueError, match="no cell of the correlated regime"):
        two_regimes.data(store)


def test_ten_published_bayes_errors_are_wrong_and_named():
    rows = table.data()
    wrong = {(row["classes"], row["n"]): row["rounded"] for row in rows if not row["right"]}
    assert wrong == {
        (2, 2): ".11034", (2, 4): ".05692", (2, 10): ".00951", (2, 20): ".00060",
        (3, 40): ".00786", (5, 40): ".00472", (7, 40): ".00337",
        (3, 100): ".00013", (5, 100): ".00008", (7, 100): ".00005",
    }  # fmt: skip
    assert len(rows) == 33


def test_a_table_of_exact_values_has_no_wrong_entry_and_one_last_digit_makes_one():
    right = {(2, 2): ".11034", (2, 40): "0"}
    assert all(row["right"] for row in table.data(right))
    assert [row["right"] for row in table.data({(2, 2): ".11035", (2, 4): ".05692"})] == [False, True]


def test_the_table_is_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    table.draw(table.data()).savefig(tmp_path / "table.png")
    assert (tmp_path / "table.png").stat().st_size > 10_000
