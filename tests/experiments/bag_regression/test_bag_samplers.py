import math
from fractions import Fraction

import numpy as np
import pytest

from experiments.bag_regression import Bags, Design, Setting, bagged_regression, simulate
from experiments.bag_regression.samplers import (
    BLOCK,
    DIMENSION,
    FORMULAS,
    Configuration,
    configurations,
    distinguishing_advantage,
    expected_risk,
    limit_risk,
    relative_risk,
)
from experiments.streams import Stream
from theory.regression.aggregate.bags import asymptotic_risk
from theory.regression.aggregate.finite_size import bag_level_risk, instance_level_risk

GIVEN = {"samples": 24, "dimension": 5, "bag_size": 3, "rho": 0.5, "ridge": 0.1, "noise_variance": 2.0}


def test_the_law_of_configurations_is_the_declared_one():
    drawn = configurations(2000)
    assert {given.bag_size for given in drawn} == {1, 2, 3, 4, 6, 10}
    assert all(given.samples % given.bag_size == 0 for given in drawn)
    assert np.mean([given.rho == 0 for given in drawn]) == pytest.approx(0.25, abs=0.03)
    assert all(given.rho == 0 or Fraction(1, 10) <= given.rho <= 3 for given in drawn)
    assert all(0.25 <= given.noise_variance <= 4 for given in drawn)
    bare = [given for given in drawn if given.ridge == 0]
    assert 0.2 < len(bare) / len(drawn) < 0.4
    for given in bare:
        rows = Bags(given.samples, given.bag_size).full if given.rho == 0 else given.samples
        assert rows > 2 * DIMENSION or 2 * rows < DIMENSION
        assert math.isfinite(limit_risk(given))
    assert all(given.ridge >= Fraction(1, 20) for given in drawn if given.ridge)


def test_wrong_formulas_are_the_calculator_with_one_thing_changed():
    given = Configuration(120, 3, Fraction(1, 2), Fraction(1, 5), Fraction(2))
    risks = {formula: limit_risk(given, formula) for formula in FORMULAS}
    assert len({round(risk, 6) for risk in risks.values()}) == len(FORMULAS)
    found = asymptotic_risk(0.5, 3, 0.5, 0.2, 2.0)
    s, beta = found.s, 1 / 3
    part, within = 1 / (1 + 0.5 * s), 0.5 / (1 + 0.25 * s)
    delta = 1 / s**2 - 0.5 * beta * part**2 - 0.5 * (1 - beta) * within**2
    second = beta**2 * (1 - 0.5 * s) * part**3
    assert risks["one term of T'"] == pytest.approx(found.risk - second / delta, rel=1e-12)
    assert risks["no variance"] == pytest.approx(found.bias)
    for formula, changed in (
        ("limit", (0.5, 0.2, 2.0)),
        ("ridge per bag", (0.5, 0.2 / 3, 2.0)),
        ("noise per bag", (0.5, 0.2, 6.0)),
        ("no rho", (0.0, 0.2, 2.0)),
        ("no ridge", (0.5, 0.0, 2.0)),
    ):
        assert risks[formula] == pytest.approx(asymptotic_risk(0.5, 3, *changed).risk)
    with pytest.raises(ValueError, match="formula must be one of"):
        limit_risk(given, "another")


def test_risks_are_those_of_the_simulator_in_blocks():
    drawn = relative_risk(Stream(5), range(BLOCK + 2), unit=2.0, most=3.0, **GIVEN)
    assert np.all(drawn <= 3)
    assert np.allclose(relative_risk(Stream(5), range(BLOCK - 3, BLOCK + 1), unit=2.0, most=3.0, **GIVEN), drawn[-5:-1])
    seed = Stream.named(5, "bag_regression", "block", 1).seed
    found = simulate(Design(24, 5), [Setting(3, 0.5, 0.1, 2.0)], replicates=2, seed=seed).risks[0]
    assert np.allclose(drawn[BLOCK:], np.minimum(found / 2, 3))


@pytest.mark.parametrize(("level", "noise_level"), [(1.0, 1.0), (1.0, 2.0)])
def test_advantages_are_those_of_the_released_averages(level, noise_level):
    drawn = distinguishing_advantage(Stream(5), range(400), level=level, noise_level=noise_level, bag_size=2)
    assert set(np.round(drawn, 9)) <= {0.0, 1.0, round(1 - math.exp(level), 9)}
    labels = np.tile([50.0, 7.0], 400)
    fit = bagged_regression(np.zeros((800, 1)), labels, 2, ridge=1.0, epsilon=noise_level, clip=(-1, 1), seed=5)
    threshold = (1 + 0 + level / noise_level) / 2  # the means are 1 and 0, the scale is 1/noise_level
    assert np.array_equal(drawn != 0, fit.averages >= threshold)
    part = distinguishing_advantage(Stream(5), range(100, 130), level=level, noise_level=noise_level, bag_size=2)
    assert np.array_equal(part, drawn[100:130])
    best = max(0.0, 1 - math.exp((level - noise_level) / 2))  # the means are apart by scale times noise_level
    assert drawn.mean() == pytest.approx(best, abs=4 * drawn.std() / 20)


@pytest.mark.parametrize("rho", [0.0, 1.0])
def test_expected_risks_average_to_the_exact_ones(rho):
    exact = (instance_level_risk if rho else bag_level_risk)(40, 6, 2, 0.5, 2.0)
    found = expected_risk(Design(40, 6, 2.0), Setting(2, rho, 0.0, 0.5), range(1500), seed=3)
    assert found.mean() == pytest.approx(exact, abs=4 * found.std() / 1500**0.5)


def test_expected_risks_are_the_mean_risks_of_the_simulator():
    design, setting = Design(25, 6, 2.0), Setting(3, 0.4, 0.2, 0.5)  # the last bag is smaller
    found, drawn = expected_risk(design, setting, range(2000), seed=3), simulate(design, [setting], replicates=2000)
    assert found.mean() == pytest.approx(drawn.mean[0], abs=4 * drawn.standard_error[0])
    assert found.std() < drawn.risks.std() / 2
    assert np.allclose(expected_risk(design, setting, range(7, 9), seed=3), found[7:9])
    with pytest.raises(ValueError, match="without privacy"):
        expected_risk(design, Setting(3, epsilon=1.0, clip=(0, 1)), range(2))
