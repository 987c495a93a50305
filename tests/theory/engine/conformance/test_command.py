import json
import re
from pathlib import Path

import pytest

from theory.engine.cli import main
from theory.engine.conformance.checks import TOLERANCE

CODE = """
import numpy as np

def right(scores, labels):
    top = scores.max(axis=1, keepdims=True)
    return np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0] - scores[np.arange(len(labels)), labels]

def turned(labels, scores, temperature=1.0):
    return right(scores, labels)

def wrong(scores, labels):
    return scores.sum(axis=1) - scores[np.arange(len(labels)), labels]

def onehot(scores, labels, power):
    return (right(scores, labels.argmax(axis=1))) ** power
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "some_losses.py").write_text(CODE)
    return tmp_path


def run(*arguments):
    return main(["conform", *arguments])


def test_it_conforms(file, capsys):
    assert run("some_losses.py:right", "--to", "comp_sum.cross_entropy", "--json", "found.json") == 0
    assert "conforms\nclaims on record about this loss, each for the scope it states:\n" in capsys.readouterr().out
    found = json.loads((file / "found.json").read_text())
    assert found["outcome"] == "conforms"
    assert {item["check"] for item in found["findings"]} >= {"value", "gradient", "float16"}
    assert all(set(item) == {"id", "on_record"} for item in found["claims"])


def test_it_differs_and_the_mistake_is_named(file, capsys):
    assert run("some_losses.py:wrong", "--to", "comp_sum.cross_entropy") == 1
    assert "log A + log B for log(A + B)" in capsys.readouterr().out


def test_options_reach_the_call(file):
    assert run("some_losses.py:turned", "--to", "comp_sum.cross_entropy", "--order", "labels,scores") == 0
    arguments = ["--labels", "onehot", "--with", '{"power": 1}']
    assert run("some_losses.py:onehot", "--to", "comp_sum.cross_entropy", *arguments) == 0
    assert (
        run("some_losses.py:onehot", "--to", "comp_sum.cross_entropy", "--labels", "onehot", "--with", '{"power": 2}')
        == 1
    )
    assert run("some_losses.py:right", "--to", "comp_sum.comp_sum", "--set", "tau=1") == 0
    assert run("some_losses.py:right", "--to", "comp_sum.comp_sum", "--set", "tau=1.5") == 1


def test_a_missing_library_is_a_skip(file, capsys):
    (file / "needs.py").write_text("import library_that_nobody_has\n")
    assert run("needs.py:loss", "--to", "comp_sum.cross_entropy") == 3
    out = capsys.readouterr().out
    assert "pip install library_that_nobody_has" in out
    assert out.strip().endswith("skipped")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["some_losses.py:right"], "--to CLAIM"),
        (["some_losses.py:right", "--to", "comp_sum.nothing"], "no loss or claim is called"),
        (["some_losses.py:riight", "--to", "comp_sum.cross_entropy"], "did you mean right"),
        (["some_losses.py:right", "--to", "comp_sum.comp_sum", "--set", "tau"], "no NAME=VALUE"),
        (["some_losses.py:right", "--to", "comp_sum.comp_sum", "--set", "tau=x"], "allowed: a number such as 1.5"),
        (["some_losses.py:right", "--to", "comp_sum.comp_sum", "--set", "tau=1e999999999"], "allowed: a number"),
        (["some_losses.py:right", "--to", "comp_sum.comp_sum", "--set", "rho=1"], "its parameters: tau"),
        (["some_losses.py:right", "--to", "comp_sum.cross_entropy", "--with", "{"], "is not JSON"),
        (["some_losses.py:right", "--to", "comp_sum.cross_entropy", "--with", "[1]"], "is no JSON object"),
        (["some_losses.py:right", "--to", "comp_sum.cross_entropy", "--json", "no/such/folder.json"], "--json no/such"),
    ],
)
def test_bad_usage_is_one_message_and_status_two(file, capsys, arguments, says):
    assert run(*arguments) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1


def test_the_list(capsys):
    assert run("--list") == 0
    assert "comp_sum.cross_entropy" in capsys.readouterr().out


def test_the_readme_shows_what_is_printed(capsys):
    """Findings, ranges and claims, line by line."""
    pytest.importorskip("torch")
    text = (Path(__file__).parents[4] / "README.md").read_text("utf-8")
    shown = text.partition("<!-- conform:begin -->")[2].partition("<!-- conform:end -->")[0]
    commands = [line.split()[3:] for line in shown.splitlines() if line.startswith("    $ lossproof conform ")]
    assert len(commands) == 2
    for command in commands:
        run(*command)
    printed = capsys.readouterr().out
    wanted = [line.removeprefix("    ") for line in shown.splitlines() if line.strip() and "$ lossproof" not in line]
    assert [stable(line) for line in printed.splitlines()] == [stable(line) for line in wanted]


def stable(line):
    """Leave out the version of the library, and rounding errors, which depend on the processor."""
    return re.sub(r"(torch|largest error) [^, ]+", r"\1", line)


def test_the_help_names_the_tolerance_that_is_used(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["conform", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert float(re.search(r"in units of 1 \+ \|value\| \(default: (.*?)\)", text)[1]) == TOLERANCE["float64"]
