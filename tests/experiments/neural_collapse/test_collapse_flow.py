import importlib.util
import os
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.code_version import sources
from experiments.neural_collapse import flow as flow_module
from experiments.neural_collapse.energy import Architecture, Energy, Setting
from experiments.neural_collapse.flow import flow, log_times
from experiments.neural_collapse.simulator import SIMULATOR
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


ON_CUDA = """
import sys
import numpy as np
from numba import config
assert config.ENABLE_CUDASIM
sys.path.insert(0, "tests/experiments/neural_collapse")
from test_collapse_flow import model
from experiments.neural_collapse import flow_cuda
from experiments.neural_collapse.flow import flow

flow_cuda._CHUNK, flow_cuda._THREADS = 7, 2  # rows go on where a launch stopped, and fill more than a block
for loss, depth, bias, first in (("squared", 1, True, 1e-3), ("cross-entropy", 3, False, 1e100)):
    energy, x = model(loss, depth, rows=3, bias=bias)
    pairs = zip(*(flow(energy, x, [0.1, 0.3], first=first, engine=engine) for engine in ("cuda", "array")))
    for there, here in pairs:
        for name in ("x", "values", "gradients", "steps"):
            np.testing.assert_allclose(getattr(there, name), getattr(here, name), rtol=1e-10, atol=1e-13)
        assert there.tried == here.tried and there.x.flags.c_contiguous
(need,) = (state.tried for state in flow(energy, x, [0.1], engine="array"))
assert need > 8
assert len(list(flow(energy, x, [0.1], most=need, engine="cuda"))) == 1
try:
    list(flow(energy, x, [0.1], most=need - 1, engine="cuda"))
except RuntimeError:
    print("equal")
"""


@pytest.mark.skipif(len(ENGINES) == 1, reason="needs Numba")
def test_the_cuda_kernel_in_the_simulator_takes_the_steps_of_the_arrays():
    given = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONWARNINGS": "ignore"}  # of steps that overflow
    done = subprocess.run([sys.executable, "-c", ON_CUDA], env=given, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "equal", done.stderr[-2000:]


@pytest.mark.skipif(len(ENGINES) == 1, reason="needs Numba")
def test_the_cuda_kernel_runs_on_the_device_of_the_energy(monkeypatch):
    flow_cuda, inside = pytest.importorskip("experiments.neural_collapse.flow_cuda"), []

    @contextmanager
    def on_device(where):
        inside.append(where)
        yield
        inside.clear()

    monkeypatch.setattr(flow_cuda, "on_device", on_device)
    monkeypatch.setattr(flow_cuda, "_follow", lambda energy, state, rules: inside[:] == [energy.backend])
    energy, x = model(rows=2)
    assert flow_cuda.advance(energy, (x, *energy(x), np.ones(2)), 1.0, ())[1] is True


def test_what_computes_the_flow_is_part_of_the_simulator_s_code_version():
    parts = {f"experiments.neural_collapse.flow{name}" for name in ("", "_scalar", "_compiled", "_cuda")}
    assert parts <= set(sources(SIMULATOR.modules))


@pytest.mark.parametrize(
    ("library", "name", "there", "chosen"),
    [
        ("numpy", None, True, "flow_compiled"),
        ("numpy", "cuda", True, "flow_cuda"),
        ("cupy", None, True, "flow_cuda"),
        ("cupy", None, False, "_advance"),
        ("cupy", "array", True, "_advance"),
        ("torch", None, True, "_advance"),
    ],
)
def test_the_engine_is_the_fastest_that_is_there(library, name, there, chosen, monkeypatch):
    def import_module(module):
        return SimpleNamespace(advance=module.rpartition(".")[2])

    fake = SimpleNamespace(util=SimpleNamespace(find_spec=lambda name: True), import_module=import_module)
    monkeypatch.setattr(flow_module, "importlib", fake)
    monkeypatch.setattr(flow_module, "instead", lambda: "cuda" if there else "array")
    energy = SimpleNamespace(backend=SimpleNamespace(library=library, name=library))
    found = flow_module._engine(name, energy)
    assert getattr(found, "__name__", found) == chosen
    for wrong in {"torch": ("numba", "cuda"), "cupy": ("numba",), "numpy": ("abacus",)}[library]:
        with pytest.raises(ValueError, match="engine must be array"):
            flow_module._engine(wrong, energy)
