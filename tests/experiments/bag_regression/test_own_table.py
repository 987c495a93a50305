import argparse
import csv
import io

import numpy as np
import pytest

from experiments import simulate_command
from experiments.bag_regression import compare
from experiments.streams import Stream
from theory.engine.errors import BadInput


def command(*arguments):
    parser = argparse.ArgumentParser()
    simulate_command.register(parser.add_subparsers(required=True))
    parsed = parser.parse_args(["simulate", "experiments.bag_regression.aggregate_simulator:SIMULATOR", *arguments])
    return parsed.run(parsed)


@pytest.fixture(autouse=True)
def a_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X = Stream(3).normal(1, (50, 3))[0]
    rows = np.column_stack([X @ [2.0, -1.0, 0.5] + 0.1 * Stream(4).normal(1, 50)[0], X])
    np.savetxt("table.csv", rows, delimiter=",", header="y,a,b,c", comments="", fmt="%.17g")
    return X, rows[:, 0]


def test_what_is_printed_and_written_is_what_was_found(a_table, tmp_path, capsys):
    options = ["--rho", "0.3", "--epsilon", "2", "--low", "-5", "--high", "5", "--repeats", "4", "--seed", "4"]
    assert command("--data", "table.csv", "--bag-size", "3", "--target", "y", *options, "--csv", "out.csv") == 0
    told = capsys.readouterr().out
    assert told.startswith(
        "table.csv: 50 rows, 3 features, target y\n40 rows for training in 13 bags of 3 and one of 1,"
    )
    assert "10 for testing; 4 random splits" in told
    assert "Laplace noise of scale 1.667 on full bags" in told
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = compare(*a_table, 3, rho=0.3, epsilon=2.0, clip=(-5.0, 5.0), repeats=4, seed=4)
    assert [row["rule"] for row in rows] == [rule.rule for rule in found]
    assert [float(row["test error"]) for row in rows] == [rule.mean for rule in found]
    for row in rows:
        assert float(row["L_ins"]) == pytest.approx(float(row["L_bag"]) + float(row["R"]))
        assert f"\n{row['rule']} " in told
        assert f" {float(row['test error']):.4g} " in told
    assert rows[0]["rho"] == ""
    base = next(rule for rule in found if rule.rule == "mean prediction" and not rule.private)
    for row, rule in zip(rows, found, strict=True):
        assert float(row["relative"]) == pytest.approx(rule.mean / base.mean)
        assert float(row["s.e."]) == pytest.approx(rule.standard_error)
        for name in ("rho", "ridge"):
            shown = sorted(value for value in getattr(rule, name) if value is not None)
            assert row[name] == (str(shown[1]) if shown else "")  # the lower median of four
    assert any(len({*rule.rho}) > 2 for rule in found)
    assert {row["private"] for row in rows} == {"yes", "no"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--bag-size", "21"], "at most 20, half of the 40 training rows"),
        (["--bag-size", "3", "--epsilon", "1"], "--epsilon needs --low and --high"),
        (["--bag-size", "3", "--epsilon", "1", "--low", "0"], "--epsilon needs --low and --high"),
        (["--bag-size", "3", "--low", "0", "--high", "1"], "--low and --high go with --epsilon"),
        (["--bag-size", "3", "--epsilon", "0", "--low", "0", "--high", "1"], "epsilon must be"),
        (["--bag-size", "3", "--epsilon", "1", "--low", "1", "--high", "0"], "--low must be below --high"),
        (["--bag-size", "3", "--epsilon", "1", "--low", "0", "--high", "inf"], "pair of finite numbers"),
        (["--bag-size", "3", "--target", "price"], "no column 'price'; it has y, a, b, c"),
        (["--bag-size", "3", "--rho", "nan"], "rho must be"),
        (["--bag-size", "3", "--csv", "table.csv"], "never overwritten"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(tmp_path, options, message):
    before = (tmp_path / "table.csv").read_bytes()
    with pytest.raises(BadInput, match=message):
        command("--data", "table.csv", "--csv", "out.csv", *options)
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]
    assert (tmp_path / "table.csv").read_bytes() == before


def test_singular_fits_are_named(capsys):
    rows = Stream(1).normal(1, (12, 8))[0]
    np.savez("wide.npz", X=rows[:, :7], y=rows[:, 7])
    assert command("--data", "wide.npz", "--bag-size", "3", "--repeats", "2") == 0
    assert "least norm: bag loss" in capsys.readouterr().out


def test_terminals_get_a_table_by_rich(monkeypatch):
    pytest.importorskip("rich")
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "200")
    assert command("--data", "table.csv", "--bag-size", "2", "--repeats", "2") == 0
    assert "bag loss, best ridge" in screen.getvalue()
    assert "L_ins = L_bag + R" in screen.getvalue()
