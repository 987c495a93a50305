"""Back ends give what NumPy gives: cells of the simulator, oracles with parameters for each action, and blocks."""

from dataclasses import replace

import numpy as np
import pytest
from simulator_frame import check_agreement

from experiments.arrays import backend, to_numpy
from experiments.comparing import kinds_of
from experiments.contextual_bandits import neural_bandits_simulator as module
from experiments.contextual_bandits.blocks import entry, marks, places, replaced
from experiments.contextual_bandits.descent import descent
from experiments.contextual_bandits.features import tangent
from experiments.contextual_bandits.oracles import Oracle
from experiments.contextual_bandits.play import play
from experiments.contextual_bandits.policies import Policy, schedule, square_cb, uniform
from experiments.contextual_bandits.worlds import Rounds, World
from experiments.horizons import Violation


def some_of(cells):
    """The cells that bring a world, an oracle or a policy which none before has."""
    seen = set()
    for cell in cells:
        brought = {(name, cell[name]) for name in ("kind", "oracle", "policy")} - seen
        seen |= brought
        if brought:
            yield cell


CELLS = [
    cell | {"horizon": 3, "size": min(cell["size"], 8)} | ({"dimension": 6} if cell["kind"] == "orthogonal" else {})
    for cell in some_of(kinds_of(module.SIMULATOR))
]


@pytest.fixture(params=["torch", "strict:device1"])
def where(request):
    if request.param == "torch":
        pytest.importorskip("torch")
    return backend(request.param)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell['kind']}, {cell['oracle']}, {cell['policy']}")
def test_cells_agree_with_numpy(cell, where):
    check_agreement(module.run(cell, backend=where), module.run(cell))


def test_copies_of_perturbed_outputs_agree(where):
    cell = next(cell for cell in CELLS if cell["oracle"] == "perturbed") | {"copies": 4}
    check_agreement(module.run(cell, backend=where), module.run(cell))


@pytest.mark.parametrize("change", [{"seed": 2}, {"explore": [3.0, 0.5]}])
def test_other_cells_differ(change):
    pytest.importorskip("torch")
    cell = next(cell for cell in CELLS if cell["kind"] == "digits")
    there, here = module.run(cell | change, backend=backend("torch")), module.run(cell)
    assert np.abs(there["conditional"] - here["conditional"]).max() > 1e-3


def test_descent_with_parameters_for_each_action_agrees(where):
    found = []
    for here in (backend(), where):
        oracle = descent(tangent(64, 2, backend=here), per_action=True)
        world = World("digits", 6, backend=here)
        found.append(play(square_cb(schedule(20.0)), oracle, world, replicates=2))
    for name in ("regret", "conditional", "squared_error", "price", "least_oracle_slack"):
        np.testing.assert_allclose(getattr(found[1], name), getattr(found[0], name), rtol=1e-12, atol=1e-12)


def test_entries_are_read_and_replaced(where):
    table, action, values = np.arange(24.0).reshape(3, 4, 2), np.asarray([2, 0, 3]), -np.ones((3, 2))
    given = [where.asarray(part) for part in (table, action, values)]
    place, marked = places(where.xp, given[1], 4), marks(where.xp, given[1], 4)
    np.testing.assert_array_equal(to_numpy(entry(where.xp, given[0], place)), table[np.arange(3), action])
    found = to_numpy(replaced(where.xp, given[0], marked, lambda: given[2]))
    np.testing.assert_array_equal(to_numpy(given[0]), np.arange(24.0).reshape(3, 4, 2))
    table[np.arange(3), action] = values
    np.testing.assert_array_equal(found, table)
    shared, none = where.asarray(np.arange(6.0).reshape(3, 1, 2)), where.asarray(np.zeros(3, dtype=np.int64))
    place, marked = places(where.xp, none, 1), marks(where.xp, none, 1)
    np.testing.assert_array_equal(to_numpy(entry(where.xp, shared, place)), np.arange(6.0).reshape(3, 2))
    found = to_numpy(replaced(where.xp, shared, marked, lambda: given[2]))
    np.testing.assert_array_equal(found, values[:, None])


def test_an_oracle_that_computes_elsewhere_is_refused(where):
    oracle, world = descent(tangent(64, 2)), World("digits", 6)
    with pytest.raises(ValueError, match="backend must be that of descent, tangent, 'numpy', got '"):
        play(uniform(), oracle, world, replicates=2, backend=where)


class Far:
    """A world of one's own, which knows NumPy alone."""

    horizon, actions, dimension = 5, 2, 3

    def __init__(self, means=(0.25, 0.75)):
        self.means = means

    def rounds(self, stream, rows, low, high):
        shape = (high - low, len(rows), 2)
        return Rounds(np.zeros((*shape, 3)), np.broadcast_to(np.asarray(self.means), shape))


def half_of(where):
    xp = where.xp
    return Oracle(
        "half", lambda *_: None, lambda _, x: xp.ones(x.shape[:2], dtype=xp.float64, device=where.device) / 2,
        lambda *_: None,
    )  # fmt: skip


def test_the_inequality_that_fails_first_is_told_before_what_comes_later(where):
    ends = Policy(
        "ends", lambda seen, t: seen.predicted * (2.0 if t == 4 else 1.0),
        lambda p, f, means, t: where.asarray([0.25, 0.125 if t == 2 else 0.25]),
    )  # fmt: skip
    with pytest.raises(Violation, match=r"^round 2, row 1: ends violates its inequality by 0\.125$"):
        play(ends, half_of(where), Far(), replicates=2, points=2, backend=where)
    counting = replace(
        half_of(where), init=lambda *_: 0, update=lambda t, *_: t + 1,
        slack=lambda t: where.asarray([-4.5e-9 if t == 3 else 0.0, -1e-9 * (1 + t)]),
    )  # fmt: skip
    with pytest.raises(Violation, match=r"^round 3, row 0: half violates its inequality by 4\.5e-09$"):
        play(uniform(), counting, Far(), replicates=2, points=2, backend=where)


def test_a_world_of_ones_own_is_brought_there(where):
    xp, half = where.xp, half_of(where)
    found = play(uniform(), half, Far(), replicates=4, backend=where)
    np.testing.assert_allclose(found.conditional[:, 0], 0.25 * found.rounds)
    assert set(np.round(found.regret[0] * 2, 9)) <= {0.0, 1.0}
    cheap = Policy("cheap", uniform().act, lambda p, f, means, t: xp.zeros_like(means)[:, 0])
    with pytest.raises(Violation, match=r"round 1, row 0: cheap violates its inequality by 0\.25"):
        play(cheap, half, Far(), replicates=2, backend=where)
    heavy = Policy("heavy", lambda seen, t: seen.predicted * (2.0 if t == 3 else 1.0))
    with pytest.raises(ValueError, match=r"round 3: weights of heavy must be >= 0 and sum to 1, got 2\.0"):
        play(heavy, half, Far(), replicates=2, backend=where)
    ragged = Policy("ragged", lambda seen, t: [[1.0], [0.5, 0.5]])
    with pytest.raises(ValueError, match="round 1: weights of ragged must be real numbers, got"):
        play(ragged, half, Far(), replicates=2, backend=where)
    with pytest.raises(ValueError, match=r"round 1, action 1: mean loss 1\.5 is not in"):
        play(uniform(), half, Far((0.5, 1.5)), replicates=2, backend=where)
