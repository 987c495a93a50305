"""What simulators with a figure have in common: plain cells, sweeps that resume, back ends that agree."""

import json
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.comparing import distance
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep

BACKENDS = ("torch", "strict:device1")


def check_cells(simulator, sizes):
    """Return the cells of a size, once they are plain data, all different, and the same again."""
    listed = list(simulator.cells(sizes))
    assert listed == list(simulator.cells(sizes)) == json.loads(json.dumps(listed))
    assert len({json.dumps(cell, sort_keys=True) for cell in listed}) == len(listed)
    with pytest.raises(ValueError, match=f"^sizes are {'(, | or )'.join(simulator.sizes)}, got 'huge'$"):
        list(simulator.cells("huge"))
    return listed


@contextmanager
def resumed(simulator, cells, folder):
    """Sweep cells without a failure, and resume, which finds nothing to do; what is given is the store."""
    path, few = folder / "store", replace(simulator, cells=lambda _: cells)
    first = run_sweep(few, "quick", path, executor="serial")
    again = run_sweep(few, "quick", path, executor="serial", resume=True)
    assert first.complete, first.failures
    assert (again.computed, again.skipped) == (0, first.computed) == (0, len(cells))
    with Store(path) as store:
        yield store


def swept(simulator, cells, figure, folder):
    """Sweep cells without a violation, and resume; return the figure's data, the figure and what its lines show."""
    with resumed(simulator, cells, folder) as store:
        assert all(results["violations"] == 0 for _, results in store.rows())
        found = figure.data(store)
    drawn = figure.draw(found)
    return found, drawn, [np.asarray(line.get_ydata()) for axes in drawn.axes for line in axes.get_lines()]


def among(values, lines):
    """Tell whether one of the lines has exactly these values."""
    return any(len(line) == len(values) and np.array_equal(line, values) for line in lines)


def check_empty_store(simulator, figure, folder):
    """Check that the figure refuses a store without results."""
    with StoreWriter(folder / "store", Identity(simulator.name, "quick", "v1")):
        pass
    with Store(folder / "store") as store, pytest.raises(ValueError, match=f"simulator {simulator.name}, got none"):
        figure.data(store)


@contextmanager
def products(home):
    """Count products of arrays of a back end."""
    kind, calls = type(home.xp.ones(1, device=home.device)), []

    def counted(name):
        method = getattr(kind, name)
        return lambda *given: (calls.append(name), method(*given))[1]

    with ExitStack() as stack:
        for name in ("__mul__", "__rmul__", "__matmul__"):
            stack.enter_context(patch.object(kind, name, counted(name)))
        yield calls


def check_agreement(there, here):
    """Check that results of two back ends have the same names and types of results, and agree within rounding."""
    assert there.keys() == here.keys()
    for name, value in here.items():
        if value is None or isinstance(value, int):
            assert there[name] == value, name
        else:
            assert isinstance(there[name], np.ndarray | float), name
            np.testing.assert_allclose(there[name], value, rtol=1e-9, atol=1e-9, err_msg=name)


def check_back_end(run, cell, name, *, change, allowed=1e-12, rounding=()):
    """Check that a back end computes and finds what NumPy does, and that a changed cell is told from it.

    Results named in ``rounding`` are differences of numbers of order 1, and may differ by what is allowed of these.
    """
    pytest.importorskip(name.partition(":")[0].replace("strict", "array_api_strict"))
    home = backend(name)
    with products(home) as made:
        there = run(cell, backend=home)
    assert len(made) >= 10, "nothing was computed there"
    here, other = run(cell), run(cell | change)
    for key in rounding:
        assert np.shape(here[key]) == np.shape(there[key])
        assert np.max(np.abs(np.subtract(here.pop(key), there.pop(key)))) <= allowed
        other.pop(key)
    assert list(here) == list(there)
    assert all(type(value) is type(here[key]) for key, value in there.items())
    assert distance(there, here) <= allowed < 1e-3 * distance(other, here)
