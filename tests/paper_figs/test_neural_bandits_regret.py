from dataclasses import replace

import numpy as np
import pytest

from experiments.contextual_bandits.neural_bandits_simulator import SIMULATOR, cells
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import neural_bandits_regret as figure


def few(_):
    for cell in cells("quick"):
        if cell["horizon"] <= 50 or cell["kind"] != "orthogonal":
            yield (
                cell | {"horizon": min(cell["horizon"], 30), "replicates": 3} if cell["kind"] != "orthogonal" else cell
            )


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "few"
    simulator = replace(SIMULATOR, cells=few)
    first = run_sweep(simulator, "quick", path, executor="serial")
    again = run_sweep(simulator, "quick", path, executor="serial", resume=True)
    assert first.complete
    assert (again.computed, again.skipped) == (0, first.computed)
    with Store(path) as store:
        return figure.data(store)


def test_every_curve_is_drawn(found):
    drawn = figure.draw(found)
    lines = [line.get_ydata() for axes in drawn.axes for line in axes.get_lines()]
    assert len({kind for kind, _, _ in found["curves"]}) == 4
    for curve in found["curves"].values():
        assert any(len(line) == len(curve["regret"]) and np.array_equal(line, curve["regret"]) for line in lines)
    assert [width for width, _ in found["widths"]["perturbed", 0]] == [16, 64, 256]
    for series in found["widths"].values():
        assert any(np.array_equal(line, [results["price"][-1] for _, results in series]) for line in lines)
    horizons = np.asarray([horizon for horizon, _ in found["orthogonal"]["LinUCB"]])
    assert horizons.tolist() == [25, 50]
    sizes = np.asarray([results["effective_dimension"] for _, results in found["orthogonal"]["uniform"]])
    assert any(len(line) == 2 and np.allclose(line, sizes / np.sqrt(horizons)) for line in lines)


def test_it_is_saved(found, tmp_path):
    path = tmp_path / "figure.png"
    figure.draw(found).savefig(path, dpi=50)
    assert path.stat().st_size > 10_000


def test_an_empty_store_is_refused(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("neural_bandits", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match="simulator neural_bandits, got none"):
        figure.data(store)
