"""The command: arguments are checked first, answers printed, files written whole."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import pytest

from theory.classification.analyze_command import register
from theory.engine.errors import BadInput


def _run(*arguments):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["analyze", *map(str, arguments)])
    return parsed.run(parsed)


@pytest.fixture
def data(tmp_path):
    posteriors, scores = tmp_path / "p.csv", tmp_path / "s.csv"
    posteriors.write_text("no,yes\n0.1,0.9\n0.75,0.25\n0.4,0.6\n")
    scores.write_text("0,1\n0,0.5\n0.5,0\n")
    return "--posteriors", posteriors, "--scores", scores


def test_margin_with_data_json_and_plot(tmp_path, data, capsys):
    report, plot = tmp_path / "a.json", tmp_path / "a.svg"
    assert _run("--margin", "max(0, 1-u)", *data, "--json", report, "--plot", plot) == 0
    out = capsys.readouterr().out
    assert "T(t) = t   [proved]" in out
    assert "zero-one regret at most 0.35; measured 0.233333" in out
    raw = json.loads(report.read_text())
    assert raw["schema"] == "lossproof.analysis/1"
    assert raw["answers"][-1]["data"]["guarantee"] == pytest.approx(0.35)
    assert plot.read_text().startswith("<?xml")


def test_comp_sum_takes_fractions_and_the_number_of_classes_from_the_data(data, capsys):
    assert _run("--comp-sum", "3/2", *data) == 0
    assert "tau = 1.5, n = 2" in capsys.readouterr().out
    assert _run("--comp-sum", "1", "--classes", "1000000") == 0
    assert "n = 1000000" in capsys.readouterr().out


def test_phi(capsys):
    assert _run("--phi", "log(1+u)", "--classes", 10) == 0
    assert "yes: 1 times the comp-sum loss of tau = 1" in capsys.readouterr().out


def test_score_bound(capsys):
    assert _run("--margin", "max(0, 1-u)", "--score-bound", "1/2") == 0
    assert "t*min(b, 1), b = 0.5" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--margin", "u.__class__"], "attribute access"),
        (["--margin", "9**9**9**9"], "exponent above"),
        (["--margin", "exp(-u)", "--classes", "2"], "--classes goes with"),
        (["--comp-sum", "1", "--score-bound", "2"], "--score-bound goes with"),
        (["--comp-sum", "-1"], "tau is"),
        (["--comp-sum", "1/0"], "--comp-sum is '1/0'"),
        (["--comp-sum", "1e999999999"], "--comp-sum is"),
        (["--comp-sum", "nan"], "--comp-sum is 'nan'"),
        (["--comp-sum", "1", "--classes", "2.5"], "whole numbers"),
        (["--comp-sum", "1", "--classes", "1"], "classes is 1"),
        (["--comp-sum", "1", "--posteriors", "p.csv"], "go together"),
        (["--comp-sum", "1", "--json", "/no/such/folder/a.json"], "no folder"),
        (["--comp-sum", "1", "--plot", "a.gif"], "allowed: .png"),
        (["--comp-sum", "1", "--posteriors", "/no/p.csv", "--scores", "/no/s.csv"], "cannot be read"),
        (["--margin", "exp(-u)", "--score-bound", "0"], "score bound is"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(BadInput, match=message):
        _run(*arguments)


def test_bad_data_leave_no_files(tmp_path, data):
    report, plot = tmp_path / "same.json", tmp_path / "plot.png"
    with pytest.raises(BadInput, match="--classes is 5, the data have 2 columns"):
        _run("--comp-sum", "1", "--classes", 5, *data, "--json", report, "--plot", plot)
    with pytest.raises(BadInput, match=r"score bound is 0.5"):
        _run("--margin", "exp(-u)", "--score-bound", "0.5", *data, "--json", report, "--plot", plot)
    assert not report.exists()
    assert not plot.exists()


def test_one_loss_is_needed_and_only_one():
    for arguments in ([], ["--margin", "u", "--phi", "u"]):
        with pytest.raises(SystemExit) as stop:
            _run(*arguments)
        assert stop.value.code == 2


def test_importing_the_module_is_light():
    code = (
        "import sys, theory.classification.analyze_command;"
        "print(sorted({'numpy','sympy','flint','scipy','matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
