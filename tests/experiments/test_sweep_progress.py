import io

from experiments import progress
from experiments.progress import SweepBar, describe
from experiments.sweep import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def at(computed, skipped=0, failed=0, total=10):
    return Progress(computed, skipped, failed, total, "", 1)


def test_it_draws_on_a_terminal_and_erases(monkeypatch):
    monkeypatch.setattr(progress, "BAR_SECONDS", 0.0)
    stream = Terminal()
    with SweepBar(stream) as bar:
        assert bar.shows
        bar(at(3))
    assert "3/10 cells" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_it_is_silent_elsewhere_and_when_asked():
    for stream, quiet in ((io.StringIO(), False), (Terminal(), True)):
        with SweepBar(stream, quiet=quiet) as bar:
            assert not bar.shows
            bar(at(3))
        assert stream.getvalue() == ""


def test_it_does_not_draw_every_cell():
    stream = Terminal()
    with SweepBar(stream) as bar:
        for computed in range(1000):
            bar(at(computed, total=1000))
    assert stream.getvalue().count("\r") < 100


def test_skipped_cells_took_no_time():
    assert "about 90 s left" in describe(at(10, skipped=900, total=1000), 10.0)
    assert "time left unknown" in describe(at(0, skipped=900, total=1000), 10.0)
    assert "2 failed" in describe(at(8, failed=2), 10.0)
    assert describe(at(0, total=0), 0.0).startswith("[" + "." * 24)
