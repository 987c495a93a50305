import numpy as np
import pytest
from scipy.optimize import minimize

from experiments.mirror_descent.convex_worlds import KINDS, ConvexWorld, Totals
from experiments.streams import Stream


@pytest.mark.parametrize("kind", KINDS)
def test_rounds_do_not_depend_on_how_they_are_cut(kind):
    world = ConvexWorld(kind, horizon=30)
    whole = world.rounds(Stream(3), range(5), 1, 31)
    assert np.array_equal(whole[7:19, 2:4], world.rounds(Stream(3), range(2, 4), 8, 20))


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_derivatives_within_the_declared_bound(kind):
    world = ConvexWorld(kind, horizon=10, radius=0.8)
    vector = world.rounds(Stream(1), range(50), 1, 2)[0]
    x = np.random.default_rng(1).normal(size=(50, 5))
    x *= 0.8 / np.linalg.norm(x, axis=-1, keepdims=True)
    gradient, step = world.gradient(x, vector), 1e-6
    for i in range(5):
        e = step * np.eye(5)[i]
        slope = (world.loss(x + e, vector) - world.loss(x - e, vector)) / (2 * step)
        assert slope == pytest.approx(gradient[:, i], abs=1e-8)
    assert (np.linalg.norm(gradient, axis=-1) <= world.G + 1e-12).all()


def test_the_bound_on_gradients_is_attained():
    world = ConvexWorld("logarithmic", horizon=1)
    vector = np.asarray([[0.5, 0, 0, 0, 0]])
    assert np.linalg.norm(world.gradient(-world.turned(np.eye(5)[:1]), vector)) == pytest.approx(world.G)
    world = ConvexWorld("quadratic", horizon=1)
    assert np.linalg.norm(world.gradient(-np.eye(5)[:1], vector)) == pytest.approx(world.G)


@pytest.mark.parametrize("size", [1e-3, 0.5, 0.99, 1 - 1e-9, 1 - 1e-12])
@pytest.mark.parametrize("radius", [0.5, 3.0])
@pytest.mark.parametrize("rounds", [1, 5, 200])
def test_the_best_point_of_logarithmic_losses_meets_the_conditions_of_optimality(size, rounds, radius):
    size /= radius
    world = ConvexWorld("logarithmic", horizon=rounds, size=size, radius=radius)
    drawn = world.rounds(Stream(1), range(6), 1, rounds + 1)
    plus, minus = (drawn > 0).sum(axis=0), (drawn < 0).sum(axis=0)
    x = world._best_logarithmic(plus.astype(float), minus.astype(float), rounds)
    slope = size * (plus / (1 + size * x) - minus / (1 - size * x))
    # concave: no point of the ball gains more than radius |slope| - <slope, x>
    gain = radius * np.linalg.norm(slope, axis=-1) - (slope * x).sum(axis=-1)
    assert (np.linalg.norm(x, axis=-1) <= radius * (1 + 1e-12)).all()
    assert (gain <= 1e-10 * (1 + radius * np.abs(slope).sum(axis=-1))).all()


@pytest.mark.parametrize(("kind", "x"), [("quadratic", -1.0), ("logarithmic", 0.0), ("logarithmic", 0.9)])
def test_declared_exp_concavity_is_exact(kind, x):
    """Along the gradient f'' >= alpha f'^2, and alpha is the largest such number."""
    world = ConvexWorld(kind, horizon=1)
    vector, e, step = 0.5 * np.eye(5)[:1], np.eye(5)[:1], 1e-4
    if kind == "logarithmic":
        vector = world.turned(vector)
    down, here, up = (world.loss((x + shift) * e, vector)[0] for shift in (-step, 0.0, step))
    curvature, slope = (up - 2 * here + down) / step**2, (up - down) / (2 * step)
    assert curvature / slope**2 == pytest.approx(world.alpha, rel=1e-5)


def test_turning_twice_is_nothing_and_keeps_norms():
    x = np.random.default_rng(2).normal(size=(4, 5))
    world = ConvexWorld("logarithmic", horizon=1)
    assert world.turned(world.turned(x)) == pytest.approx(x)
    assert np.linalg.norm(world.turned(x), axis=-1) == pytest.approx(np.linalg.norm(x, axis=-1))


@pytest.mark.parametrize("rounds", [1, 4, 60])
@pytest.mark.parametrize("kind", KINDS)
def test_the_best_fixed_point_agrees_with_a_general_solver(kind, rounds):
    world = ConvexWorld(kind, horizon=60, dimension=3, size=0.9 if kind == "quadratic" else 0.5, radius=0.7)
    drawn = world.rounds(Stream(5), range(3), 1, rounds + 1)
    totals = world.none(3)
    for vector in drawn:
        totals = world.added(totals, vector)
    best = world.best_loss(totals, rounds)
    for row in range(3):

        def summed(u, row=row):
            return float(sum(world.loss(u[None, :], vector[row : row + 1])[0] for vector in drawn))

        limit = [{"type": "ineq", "fun": lambda u: 0.49 - u @ u}]
        box = [(-0.7, 0.7)] * 3
        found = minimize(
            summed, np.zeros(3), method="SLSQP", bounds=box, constraints=() if world.cube else limit, tol=1e-13
        )
        assert best[row] == pytest.approx(found.fun, abs=1e-5 * (1 + rounds))
        assert best[row] <= found.fun + 1e-6 * (1 + rounds)


def test_frequencies_of_the_random_losses():
    world = ConvexWorld("logarithmic", horizon=4000, dimension=4)
    seen = world.rounds(Stream(0), range(10), 1, 4001)
    assert ((seen != 0).sum(axis=-1) == 1).all()
    assert (seen != 0).mean(axis=(0, 1)) == pytest.approx(0.25, abs=0.01)
    positive = (seen > 0).sum(axis=(0, 1)) / (seen != 0).sum(axis=(0, 1))
    assert positive == pytest.approx([0.7, 0.6, 0.5667, 0.55], abs=0.02)
    sparse = ConvexWorld("sparse", horizon=4000, dimension=4).rounds(Stream(0), range(10), 1, 4001)
    assert (np.abs(sparse).sum(axis=-1) == 1).all()
    chances = 1 / np.arange(1, 5) ** 2
    assert np.abs(sparse).mean(axis=(0, 1)) == pytest.approx(chances / chances.sum(), abs=0.01)
    assert sparse.sum() / np.abs(sparse).sum() == pytest.approx(-0.5, abs=0.02)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "calm"}, "kind must be one of"),
        ({"horizon": 0}, "horizon must be an int >= 1"),
        ({"dimension": 1}, "dimension must be an int >= 2"),
        ({"dimension": True}, "dimension must be an int >= 2"),
        ({"size": 0.0}, "size must be positive"),
        ({"radius": float("nan")}, "radius must be positive"),
        ({"size": 1.0}, "size must be less than 1/radius"),
    ],
)
def test_bad_worlds(change, words):
    with pytest.raises(ValueError, match=words):
        ConvexWorld(**({"kind": "logarithmic", "horizon": 5} | change))


@pytest.mark.parametrize("kind", KINDS)
def test_the_best_points_of_several_checkpoints_are_found_together(kind):
    world = ConvexWorld(kind, horizon=40, dimension=3, radius=0.7)
    totals, kept = world.none(4), []
    for t, vector in enumerate(world.rounds(Stream(6), range(4), 1, 41), start=1):
        totals = world.added(totals, vector)
        if t in {1, 7, 40}:
            kept.append(totals)
    stacked = Totals(*(np.stack([getattr(item, name) for item in kept]) for name in ("vectors", "others")))
    together = world.best_loss(stacked, np.asarray([1.0, 7.0, 40.0])[:, None, None])
    for found, alone, t in zip(together, kept, (1, 7, 40), strict=True):
        assert found == pytest.approx(world.best_loss(alone, t), rel=1e-13)
