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


def test_bands_and_the_bound_are_those_of_the_results(found):
    drawn = figure.draw(found)
    for axes, kind in zip(drawn.axes, figure.TITLES, strict=False):
        curves = [curve for (own, _, _), curve in found["curves"].items() if own == kind]
        bands = [band.get_paths()[0].vertices[:, 1] for band in axes.collections]
        assert len(bands) == len(curves) > 0
        for curve, band in zip(curves, bands, strict=True):
            assert set(curve["low"]) | set(curve["high"]) <= set(band)
        bounds = [curve["bound"] for curve in curves if curve["bound"] is not None]
        assert len(bounds) == (kind in {"linear", "small loss"})
        for bound in bounds:
            assert any(np.array_equal(line.get_ydata(), bound) for line in axes.get_lines())


def test_what_width_costs_and_orthogonal_contexts_are_drawn_by_their_numbers(found):
    widths, orthogonal = figure.draw(found).axes[4:]
    lines = {line.get_label(): line.get_ydata() for line in widths.get_lines()}
    price = [results["price"][-1] for _, results in found["widths"]["perturbed", 0]]
    assert np.allclose(lines[r"$\propto\sqrt{m}$"], price[0] * np.asarray([1.0, 2.0, 4.0]))
    lines = {line.get_label(): line.get_ydata() for line in orthogonal.get_lines()}
    for policy, series in found["orthogonal"].items():
        assert np.allclose(lines[f"{policy}: regret/T"], [results["final"].mean() / T for T, results in series])
    error = 0.25 + 50 * np.asarray([1, 2]) / 4 * np.log1p(0.5)  # d = 2 T, K = 2
    assert np.allclose(lines[r"SquareCB with ridge: $\sqrt{(K-1)TS}/T$"], np.sqrt(error / [25, 50]))


def test_the_longest_of_several_horizons_is_shown():
    cell = next(iter(cells("quick")))
    rows = [(cell, {"rounds": np.asarray([1, last])}) for last in (10, 30, 20)]
    fake = type("Fake", (), {"rows": lambda self: iter(rows)})()
    (curve,) = figure.data(fake)["curves"].values()
    assert curve["rounds"].tolist() == [1, 30]


def test_it_is_saved(found, tmp_path):
    path = tmp_path / "figure.png"
    figure.draw(found).savefig(path, dpi=50)
    assert path.stat().st_size > 10_000


def test_an_empty_store_is_refused(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("neural_bandits", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match="simulator neural_bandits, got none"):
        figure.data(store)
