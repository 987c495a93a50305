import pytest

from experiments import kernel_bench
from experiments.backend_bench import Ceilings
from experiments.kernel_bench import PLAYS, kernels


@pytest.mark.parametrize("name", PLAYS)
def test_the_engines_play_the_same_and_flops_grow_with_the_replicates(name):
    pytest.importorskip("numba")
    (found, flops), (_, more) = (PLAYS[name]("numba", replicates) for replicates in (2, 4))
    assert found
    assert more == pytest.approx(2 * flops, rel=0.05)  # losses of EXP3 are random


def test_the_second_goes_on_where_the_first_is_too_slow(monkeypatch):
    seconds = {"numba": 0.001, "cuda": 0.00001}

    def timed(play, engine, replicates):
        return seconds[engine] * replicates, play(engine, replicates)

    monkeypatch.setattr(kernel_bench, "PLAYS", {"own": lambda engine, replicates: ({"x": 1.0}, 500 * replicates)})
    monkeypatch.setattr(kernel_bench, "_timed", timed)
    found = list(kernels(Ceilings(1.0, 1e9), limit=0.3))
    assert [timing.size for timing in found] == [f"{64 * 4**k:,} replicates" for k in range(5)]
    assert [timing.cpu for timing in found] == [0.064, 0.256, None, None, None]
    assert [timing.of_flops for timing in found] == pytest.approx(5 * [500 / 0.00001 / 1e9])
    assert all(timing.agrees for timing in found)
    wrong = {"own": lambda engine, replicates: ({"x": 1.0 + 1e-5 * (engine == "cuda")}, 1)}
    monkeypatch.setattr(kernel_bench, "PLAYS", wrong)
    assert [timing.agrees for timing in kernels(Ceilings(1.0, 1e9), limit=0.3)][:3] == [False, False, True]
