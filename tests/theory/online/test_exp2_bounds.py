import math

import numpy as np
import pytest
from scipy.optimize import minimize

from theory.online import bounds
from theory.online.exp2 import price, regret_bound, sharper_bound, tuned


def test_price_is_smooth_where_its_formula_changes():
    for y in (0.0999999, 0.1, 0.1000001):
        assert price(y) == pytest.approx(0.5 + y / 6 + y**2 / 24 + y**3 / 120 + y**4 / 720, rel=1e-7)
    assert price(2) == pytest.approx((math.exp(2) - 3) / 4, rel=1e-15)


@pytest.mark.parametrize(("d", "N", "T"), [(3, 8, 400), (6, 64, 10**4), (1, 2, 50)])
def test_no_step_and_exploration_give_a_smaller_bound(d, N, T):
    best = float(sharper_bound(d, N, T))
    assert best == pytest.approx(math.sqrt((math.exp(2) + 1) * T * d * math.log(N)) - d / 2 * math.log(N), rel=1e-12)

    def value(x):
        eta, y = np.exp(x)
        gamma = eta * d / y
        return math.log(N) / eta + price(y) * eta * d * T + 2 * gamma * T  # the part that the tuning balances

    found = minimize(value, np.log([tuned(d, N, T).eta, 1.0]), method="Nelder-Mead", options={"xatol": 1e-9})
    assert found.fun == pytest.approx(best + d / 2 * math.log(N), rel=1e-7)
    assert math.exp(found.x[1]) == pytest.approx(2, rel=1e-3)


def test_usual_tuning_and_its_bound():
    found = tuned(3, 8, 400, form="as usually quoted")
    assert found.gamma == pytest.approx(3 * found.eta)
    assert float(found.bound) == float(bounds.exp2(d=3, N=8, T=400))
    assert found.bound.paper == "bubeck_exp2"
    own = regret_bound(3, 8, 400, eta=found.eta, gamma=found.gamma)
    assert float(sharper_bound(3, 8, 400)) < float(own) < float(found.bound)


def test_a_larger_leverage_costs():
    plain = float(regret_bound(3, 8, 400, eta=0.02, gamma=0.06))
    assert float(regret_bound(3, 8, 400, eta=0.02, gamma=0.06, leverage=4)) > plain
    with pytest.raises(ValueError, match="at least d = 3"):
        regret_bound(3, 8, 400, eta=0.02, gamma=0.06, leverage=2.5)


@pytest.mark.parametrize("form", ["derived", "as usually quoted"])
def test_short_horizons_name_the_least_one(form):
    with pytest.raises(ValueError, match="too short") as caught:
        tuned(10, 1000, 2, form=form)
    least = int(str(caught.value).split("at least ")[1].split()[0])
    assert tuned(10, 1000, least, form=form).gamma <= 1
    with pytest.raises(ValueError, match="too short"):
        tuned(10, 1000, least - 1, form=form)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tuned(3, 1, 10), "N must be a whole number >= 2"),
        (lambda: tuned(0, 2, 10), "d must be a whole number >= 1, got 0"),
        (lambda: tuned(3, 8, 0), "T must be a whole number >= 1, got 0"),
        (lambda: tuned(3, 8, 10, form="best"), "form must be one of"),
        (lambda: regret_bound(3, 8, 0, eta=0.1, gamma=0.1), "T must be a whole number >= 1"),
        (lambda: regret_bound(3, 8, 9, eta=0.0, gamma=0.1), "eta must be positive"),
        (lambda: regret_bound(3, 8, 9, eta=0.1, gamma=0.0), r"gamma must be in \(0, 1\]"),
        (lambda: price(-1.0), "y must be from 0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("call", [tuned, lambda d, N, T: regret_bound(d, N, T, eta=0.1, gamma=0.5)])
def test_fewer_actions_than_dimensions_are_refused(call):
    with pytest.raises(ValueError, match="d must be at most N = 2"):
        call(5, 2, 100)


def test_a_step_beyond_all_numbers_is_refused():
    with pytest.raises(ValueError, match=r"eta must be at most 700 gamma/leverage = 0\.233333, got 1\.0"):
        regret_bound(3, 8, 400, eta=1.0, gamma=0.001)


@pytest.mark.parametrize(("d", "N"), [(5, 50), (3, 7), (11, 1000), (2, 2)])
@pytest.mark.parametrize(("form", "constant"), [("derived", math.exp(2) + 1), ("as usually quoted", 3)])
def test_the_least_horizon_is_the_least(d, N, form, constant):
    least = math.ceil(d * math.log(N) / constant)
    assert tuned(d, N, least, form=form).gamma <= 1
    if least > 1:
        with pytest.raises(ValueError, match=f"at least {least} rounds"):
            tuned(d, N, least - 1, form=form)
