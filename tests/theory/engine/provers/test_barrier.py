"""The central path against closed forms."""

from fractions import Fraction

import pytest
from flint import arb

from theory.engine.provers.balls import working
from theory.engine.provers.barrier import Barrier, NotSettled, _derivatives, _values, interior

ONE = Fraction(1)


def test_the_path_of_a_half_line_is_the_weight():
    """The minimiser of x - mu log x is mu, with multiplier 1."""
    with working(256):
        barrier = Barrier(["x"], {"x": ONE}, [{"x": ONE}], [])
        for centre in barrier.centres([arb(3)], last=Fraction(1, 10**12)):
            assert abs(centre.point[0] / float(centre.weight) - 1) < 1e-3
            assert abs(centre.inequalities[0] - 1) < arb("1e-20")  # the dual equation holds to the working precision


def test_multipliers_satisfy_the_dual_equations_and_close_the_gap():
    """Minimise z - 2x over exp(x) <= z: the optimum is 2 - 2 log 2, the gap three weights."""
    cone = [{"x": ONE}, {"": ONE}, {"z": ONE}]
    with working(256):
        barrier = Barrier(["x", "z"], {"z": ONE, "x": -2 * ONE}, [], [cone])
        for centre in barrier.centres([arb(0), arb(4)], last=Fraction(1, 10**9)):
            u, v, w = centre.cones[0]
            assert abs(u + 2) < arb("1e-20")
            assert abs(w - 1) < arb("1e-20")
            gap = centre.point[1] - 2 * centre.point[0] + v
            assert abs(gap / float(centre.weight) - 3) < 1e-2
        assert abs(centre.point[0] - arb(2).log()) < 1e-7


def test_derivatives_agree_with_differences():
    def barrier(x, y, z):
        return -((y * (z / y).log() - x).log() + y.log() + z.log())

    with working(400):
        at, h = [arb("0.3"), arb("1.7"), arb("4.1")], arb(2) ** -60
        gradient, hessian = _derivatives(at)
        for a in range(3):
            moved = [[v + sign * h * (i == a) for i, v in enumerate(at)] for sign in (1, -1)]
            assert abs((barrier(*moved[0]) - barrier(*moved[1])) / (2 * h) - gradient[a]) < 1e-30
            slopes = [_derivatives(point)[0] for point in moved]
            for b in range(3):
                assert abs((slopes[0][b] - slopes[1][b]) / (2 * h) - hessian[a][b]) < 1e-30


def test_a_first_point_is_strictly_inside():
    cone = [{"x": ONE, "": -50 * ONE}, {"y": ONE}, {"": ONE}]  # y exp((x - 50)/y) <= 1
    inequalities = [{"x": ONE, "": -49 * ONE}, {"x": -ONE, "": 51 * ONE}]
    with working(256):
        point = interior(["x", "y"], inequalities, [cone])
        assert point is not None
        assert Barrier(["x", "y"], {}, inequalities, [cone]).contains(point)
        assert interior(["x"], [{"x": ONE}, {"x": -ONE}], []) is None
        assert interior(["x"], [{"x": ONE, "": -ONE}, {"x": -ONE}], []) is None


def test_a_line_and_a_bottomless_objective_are_named():
    with working(128):
        with pytest.raises(NotSettled, match="line"):
            list(Barrier(["x", "y"], {"x": ONE}, [{"x": ONE}], []).centres([arb(1), arb(0)], last=ONE))
        path = Barrier(["x"], {"x": -ONE}, [{"x": ONE}], []).centres([arb(1)], last=ONE)
        with pytest.raises(NotSettled, match="no centre"):
            list(path)


def test_values_are_affine():
    from theory.engine.provers.barrier import _compiled

    form = _compiled({"y": 2 * ONE, "": ONE}, {"x": 0, "y": 1})
    assert _values([form], [arb(5), arb(3)]) == [7]
