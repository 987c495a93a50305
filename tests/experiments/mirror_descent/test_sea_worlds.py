"""Every world against the law that it claims: all values of the random numbers of a round, plays all over the ball."""

import itertools
import math

import numpy as np
import pytest

from experiments.mirror_descent.sea_worlds import KINDS, PRIORS, SeaWorld
from experiments.streams import Stream


def points_of_the_ball(radius):
    """Points inside, and a grid of the sphere that is fine enough for maxima to three digits."""
    z, angle = np.meshgrid(np.linspace(-1, 1, 61), np.linspace(0, 2 * np.pi, 81))
    flat = np.sqrt(1 - z**2)
    sphere = np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=-1).reshape(-1, 3)
    return radius * np.concatenate([sphere, 0.5 * sphere[::7], np.zeros((1, 3)), np.eye(3), -np.eye(3)])


def law(world, b, t):
    """Return (probability, gradient at x) of every loss that round t can draw, given the offset b of the mean."""
    d, A = 3, np.linspace(world.strong, world.smooth, 3)
    signs = [np.asarray(s) * world.noise / math.sqrt(d) for s in itertools.product((-1, 1), repeat=d)]
    if world.kind == "signs":
        return [(1.0, lambda x: 0 * x - b)]
    if world.kind == "least squares":
        y, a = b / world.smooth, world.smooth
        return [
            (1 / (2 * d), lambda x, i=i, e=e: a * d * (x - y - e) * np.eye(d)[i])
            for i in range(d)
            for e in (-world.noise, world.noise)
        ]
    if world.kind == "nonconvex":
        drawn = [(s, e) for s in signs for e in (-3 * world.smooth, 3 * world.smooth)]
        return [(1 / 16, lambda x, s=s, e=e: A * x - b + s + e * x) for s, e in drawn]
    if world.kind == "label shift":
        share = (1 + math.sin(2 * math.pi * t / math.sqrt(world.horizon))) / 2
        prior = (1 - share) * np.asarray(PRIORS[0]) + share * np.asarray(PRIORS[1])
        angles = np.asarray([0.0, math.pi / 3, 2 * math.pi / 3])
        centres = world.size * np.stack([np.cos(angles), 0 * angles, np.sin(angles)], axis=1)
        return [
            (q / 8, lambda x, c=c, s=s: A * (x - c) + s) for q, c in zip(prior, centres, strict=True) for s in signs
        ]
    return [(1 / 8, lambda x, s=s: A * x - b + s) for s in signs]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "random order"])
@pytest.mark.parametrize("shape", [{}, {"noise": 0.3, "size": 0.7, "radius": 1.5, "smooth": 2.0, "strong": 0.5}])
def test_variance_mean_and_largest_gradient_are_those_of_the_law(kind, shape):
    world = SeaWorld(kind, horizon=40, **shape)
    x, largest = points_of_the_ball(world.radius), 0.0
    rounds = world.rounds(Stream(3), range(2), 1, 41)
    for t in (1, 4, 5, 40):
        b = rounds.b[t - 1, 1]
        drawn = law(world, b, t)
        seen = np.asarray([gradient(x) for _, gradient in drawn])
        weight = np.asarray([probability for probability, _ in drawn])
        assert weight.sum() == pytest.approx(1)
        mean = np.tensordot(weight, seen, axes=1)
        assert mean == pytest.approx(world.curvature * x - b, abs=1e-12)
        variance = np.tensordot(weight, ((seen - mean) ** 2).sum(axis=-1), axes=1).max()
        assert rounds.variance[t - 1, 1] == pytest.approx(variance, rel=2e-3)
        assert rounds.variance[t - 1, 1] >= variance - 1e-9
        largest = max(largest, np.sqrt((seen**2).sum(axis=-1)).max())
        own = x * (world.curvature + rounds.tilt[t - 1, 1]) - b + rounds.noise[t - 1, 1]
        assert min(np.abs(own - item).max() for item in seen) < 1e-12  # the draw is one of the law's
    assert largest <= world.G + 1e-12


@pytest.mark.parametrize("kind", ["nonconvex", "label shift", "least squares", "drifting"])
def test_every_value_of_the_law_is_drawn_as_often_as_it_should(kind):
    """Gradients at a point, averaged over many replicates, have the mean and the variance of the law there."""
    world, x, count = SeaWorld(kind, horizon=9), np.asarray([0.3, -0.5, 0.6]), 20_000
    rounds = world.rounds(Stream(5), range(count), 7, 8)
    b = rounds.b[0, 0]
    seen = x * (world.curvature + rounds.tilt[0]) - b + rounds.noise[0]
    drawn = law(world, b, 7)
    expected = sum(probability * gradient(x) for probability, gradient in drawn)
    square = sum(probability * ((gradient(x) - expected) ** 2).sum() for probability, gradient in drawn)
    error = 6 * math.sqrt(square / count)
    assert np.abs(seen.mean(axis=0) - expected).max() < error
    assert ((seen - expected) ** 2).sum(axis=1).mean() == pytest.approx(square, rel=0.05)


@pytest.mark.parametrize("kind", ["drifting", "corrupted", "random order", "label shift", "least squares"])
def test_losses_drawn_are_exp_concave_with_alpha(kind):
    """``alpha g g' <= Hessian``: in one dimension of the gradient for least squares, by the smallest curvature else."""
    world = SeaWorld(kind, horizon=50, noise=0.4)
    x = points_of_the_ball(1.0)
    if kind == "least squares":
        curvature = 3 * world.smooth  # along the coordinate drawn
        farthest = world.G / curvature
        assert farthest == pytest.approx(1.0 + 0.5 + 0.4)
        assert world.alpha * (curvature * farthest) ** 2 == pytest.approx(curvature)
    else:
        assert world.alpha * world.G**2 == pytest.approx(world.strong)
        rounds = world.rounds(Stream(3), range(3), 1, 51)
        g = world.curvature * x[:, None, None] - rounds.b + rounds.noise
        assert world.alpha * (g**2).sum(axis=-1).max() <= world.strong
    for other in ("signs", "nonconvex"):
        assert SeaWorld(other, horizon=5).alpha == 0


def test_corruption_bounds_the_drift():
    world = SeaWorld("corrupted", horizon=200, noise=0.0)
    rounds = world.rounds(Stream(3), range(50), 1, 201)
    offset = rounds.b - SeaWorld("corrupted", horizon=9).rounds(Stream(3), range(50), 9, 10).b[0]
    size = np.sqrt((offset**2).sum(axis=-1))
    assert size.sum(axis=0) == pytest.approx(world.corruption)
    assert world.corruption == 10.0
    assert (rounds.drift[1:].sum(axis=0) <= 4 * world.size * world.corruption).all()
    assert rounds.drift[1:].sum(axis=0).mean() > world.corruption / 2  # of its order
    assert not rounds.drift[21:].any()
    assert SeaWorld("drifting", horizon=200).corruption == 0


def test_label_shift_is_slow_and_within_its_priors():
    world = SeaWorld("label shift", horizon=400)
    priors = world.priors(np.arange(1, 401))
    assert priors.sum(axis=1) == pytest.approx(1)
    assert priors.min() == pytest.approx(0.1, abs=1e-3)
    assert priors.max() == pytest.approx(0.8, abs=1e-3)
    assert priors[0] == pytest.approx(priors[20], abs=1e-12)  # period sqrt(400)
    few, many = (
        SeaWorld("label shift", horizon=T).rounds(Stream(1), range(1), 1, T + 1).drift[1:].sum() for T in (400, 6400)
    )
    assert many < 1.2 * few  # of the order of 1 for every horizon


@pytest.mark.parametrize("kind", KINDS)
def test_comparator_is_the_best_point(kind):
    world = SeaWorld(kind, horizon=30, size=0.9)
    rounds = world.rounds(Stream(2), range(3), 1, 31)
    total = rounds.b.sum(axis=0) if kind != "random order" else (rounds.b - rounds.noise).sum(axis=0)
    u = world.comparator(rounds.b.sum(axis=0), 30, Stream(2))
    x = points_of_the_ball(world.radius)

    def loss(x):
        return 15 * (world.curvature * x * x).sum(axis=-1) - (total * x).sum(axis=-1)

    assert (np.linalg.norm(u, axis=1) <= world.radius * (1 + 1e-12)).all()
    assert (loss(u) <= loss(x[:, None]) + 1e-9).all()
    inward = total - 30 * world.curvature * u  # less the gradient: none inside, outward on the sphere
    outward = (inward * u).sum(axis=1, keepdims=True) / (u * u).sum(axis=1, keepdims=True)
    assert (outward >= -1e-9).all()
    assert inward == pytest.approx(outward * u, abs=1e-7)
    assert (np.linalg.norm(u, axis=1) * outward[:, 0]) == pytest.approx(world.radius * outward[:, 0], abs=1e-9)


def test_classes_are_drawn_by_their_priors():
    world, count = SeaWorld("label shift", horizon=9, noise=0.0), 20_000
    rounds = world.rounds(Stream(5), range(count), 7, 8)
    drawn = rounds.b[0] - rounds.noise[0]
    priors = world.priors(np.asarray([7]))[0]
    for prior, angle in zip(priors, (0.0, math.pi / 3, 2 * math.pi / 3), strict=True):
        offset = world.curvature * world.size * np.asarray([math.cos(angle), 0.0, math.sin(angle)])
        share = (np.abs(drawn - offset).max(axis=1) < 1e-12).mean()
        assert abs(share - prior) < 6 * math.sqrt(prior * (1 - prior) / count)
