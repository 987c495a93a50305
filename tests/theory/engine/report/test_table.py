import io

import pytest
from report_documents import EVERY, differing, hostile, ordinary, sampled

from theory.engine.report.table import clean, print_table, render


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_one_line_a_claim_and_the_counts_last():
    lines = render(ordinary()).splitlines()
    assert lines[0] == "ok  toy.printed    refuted    0.00 s  3 > 2"
    assert lines[1] == "ok  toy.corrected  certified  0.25 s  one comparison"
    assert lines[-1].startswith("2 claims (1 refuted, 1 certified), 2 as on record; 1 of 1 controls as expected; 1.5 s")


def test_what_differs_says_how_and_is_never_cut():
    text = render(differing(), width=40)
    assert "on record: certified; time limit of 5 s reached; in step: count sheep" in text
    assert "control 'one were enough' should be refuted, is undecided" in text
    assert "BROKEN  demo: cannot import demo: ImportError" in text


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
@pytest.mark.parametrize("make", EVERY)
def test_both_renderings_hold_every_claim(make, stream, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    out = stream()
    content = make()
    print_table(content, out)
    for item in content["claims"]:
        assert item["id"] in out.getvalue()


def test_control_characters_do_not_reach_the_terminal():
    out = io.StringIO()
    print_table(hostile(), out)
    assert "\x1b" not in out.getvalue()
    assert "\0" not in out.getvalue()
    coloured = Terminal()
    print_table(hostile(), coloured)
    assert "\x1b[2J" not in coloured.getvalue()


def test_clean_keeps_letters_of_any_script():
    assert clean("Hölder\u2028\t x") == "Hölder x"


def test_the_last_line_tells_errors_by_chance_where_there_are_any():
    assert "by chance" not in render(ordinary())
    assert "probability of an error by chance 6e-05 of a budget of 0.001;" in render(sampled())
    assert "WHICH IT EXCEEDS" in render(sampled(4e-4))
