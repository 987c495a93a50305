import json
from dataclasses import replace

import numpy as np
import pytest

from experiments.linear_bandits.simulator import KINDS, LEARNERS, SIMULATOR, cells, run, world_of
from experiments.store import Identity, Store, StoreWriter
from experiments.sweep import run_sweep
from paper_figs import regret_exp2


def few(sizes):
    for cell in cells(sizes):
        yield cell | {"horizon": 60, "replicates": 4}


def test_cells_are_plain_different_and_the_same_again():
    for sizes in SIMULATOR.sizes:
        listed = list(cells(sizes))
        assert listed == list(cells(sizes)) == json.loads(json.dumps(listed))
        assert len({json.dumps(cell, sort_keys=True) for cell in listed}) == len(KINDS) * len(LEARNERS)
    with pytest.raises(ValueError, match="sizes are"):
        list(cells("huge"))


def test_a_sweep_resumes_and_its_figure_draws_the_data(tmp_path):
    simulator, path = replace(SIMULATOR, cells=few), tmp_path / "store"
    first = run_sweep(simulator, "quick", path, executor="serial")
    again = run_sweep(simulator, "quick", path, executor="serial", resume=True)
    assert first.complete
    assert (again.computed, again.skipped) == (0, first.computed)
    with Store(path) as store:
        assert all(results["violations"] == 0 for _, results in store.rows())
        found = regret_exp2.data(store)
    assert set(found["curves"]) == {(kind, learner) for kind in KINDS for learner in LEARNERS}
    lines = [line.get_ydata() for axes in regret_exp2.draw(found).axes for line in axes.get_lines()]
    for curve in found["curves"].values():
        assert any(len(line) == len(curve["pseudo"]) and np.array_equal(line, curve["pseudo"]) for line in lines)


def test_figure_refuses_an_empty_store(tmp_path):
    with StoreWriter(tmp_path / "store", Identity("exp2", "quick", "v1")):
        pass
    with Store(tmp_path / "store") as store, pytest.raises(ValueError, match="simulator exp2, got none"):
        regret_exp2.data(store)


def test_exp2_beats_the_control_and_its_bound():
    cell = {"kind": "sphere", "horizon": 1500, "replicates": 10, "seed": 1}
    found, control = (run(cell | {"learner": learner}) for learner in ("exp2", "uniform"))
    assert found["pseudo"][-1] < min(found["bound"], 0.6 * control["pseudo"][-1])
    assert found["least_slack"] > 0
    assert control["least_slack"] is None
    assert found["dimension"] == 5


def test_wrong_cells_are_refused():
    cell = next(few("quick"))
    with pytest.raises(ValueError, match="learner must be one of"):
        run(cell | {"learner": "oracle"})
    with pytest.raises(ValueError, match="kind must be one of"):
        world_of("ball", 10)
    assert run(cell | {"replicates": 1})["low"].shape
