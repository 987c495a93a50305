"""The hand counts of flops, held against the scalar bodies run on numbers that count their own operations."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.kernel_work import episode_flops, exp3_flops, flow_flops
from experiments.mirror_descent import exp3_scalar
from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.exp3 import Exp3State
from experiments.mirror_descent.exp3_scalar import LOSS
from experiments.neural_collapse import flow_scalar
from experiments.neural_collapse.energy import Architecture, Energy, Setting
from experiments.neural_collapse.flow import GROW, ROUNDING, SAFETY, SHRINK
from experiments.neural_collapse.starts import random_starts
from experiments.philox.scalar import scalar_functions

DONE = {"flops": 0, "on": True}
NUMBERS = scalar_functions(lambda function: function)


class Flop(float):
    """A number that counts."""

    def __abs__(self):
        return Flop(float.__abs__(self))

    def __neg__(self):
        return Flop(float.__neg__(self))


def counting(name):
    plain = getattr(float, name)

    def method(self, other):
        found = plain(self, float(other))
        DONE["flops"] += DONE["on"]
        return Flop(found)

    return method


for operation in ("add", "sub", "mul", "truediv"):
    for prefix in ("__", "__r"):
        setattr(Flop, f"{prefix}{operation}__", counting(f"{prefix}{operation}__"))


def function(name):
    def method(x):
        DONE["flops"] += DONE["on"]
        return Flop(getattr(math, name)(x))

    return method


MATH = SimpleNamespace(**{name: function(name) for name in ("sqrt", "exp", "log")})


def uncompiled(body):
    """Return a body whose results count too; what it does is not counted in draws of a label."""

    def call(*given):
        before, DONE["on"] = DONE["on"], DONE["on"] and body.__name__ != "label"
        found = body(*given)
        DONE["on"] = before
        return Flop(found) if isinstance(found, float) else found

    return call


def counts(value):
    """Return real numbers as numbers that count."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.vectorize(Flop, otypes=[object])(value) if value.size else value.astype(object)
    return Flop(value) if isinstance(value, float) else value


def pair(*address):
    return tuple(map(float, NUMBERS.pair(*address)))


def advance_by(body):
    """Return what a compiled module calls ``advance``, for one replicate: by a body whose numbers count."""

    def advance(first, start, stop, *rest):
        given = [counts(item) for item in rest]
        body(0, start, stop, first, *given)
        for here, there in zip(rest, given, strict=True):
            if isinstance(here, np.ndarray) and here.flags.writeable:
                here[...] = there.astype(here.dtype)

    return advance


def flops_of(work):
    DONE["flops"] = 0
    found = work()
    return DONE["flops"], found


@pytest.mark.parametrize(("arms", "eta"), [(2, 0.1), (5, 0.02)])
def test_exp3(arms, eta, monkeypatch):
    compiled = pytest.importorskip("experiments.mirror_descent.exp3_compiled")
    _, advance = exp3_scalar.round_functions(uncompiled, pair, NUMBERS.bits_at)
    monkeypatch.setattr(exp3_scalar, "float", Flop, raising=False)
    monkeypatch.setattr(compiled, "advance", advance_by(advance))
    start = Exp3State.start(Arms.gap(arms, 0.2), replicates=1, eta=eta, seed=3)
    (few, first), (many, last) = flops_of(lambda: start.advanced(20)), flops_of(lambda: start.advanced(90))
    losses = [int(state.sums[0, LOSS]) for state in (first, last)]
    assert 0 < losses[0] < losses[1] < 90
    assert many - few == exp3_flops(arms, 70, losses[1] - losses[0])


@pytest.mark.parametrize("shape", [(1, 2, 2, 2), (3, 4, 3, 3), (2, 3, 2, 4)])
def test_episodes(shape, monkeypatch):
    compiled = pytest.importorskip("experiments.linear_mdp.compiled")
    from experiments.linear_mdp import episode_scalar, estimates_scalar
    from experiments.linear_mdp.algorithms import Algorithm
    from experiments.linear_mdp.losses import Losses
    from experiments.linear_mdp.mdp import LinearMDP
    from experiments.linear_mdp.regret import run

    monkeypatch.setattr(estimates_scalar, "math", MATH)
    body = episode_scalar.episode_functions(uncompiled, pair, NUMBERS.bits_at)
    monkeypatch.setattr(compiled, "advance", advance_by(body))
    length, _, _, size = shape
    process, losses = LinearMDP.random(*shape, seed=1), Losses.gap(length, size, gap=0.2, amplitude=0.25)
    learner = Algorithm("exponential weights", eta=0.02, gamma=0.01, beta=1e-3)
    given = {"replicates": 1, "points": 2, "seed": 4, "engine": "numba"}
    few, many = (flops_of(lambda n=n: run(learner, process, losses, episodes=n, **given))[0] for n in (2, 5))
    assert many - few == 3 * episode_flops(*shape)


@pytest.mark.parametrize(("loss", "bias"), [("squared", False), ("cross-entropy", True)])
@pytest.mark.parametrize(("depth", "width"), [(1, 2), (2, 4), (3, 3)])
def test_flow(loss, bias, depth, width, monkeypatch):
    monkeypatch.setattr(flow_scalar, "math", MATH)
    energy = Energy.of(Architecture(3, depth, width, loss, bias), [Setting((2, 2, 1), (0.02,) * depth, 0.02)])
    body, x = flow_scalar.row_functions(uncompiled, uncompiled), random_starts(energy, 1, seed=3)
    room = [np.empty(size, dtype=object) for size in (depth * 16, 15, 16, 16)]
    work = [np.empty(energy.parameters, dtype=object) for _ in range(5)]
    problem = [counts(part) for part in (energy.targets, energy.weights, energy.decays)]

    def follow(duration, first=1e-3):
        state = [counts(part) for part in (x, *energy(x), np.asarray([first]), np.asarray([duration]))]
        rules = (1e-4, 1e-12, 1000, SAFETY, GROW, SHRINK, ROUNDING)
        return body(0, state, problem, flow_scalar.kind_of(energy), rules, room, work)

    (few, short), (many, long) = flops_of(lambda: follow(1e-2)), flops_of(lambda: follow(0.3))
    assert long > short + 5
    kind = {"squared": loss == "squared", "bias": bias}
    each = flow_flops(depth, width, 3, 5, **kind)
    assert many - few == (long - short) * each
    refused, more = flops_of(lambda: follow(0.3, first=0.3))  # the first steps are too long
    assert 4 <= more * each + few - short * each - refused <= 4 * more
