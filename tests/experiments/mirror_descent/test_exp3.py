import math
import os
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.bench_mirror_descent import textbook
from experiments.horizons import Violation
from experiments.mirror_descent import bandits
from experiments.mirror_descent import exp3 as module
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.exp3 import Exp3State, run_exp3
from experiments.mirror_descent.exp3_scalar import LOSS, POWERS, SLACK, round_functions
from experiments.philox.scalar import scalar_functions
from experiments.streams import Stream

WORLDS = {"gap": Arms.gap(10, 0.1), "switching": Arms.switching(4, 0.4, 250), "signs": Arms.signs(5, 0.3, 7)}
ON_CUDA = """
import numpy as np
from numba import config
assert config.ENABLE_CUDASIM
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.exp3 import run_exp3
for arms in (Arms.signs(3, 0.3, 7), Arms.switching(3, 0.4, 20)):
    given = dict(horizon=60, replicates=range(2, 5), eta=0.7, seed=3, points=3)
    there, here = run_exp3(arms, engine="cuda", **given), run_exp3(arms, engine="array", **given)
    assert np.array_equal(there.pseudo, here.pseudo) and np.array_equal(there.realised, here.realised)
    assert np.array_equal(there.least_slack, here.least_slack)
print("equal")
"""


@pytest.mark.parametrize("kind", WORLDS)
@pytest.mark.parametrize("eta", [None, 0.8, 30.0, 0.0])
def test_compiled_and_array_operations_give_the_same_bits(kind, eta):
    pytest.importorskip("numba")
    given = {"horizon": 600, "replicates": range(3, 7), "seed": 5, "eta": eta, "points": 9}
    compiled = run_exp3(WORLDS[kind], engine="numba", **given)
    array = run_exp3(WORLDS[kind], engine="array", **given)
    for name in ("rounds", "pseudo", "realised", "least_slack"):
        assert np.array_equal(getattr(compiled, name), getattr(array, name)), name


def test_plain_python_runs_the_same_body():
    pytest.importorskip("numba")
    arms, plain = WORLDS["signs"], scalar_functions(lambda function: function)
    there = Exp3State.start(arms, replicates=1, eta=0.5, seed=2)
    here = Exp3State.start(arms, replicates=1, eta=0.5, seed=2)
    _, advance = round_functions(lambda function: function, plain.pair, plain.bits_at)
    arrays = [getattr(here, name) for name in module._CHANGED]
    rest = (*here.stream.key, 0, 0.5, math.log(5) / 0.5, arms.means, arms.phase, arms.amplitude, arms.block)
    advance(0, 0, 120, 0, *arrays, *rest)
    for name in module._CHANGED:
        assert np.array_equal(getattr(there.advanced(120), name), getattr(here, name)), name


def test_cuda_kernel_in_the_simulator_gives_the_same_bits():
    pytest.importorskip("numba")
    given = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run(
        [sys.executable, "-c", ON_CUDA], env=given, capture_output=True, text=True, check=False, timeout=200
    )
    assert done.stdout.strip() == "equal", done.stderr


def test_the_exponential_is_accurate_and_the_same_for_arrays():
    exp_minus, _ = round_functions(lambda function: function, None, None)
    x = np.concatenate([np.linspace(0, 3, 400), np.geomspace(1e-12, 699.9, 400), np.arange(1, 900) * math.log(2) / 2])
    here = np.asarray([exp_minus(value) for value in x.tolist()])
    assert np.array_equal(here, bandits._exp_minus(np, x, POWERS))
    np.testing.assert_array_max_ulp(here, np.exp(-x), 2)
    assert exp_minus(700.5) == exp_minus(1e300) == 0.0
    assert exp_minus(0.0) == 1.0


def test_the_textbook_loop_plays_the_same_arms():
    arms, rounds, eta = Arms.gap(6, 0.2), 400, 0.05
    found = run_exp3(arms, horizon=rounds, replicates=range(4, 5), eta=eta, seed=9)
    loss, played = textbook(arms, rounds, eta, 4, 9)
    coins = np.asarray(Stream(9).uniform(range(4, 5), (rounds, 2)))[0, :, 1]
    assert found.realised[-1, 0] == loss - (coins[:, None] < arms.means[0]).sum(axis=0).min()
    assert found.pseudo[-1, 0] == pytest.approx(sum(arms.means[0][played]) - rounds * 0.3)


@pytest.mark.parametrize("kind", WORLDS)
def test_a_run_goes_on_where_it_stopped_and_rows_are_independent(kind):
    pytest.importorskip("numba")
    start = Exp3State.start(WORLDS[kind], replicates=range(2, 6), eta=0.3, seed=1)
    whole = start.advanced(500)
    parts = start.advanced(123).advanced(0).advanced(250).advanced(127)
    alone = Exp3State.start(WORLDS[kind], replicates=range(4, 5), eta=0.3, seed=1).advanced(500)
    assert start.rounds == 0
    assert not start.estimates.any()
    for name in module._CHANGED:
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name
        assert np.array_equal(getattr(whole, name)[2:3], getattr(alone, name)), name


@pytest.mark.parametrize("kind", WORLDS)
def test_mean_regret_is_below_the_bound_and_the_control_is_worse(kind):
    arms, horizon = WORLDS[kind], 4000
    found = run_exp3(arms, horizon=horizon, replicates=60, seed=4)
    bound = math.sqrt(2 * horizon * arms.count * math.log(arms.count))
    for regret in (found.pseudo[-1], found.realised[-1]):
        assert regret.mean() + 4 * regret.std() / math.sqrt(60) < bound
    assert (found.least_slack >= 0).all()
    control = run_exp3(arms, horizon=horizon, replicates=60, seed=4, eta=0.0)
    assert np.isinf(control.least_slack).all()
    if kind == "gap":
        assert control.pseudo[-1].mean() == pytest.approx(horizon * 0.09, rel=0.05)
        assert found.pseudo[-1].mean() < 0.9 * control.pseudo[-1].mean()


def test_weights_that_underflow_come_back():
    """At eta = 30 one loss takes an arm below every normal weight; estimates bring it back when all have lost."""
    pytest.importorskip("numba")
    state = Exp3State.start(Arms.gap(3, 0.2), replicates=20, eta=30.0, seed=1).advanced(2000)
    assert np.isfinite(state.weights).all()
    assert (state.reached[:, -1] >= 2.0**-60).all()
    assert ((state.estimates > 0).sum(axis=1) >= 2).all()


def test_a_violation_names_round_and_value():
    state = Exp3State.start(Arms.gap(2, 0.2), replicates=3, eta=0.1)
    state.sums[1, SLACK], state.sums[1, LOSS], state.sums[1, SLACK + 1] = -0.5, 10.0, 17
    with pytest.raises(Violation, match=r"round 17, row 1: .* by .*0\.5"):
        state.check()


def test_without_numba_the_arrays_are_taken(monkeypatch):
    given = {"horizon": 50, "replicates": 3, "seed": 5}
    expected = run_exp3(WORLDS["gap"], **given)
    monkeypatch.setitem(sys.modules, "experiments.mirror_descent.exp3_compiled", None)
    assert not module._has_numba()
    assert np.array_equal(run_exp3(WORLDS["gap"], **given).pseudo, expected.pseudo)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"horizon": 0}, "horizon must be an int from 1"),
        ({"horizon": 2**41}, "horizon must be an int from 1"),
        ({"points": 1}, "points must be"),
        ({"replicates": 0}, "at least 1"),
        ({"eta": -1.0}, "eta must be nonnegative"),
        ({"eta": math.inf}, "eta must be nonnegative"),
        ({"engine": "abacus"}, "numba, cuda, array"),
        ({"replicates": 2**31}, "GiB; allowed are 4.0 GiB"),
    ],
)
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        run_exp3(WORLDS["gap"], **({"horizon": 100, "replicates": 2} | change))
