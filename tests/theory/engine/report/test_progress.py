import io

import pytest
from toy_claims import make

from theory.engine.evidence import Evidence
from theory.engine.report.progress import ProgressLine, time_left
from theory.engine.verdict import ControlResult, Verdict
from theory.engine.verify import Progress

GOOD = Verdict("toy.a", Evidence.PROVED, Evidence.PROVED)
BAD = Verdict("toy.b", Evidence.UNDECIDED, Evidence.PROVED)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def now(monkeypatch):
    """Return a clock that the test moves."""
    clock = [0.0]
    monkeypatch.setattr("theory.engine.report.progress.time.monotonic", lambda: clock[0])
    return clock


def test_a_log_gets_a_line_now_and_then(now):
    out = io.StringIO()
    with ProgressLine(out) as line:
        for second in range(25):
            now[0] = float(second)
            line(Progress(second, 50, "toy.a", verdict=GOOD))
    assert out.getvalue().splitlines() == ["10/50 decided, about 40 s left", "20/50 decided, about 30 s left"]


def test_a_terminal_gets_a_bar_that_is_removed(now):
    out = Terminal()
    with ProgressLine(out) as line:
        now[0] = 2.0
        line(Progress(1, 2, "toy.a", step="search\x1b[2J"))
    assert "[############............] 1/2 decided, about 2 s left  toy.a: search?[2J" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")


def test_what_differs_is_told_at_once_and_quiet_tells_nothing():
    out, silent = io.StringIO(), io.StringIO()
    ProgressLine(out)(Progress(1, 2, "toy.b", verdict=BAD))
    ProgressLine(silent, quiet=True)(Progress(1, 2, "toy.b", verdict=BAD))
    assert out.getvalue() == "differs: toy.b is undecided: on record: proved\n"
    assert silent.getvalue() == ""


def test_a_wrong_control_is_told_too():
    from dataclasses import replace

    from theory.engine.verdict import ControlResult

    out = io.StringIO()
    wrong = ControlResult("it were false", expect_holds=False, outcome="undecided")
    ProgressLine(out)(Progress(1, 2, make("x").id, verdict=replace(GOOD, controls=(wrong,))))
    assert "control 'it were false'" in out.getvalue()


def test_time_left_in_words():
    assert time_left(1, 1, 5.0) == "about 0 s left"
    assert time_left(1, 101, 6.0) == "about 10 min left"


def test_a_verdict_that_others_may_still_weaken_is_not_told_yet():
    from dataclasses import replace

    from theory.engine.evidence import Evidence

    stronger = replace(GOOD, evidence=Evidence.PROVED, expected=Evidence.CERTIFIED)
    alone, leaning = io.StringIO(), io.StringIO()
    ProgressLine(alone)(Progress(1, 2, "toy.a", verdict=stronger))
    ProgressLine(leaning)(Progress(1, 2, "toy.a", verdict=replace(stronger, uses=("toy.lemma",))))
    assert "differs" in alone.getvalue()
    assert leaning.getvalue() == ""
    wrong = ControlResult("the bound were 0", expect_holds=False, outcome="undecided", summary="")
    ProgressLine(leaning)(Progress(1, 2, "toy.a", verdict=replace(stronger, uses=("toy.lemma",), controls=(wrong,))))
    assert "differs" in leaning.getvalue()  # nothing that it rests on makes a wrong control right
