"""The tests err as rarely as declared: streams are fixed, and a row would fail by chance with probability 1e-6."""

import pytest
from scipy import stats

from paper_figs.calibration_of_tests import data, draw

ROW_ERROR = 1e-6


@pytest.fixture(scope="module")
def found():
    return data(runs=2000, observations=400)


def test_false_alarms_are_as_rare_as_declared(found):
    rows = [row for row in found["alarms"] if "control" not in row["test"]]
    assert len(rows) > 30
    for row in rows:
        assert row["wrong"] <= stats.binom.isf(ROW_ERROR, row["runs"], row["nominal"]), row


def test_the_textbook_regression_interval_fails(found):
    rows = {row["law"]: row for row in found["alarms"] if "control" in row["test"]}
    for law in ("unequal variances", "correlated curves"):
        assert rows[law]["wrong"] > 5 * stats.binom.isf(ROW_ERROR, 2000, 0.01) / 3, rows[law]


def test_power_is_what_was_computed_before_sampling(found):
    for row in found["power"]:
        spread = (row["planned"] * (1 - row["planned"]) / 2000) ** 0.5
        assert abs(row["measured"] - row["planned"]) < 5 * spread + 1e-3, row


def test_verdicts_come_by_the_plan(found):
    for row in found["stopping"]:
        assert row["supported"] > 0.99
        assert row["measured"] < row["planned"]
        assert row["law"] == "uniform" or row["measured"] > 0.7 * row["planned"]


def test_it_is_drawn(found, tmp_path):
    path = tmp_path / "calibration.png"
    draw(found).savefig(path, dpi=50)
    assert path.stat().st_size > 10_000
