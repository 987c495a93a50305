import numpy as np
import pytest
from simulator_frame import BACKENDS, among, check_back_end, check_cells, check_empty_store, swept

from experiments.comparing import kinds_of
from experiments.mirror_descent.convex_simulator import SIMULATOR, cells, run
from paper_figs import regret_convex


def few(sizes="quick"):
    for cell in cells(sizes):
        yield cell | {"horizon": 40, "replicates": 3, "dimension": 3}


@pytest.mark.parametrize("sizes", ["quick", "paper", "gpu"])
def test_cells_are_plain_different_and_the_same_again(sizes):
    check_cells(SIMULATOR, sizes)


def test_a_sweep_resumes_and_its_figure_draws_the_data(tmp_path):
    found, _, lines = swept(SIMULATOR, list(few()), regret_convex, tmp_path)
    for curve in found["curves"].values():
        assert among(curve["regret"], lines)
        assert curve["bound"] is None or among(curve["bound"], lines)


def test_figure_refuses_an_empty_store(tmp_path):
    check_empty_store(SIMULATOR, regret_convex, tmp_path)


def test_wrong_cells_are_refused_and_runs_repeat():
    cell = next(few())
    with pytest.raises(ValueError, match="learner must be one of"):
        run(cell | {"learner": "oracle"})
    with pytest.raises(ValueError, match="kind must be one of"):
        run(cell | {"kind": "calm"})
    assert np.array_equal(run(cell)["final"], run(dict(cell))["final"])
    assert run(cell | {"replicates": 1})["regret_se"].tolist()[0] == 0


@pytest.mark.parametrize("where", BACKENDS)
def test_cells_are_the_same_on_other_back_ends(where):
    for cell in kinds_of(SIMULATOR):
        if cell["kind"] != "logarithmic" or cell["learner"] == "newton":  # what others take is compared elsewhere
            check_back_end(run, cell | {"horizon": 3}, where, change={"seed": 2}, allowed=1e-10)
