import numpy as np
import pytest
from scipy.special import logsumexp

from theory.optimisation.rpo import Preferences, collapse
from theory.optimisation.rpo import collapses as module
from theory.optimisation.rpo.collapses import collapses
from theory.optimisation.rpo.objectives import Objectives

BASE = (0.5, 0.25, 0.125) + (0.015625,) * 8
WINS = np.stack([
    np.random.default_rng(row).multinomial(count, np.outer(BASE, BASE).ravel()).reshape(11, 11)
    for row, count in enumerate([8, 200] * 4)
])  # fmt: skip
WINS[1] = 0  # no preferences at all
WINS[2] *= np.eye(11, dtype=int)  # of actions with themselves alone
ETAS = np.array([0.0, 0.3, 0.04, 1.5, 0.3, 0.0, 0.02, 1.0])
PLACES = ["numpy", "strict"]


def at(place):
    """Return how arrays come to a place, and how they come back."""
    if place == "numpy":
        return np.asarray, np.asarray
    strict = pytest.importorskip("array_api_strict")
    home = strict.Device("CPU_DEVICE")
    return (
        lambda array: strict.asarray(array, device=strict.Device("device1")),
        lambda array: np.asarray(array.to_device(home)),
    )


def alone(wins, eta, beta=0.125, bound=2.0):
    rows = tuple(tuple(float(n) for n in row) for row in wins)
    return Preferences((1 / 11,) * 11, BASE, rows, float(eta), beta, bound)


def together(place="numpy", beta=0.125, bound=2.0):
    there, _ = at(place)
    return Objectives.of((1 / 11,) * 11, BASE, there(WINS), there(ETAS), beta=beta, bound=bound)


def by_the_formula(wins, eta, r, beta):
    """Phi, its loss, gradient and Hessian, pair by pair."""
    q = np.exp(r / beta - logsumexp(r / beta))
    loss, slope = 0.0, eta * (q - BASE)
    curve = eta / beta * (np.diag(q) - np.outer(q, q))
    total = wins.sum() - np.trace(wins)
    for i, j in np.ndindex(11, 11):
        if i != j and total:
            unit = np.eye(11)[j] - np.eye(11)[i]
            chance = 1 / (1 + np.exp(r[i] - r[j]))
            loss += wins[i, j] / total * np.logaddexp(0, r[j] - r[i])
            slope = slope + wins[i, j] / total * chance * unit
            curve = curve + wins[i, j] / total * chance * (1 - chance) * np.outer(unit, unit)
    value = eta * (beta * (logsumexp(r / beta) - np.log(11)) - r @ BASE) + loss
    return {"inner_maximum": value, "loss": loss, "gradient": slope, "hessian": curve}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("change", [{}, {"beta": 4.0, "bound": 0.5}, {"beta": 1e-4}])
@pytest.mark.filterwarnings("error")
def test_objectives_are_those_of_the_formula(place, change):
    """With the largest beta the normaliser is near 0, and keeps its digits by another formula, which here overflows."""
    (there, here), problem = at(place), together(place, **change)
    r = 0.4 * np.random.default_rng(1).normal(size=(8, 11))
    r[3] *= 3
    policy = problem.best_response(there(r))
    for row, (wins, eta) in enumerate(zip(WINS, ETAS, strict=True)):
        q = np.exp(r[row] / problem.beta - logsumexp(r[row] / problem.beta))
        assert here(policy)[row] == pytest.approx(q, rel=1e-11)
        for part, known in by_the_formula(wins, eta, r[row], problem.beta).items():
            found = here(getattr(problem, part)(there(r)))[row]
            assert found == pytest.approx(known, rel=1e-11, abs=1e-13), part
        entropy = -np.sum(q[q > 0] * np.log(q[q > 0]))
        assert here(problem.divergence(policy))[row] == pytest.approx(np.log(11) - entropy, rel=1e-11)
    assert here(problem.divergence(there(np.eye(11)[:8]))) == pytest.approx(np.log(11) * np.ones(8))


def test_rewards_far_apart_overflow_in_silence():
    wins = np.array([[[0.0, 3.0], [1.0, 0.0]]])
    far = Objectives.of((0.5, 0.5), (0.5, 0.5), wins, np.array([0.5]), beta=1.0, bound=1e4)
    reward = np.array([[-2000.0, 2000.0]])
    assert far.gradient(reward)[0] == pytest.approx([-0.25 - 0.75, 0.25 + 0.75])
    assert np.all(far.hessian(reward) == 0)
    assert far.inner_maximum(reward)[0] == pytest.approx(0.5 * (2000 - np.log(2)) + 0.75 * 4000)


@pytest.mark.parametrize("place", PLACES)
def test_all_at_once_find_what_each_finds_alone(place):
    (_, here), found = at(place), collapses(together(place))
    for row, (wins, eta) in enumerate(zip(WINS, ETAS, strict=True)):
        one = collapse(alone(wins, eta))
        assert here(found.policy)[row] == pytest.approx(one.policy, abs=1e-7)  # the last step may be missing
        assert here(found.min_max)[row] == pytest.approx(one.min_max, abs=1e-12)
        assert here(found.max_min)[row] == pytest.approx(one.max_min, abs=1e-11)
    gaps = here(found.gap)
    assert np.all((gaps > -1e-15) & (gaps <= 1e-9))


def test_a_row_does_not_depend_on_the_others():
    every, problem = collapses(together()), together()
    for row in range(8):
        own = slice(row, row + 1)
        single = Objectives(problem.log_reference, problem.base, problem.weights[own], ETAS[own], 0.125, 2.0)
        assert np.array_equal(collapses(single).policy[0], every.policy[row])


def test_one_singular_matrix_does_not_stop_the_others():
    """The bound is beyond all other numbers: nothing curves along equal rewards but rounding."""
    wins = np.array([[[0, 3], [1, 0]], [[0, 1], [1, 0]]])
    found = collapses(Objectives.of((0.5, 0.5), (0.5, 0.5), wins, np.zeros(2), beta=1.0, bound=1e6))
    assert found.reward[:, 0] - found.reward[:, 1] == pytest.approx([np.log(3), 0], abs=1e-7)


def test_numbers_of_wins_of_any_size_are_shares():
    wins = np.array([[[0.0, 1.5e308], [0.5e308, 0.0]], [[0.0, 3.0], [1.0, 0.0]]])
    problem = Objectives.of((0.5, 0.5), (0.5, 0.5), wins, np.ones(2), beta=1.0, bound=1.0)
    assert problem.weights[0] == pytest.approx(problem.weights[1])
    assert problem.weights[1].tolist() == [[0, 0.75], [0.25, 0]]


def test_steps_are_shortened_until_the_values_fall_by_a_tenth_of_the_slopes():
    problem, reward = together(), 0.3 * np.random.default_rng(2).normal(size=(8, 11))
    slope = problem.gradient(reward) + 1e-3 * (1 / (2 - reward) - 1 / (2 + reward))
    move, decrease = -100 * slope, 100 * np.sum(slope**2, axis=1)
    active, start = np.arange(8) != 4, module._barred(problem, reward, 1e-3)
    length = module._shortened(problem, reward, move, 1e-3, np.ones(8), decrease, active)
    for factor in (1, 2):
        there = module._barred(problem, reward + factor * length[:, None] * move, 1e-3)
        falls = there <= start - 0.1 * factor * length * decrease + 1e-15
        assert np.all(falls[active]) if factor == 1 else not np.any(falls[active & (length < 1)])
    assert length[4] == 1.0
    assert np.any(length[active] < 0.5)


def test_few_steps_are_enough_and_few_of_them_are_shortened(monkeypatch):
    """The barrier falls in small steps, rows stop where rounding starts, and most first lengths stay inside."""
    calls = []

    def counted(name):
        method = getattr(Objectives, name)
        monkeypatch.setattr(Objectives, name, lambda self, reward: (calls.append(name), method(self, reward))[1])

    counted("hessian")
    counted("inner_maximum")
    collapses(together())
    steps, values = calls.count("hessian"), calls.count("inner_maximum")
    assert steps < 100
    assert values < 1.9 * steps


def test_a_point_at_the_boundary_has_no_value():
    reward = np.zeros((8, 11))
    reward[2, 3], reward[5, 1] = 2.0, -2.5
    assert np.flatnonzero(np.isinf(module._barred(together(), reward, 1e-3))).tolist() == [2, 5]


def test_rewards_at_the_bound_are_put_there():
    """Without an adversary, where one action always wins and another always loses."""
    wins = np.zeros((1, 11, 11))
    wins[0, 0, 1], wins[0, 1, 2] = 5, 5
    found = collapses(Objectives.of((1 / 11,) * 11, BASE, wins, np.zeros(1), beta=0.125, bound=2.0))
    assert found.reward[0, [0, 2]].tolist() == [2.0, -2.0]
    assert found.reward[0, 1] == pytest.approx(0.0, abs=1e-9)
    assert np.all(np.abs(found.reward[0, 3:]) < 1e-3)


def test_wrong_arguments_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="tolerance must be positive, got 0"):
        collapses(together(), tolerance=0)
    with pytest.raises(ValueError, match="with eta = 0 there must be preferences"):
        Objectives.of((0.5, 0.5), (0.5, 0.5), np.eye(2)[None], np.zeros(1), beta=1.0, bound=1.0)
    monkeypatch.setattr(module, "_centre", lambda problem, reward, weight: reward)
    with pytest.raises(ArithmeticError, match=r"the gap is .*, more than 1e-09"):
        collapses(together())
