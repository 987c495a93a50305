import numpy as np
import pytest

from experiments.arrays import backend, to_numpy
from experiments.neural_collapse.lbfgs import minimise


class Bowls:
    """Quadratics of different condition in each row, or Rosenbrock's valley."""

    def __init__(self, scales, *, valley=False, there=None):
        self.scales, self.valley = np.asarray(scales, dtype=float), valley
        self.backend = there or backend("numpy")
        self.rows, self.calls = len(scales), 0

    def take(self, rows):
        return Bowls(self.scales[np.asarray(rows)], valley=self.valley, there=self.backend)

    def __call__(self, x):
        xp, scales = self.backend.xp, self.backend.asarray(self.scales)
        self.calls += 1
        if self.valley:
            a, b = 1 - x[:, 0], x[:, 1] - x[:, 0] ** 2
            return a**2 + scales * b**2, xp.stack([-2 * a - 4 * scales * b * x[:, 0], 2 * scales * b], axis=1)
        weights = xp.stack([xp.ones_like(scales), scales], axis=1)
        return xp.sum(weights * (x - 1) ** 2, axis=1) / 2, weights * (x - 1)


def test_quadratics_and_valleys_of_any_condition_are_minimised():
    for valley in (False, True):
        energy = Bowls([1.0, 10.0, 100.0, 1000.0], valley=valley)
        found = minimise(energy, np.tile([-1.2, 1.0], (4, 1)))
        assert np.max(np.abs(found.x - 1)) < 1e-7
        assert np.all(found.slopes <= 1e-9)
        assert found.values == pytest.approx(0, abs=1e-14)


def test_rows_stop_on_their_own_and_do_not_depend_on_their_company():
    starts = np.asarray([[-1.2, 1.0], [0.9, 0.8], [3.0, -2.0]])
    energy = Bowls([100.0, 1.0, 10.0], valley=True)
    together = minimise(energy, starts)
    for row in range(3):
        alone = minimise(energy.take([row]), starts[row : row + 1])
        assert np.array_equal(alone.x[0], together.x[row])
        assert alone.rounds <= together.rounds


def test_the_budget_is_kept_and_values_never_rise():
    energy = Bowls([100.0], valley=True)
    start = np.asarray([[-1.2, 1.0]])
    ends = [minimise(energy, start, most=most) for most in (1, 5, 20)]
    assert [end.rounds for end in ends] == [1, 5, 20]
    values = [float(energy(start)[0][0]), *(float(end.values[0]) for end in ends)]
    assert values == sorted(values, reverse=True)


def test_a_minimum_at_which_values_are_rounding_is_still_resolved():
    class Raised(Bowls):
        def take(self, rows):
            return Raised(self.scales[np.asarray(rows)], valley=True)

        def __call__(self, x):
            values, gradients = super().__call__(x)
            return values + 1e3 * (1 + 4e-15 * np.sin(1e9 * np.sum(x, axis=1))), gradients

    found = minimise(Raised(np.geomspace(1, 100, 10), valley=True), np.tile([-1.2, 1.0], (10, 1)), most=200)
    assert np.all(found.slopes <= 1e-9)
    assert np.max(np.abs(found.x - 1)) < 1e-8


def test_a_row_that_no_step_decreases_is_given_up():
    class Wrong(Bowls):
        def __call__(self, x):
            values, gradients = super().__call__(x)
            return values, -gradients

    found = minimise(Wrong([3.0]), np.asarray([[5.0, -3.0]]))
    assert found.rounds < 200
    assert found.x.tolist() == [[5.0, -3.0]]


def test_the_strict_namespace_gives_the_same():
    there = backend("strict:device1")
    start = np.tile([-1.2, 1.0], (2, 1))
    mine = minimise(Bowls([10.0, 100.0], valley=True), start)
    theirs = minimise(Bowls([10.0, 100.0], valley=True, there=there), there.asarray(start))
    assert to_numpy(theirs.x) == pytest.approx(mine.x, rel=1e-8)


def test_steps_beyond_a_wall_are_refused():
    seen = []

    class Walled(Bowls):
        def take(self, rows):
            return Walled(self.scales[np.asarray(rows)])

        def __call__(self, x):
            values = 20 * x[:, 0] - np.log(x[:, 0]) + self.scales * x[:, 1] ** 2
            seen.append(values)
            return values, np.stack([20 - 1 / x[:, 0], 2 * self.scales * x[:, 1]], axis=1)

    found = minimise(Walled([1.0, 30.0]), np.asarray([[5.0, 0.2], [1.0, -2.0]]))
    assert not np.all(np.isfinite(np.concatenate(seen)))
    assert found.x == pytest.approx(np.asarray([[0.05, 0.0]] * 2), abs=1e-8)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="must be positive"):
        minimise(Bowls([1.0]), np.zeros((1, 2)), tolerance=0.0)
    with pytest.raises(ValueError, match="finite at every start"):
        minimise(Bowls([1.0]), np.full((1, 2), np.nan))
    with pytest.raises(ValueError, match="finite at every start"):
        minimise(Bowls([1e100]), np.asarray([[0.0, 1e60]]))
