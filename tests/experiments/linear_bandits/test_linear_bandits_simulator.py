import pytest
from simulator_frame import BACKENDS, among, check_back_end, check_cells, check_empty_store, swept

from experiments.comparing import kinds_of
from experiments.linear_bandits.simulator import KINDS, LEARNERS, SIMULATOR, cells, run, world_of
from paper_figs import regret_exp2


def few(sizes):
    for cell in cells(sizes):
        yield cell | {"horizon": 60, "replicates": 4}


@pytest.mark.parametrize("sizes", SIMULATOR.sizes)
def test_cells_are_plain_different_and_the_same_again(sizes):
    check_cells(SIMULATOR, sizes)
    assert len(list(cells(sizes))) == len(KINDS) * len(LEARNERS)


def test_a_sweep_resumes_and_its_figure_draws_the_data(tmp_path):
    found, _, lines = swept(SIMULATOR, list(few("quick")), regret_exp2, tmp_path)
    assert set(found["curves"]) == {(kind, learner) for kind in KINDS for learner in LEARNERS}
    assert all(among(curve["pseudo"], lines) for curve in found["curves"].values())


def test_figure_refuses_an_empty_store(tmp_path):
    check_empty_store(SIMULATOR, regret_exp2, tmp_path)


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


@pytest.mark.parametrize("where", BACKENDS)
def test_cells_are_the_same_on_other_back_ends(where):
    for cell in kinds_of(SIMULATOR):
        if cell["kind"] == "arms" or (cell["kind"], cell["learner"]) == ("switching cube", "exp2"):
            check_back_end(run, cell | {"horizon": 30}, where, change={"seed": 2}, allowed=1e-10)
