import importlib.util

import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.neural_collapse.energy import Architecture, Energy, Setting
from experiments.neural_collapse.flow import flow, log_times
from experiments.neural_collapse.starts import random_starts

ENGINES = ["array", *(["numba"] if importlib.util.find_spec("numba") else [])]


def model(loss="squared", depth=2, rows=6, bias=False):
    sizes = [(2, 2, 1), (3, 1, 1)]
    settings = [Setting(sizes[row % 2], (0.02,) * depth, 0.02) for row in range(rows)]
    energy = Energy.of(Architecture(3, depth, 3, loss, bias), settings)
    return energy, random_starts(energy, rows, seed=3)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_energy_never_rises_and_the_end_is_at_rest(engine):
    energy, x = model()
    states = list(flow(energy, x, log_times(0.1, 3000.0, 20), engine=engine))
    values = np.stack([state.values for state in states])
    assert np.max(np.diff(values, axis=0)) < 1e-14
    assert np.max(np.abs(states[-1].gradients)) < 1e-7
    assert [state.time for state in states] == log_times(0.1, 3000.0, 20)
    found, slopes = energy(states[3].x)
    assert states[3].values == pytest.approx(found, rel=1e-13)
    assert states[3].gradients == pytest.approx(slopes, rel=1e-11, abs=1e-13)


def test_a_path_converges_to_that_of_fine_euler_steps():
    energy, x = model(rows=2)
    (state,) = flow(energy, x, [1.0], tolerance=1e-7, engine="array")
    errors = []
    for steps in (2000, 4000):
        point = x
        for _ in range(steps):
            point = point - energy(point)[1] / steps
        errors.append(np.max(np.abs(point - state.x)))
    assert errors[1] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05)


@pytest.mark.skipif(len(ENGINES) == 1, reason="needs Numba")
@pytest.mark.parametrize(("loss", "depth", "bias"), [("squared", 1, True), ("cross-entropy", 3, False)])
def test_compiled_rows_take_the_steps_of_the_arrays(loss, depth, bias):
    energy, x = model(loss, depth, bias=bias)
    kept = x.copy()
    pairs = zip(*(flow(energy, x, [0.5, 20.0], engine=engine) for engine in ENGINES), strict=True)
    for mine, theirs in pairs:
        assert theirs.x == pytest.approx(mine.x, rel=1e-9, abs=1e-10)
        assert theirs.steps == pytest.approx(mine.steps, rel=1e-6)
        assert theirs.tried == mine.tried
    assert np.array_equal(x, kept)


def test_a_row_does_not_depend_on_its_company():
    energy, x = model()
    together = list(flow(energy, x, [0.5, 200.0], engine="array"))
    alone = list(flow(energy.take([4]), x[4:5], [0.5, 200.0], engine="array"))
    for one, all_of_them in zip(alone, together, strict=True):
        assert one.x[0] == pytest.approx(all_of_them.x[4], rel=1e-10, abs=1e-12)


def test_the_strict_namespace_gives_the_same():
    there = backend("strict:device1")
    energy, x = model()
    (mine,) = flow(energy, x, [5.0], engine="array")
    (theirs,) = flow(Energy.of(energy.architecture, energy.settings, there), there.asarray(x), [5.0])
    assert to_numpy(theirs.x) == pytest.approx(mine.x, rel=1e-10, abs=1e-12)
    with pytest.raises(ValueError, match="numba for NumPy's arrays"):
        next(flow(Energy.of(energy.architecture, energy.settings, there), there.asarray(x), [1.0], engine="numba"))


@pytest.mark.parametrize("engine", ENGINES)
def test_too_few_rounds_and_bad_times_are_reported(engine):
    energy, x = model()
    with pytest.raises(RuntimeError, match="5 rounds do not reach the time 100"):
        list(flow(energy, x, [100.0], most=5, engine=engine))
    for times in ([], [-1.0], [1.0, 1.0], [np.nan], [1.0, np.inf]):
        with pytest.raises(ValueError, match="times must be finite, >= 0 and increase"):
            list(flow(energy, x, times, engine=engine))
    for given in ({"tolerance": 0.0}, {"first": -1.0}, {"rest": np.nan}):
        with pytest.raises(ValueError, match="tolerance and first must be > 0, and rest >= 0"):
            list(flow(energy, x, [1.0], engine=engine, **given))
    for start in (x * np.nan, x * 1e60, x * 1e160):
        with pytest.raises(ValueError, match="must be finite at every start"):
            list(flow(energy, start, [1.0], engine=engine))
    for count in ((0.0, 1.0, 3), (1.0, 1.0, 3), (1.0, 2.0, 1)):
        with pytest.raises(ValueError, match="first and last must be"):
            log_times(*count)
    with pytest.raises(ValueError, match="engine must be array"):
        list(flow(energy, x, [1.0], engine="abacus"))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_first_step_that_overflows_is_halved_until_it_does_not(engine):
    energy, x = model(rows=2)
    (mine,) = flow(energy, x, [2.0], first=1e100, tolerance=1e-6, engine=engine)
    (other,) = flow(energy, x, [2.0], tolerance=1e-6, engine=engine)
    assert mine.x == pytest.approx(other.x, abs=1e-4)
    assert np.all(np.isfinite(mine.steps))
