import numpy as np
import pytest

from experiments import watch as home
from experiments.arrays import backend, to_numpy
from experiments.horizons import Violation
from experiments.watch import Watch


def error(holds, values):
    assert isinstance(holds, np.ndarray)
    assert isinstance(values, np.ndarray)
    return ArithmeticError(f"got {values[~holds].tolist()}")


def looked_at(name, *rounds):
    """A watch that was told of rounds of numbers that must be positive."""
    where = backend(name)
    watch = Watch(where)
    for values in rounds:
        array = where.asarray(values)
        watch.require(array > 0, error, array)
    return watch


def test_a_processor_looks_at_once():
    with pytest.raises(ArithmeticError, match=r"got \[-1.0\]"):
        looked_at("numpy", [1.0, 2.0], [1.0, -1.0])
    looked_at("numpy", [1.0, 2.0]).settle()


@pytest.mark.parametrize("name", ["strict", "strict:device1"])
def test_a_device_looks_when_asked_and_tells_of_the_first(name):
    watch = looked_at(name, [1.0, 2.0], [3.0, -1.0], [-2.0, 5.0])
    with pytest.raises(ArithmeticError, match=r"got \[-1.0\]"):
        watch.settle()
    watch.settle()  # it has told
    looked_at(name, [1.0, 2.0], [np.inf, 1.0]).settle()
    with pytest.raises(ArithmeticError, match=r"got \[nan\]"):
        looked_at(name, [1.0, np.nan]).settle()


@pytest.mark.parametrize(("limit", "value"), [("_MOST", 2), ("_HELD", 7)])
def test_what_is_kept_is_bounded(limit, value, monkeypatch):
    looked_at("strict", [-1.0, 2.0])
    monkeypatch.setattr(home, limit, value)
    with pytest.raises(ArithmeticError):
        looked_at("strict", [-1.0, 2.0], [1.0, 2.0])


@pytest.mark.parametrize("name", ["numpy", "strict:device1"])
def test_what_was_wrong_first_is_raised_before_what_came_of_it(name):
    watch, bad = Watch(backend(name)), backend(name).asarray([1.0, -1.0])
    with pytest.raises(ArithmeticError, match=r"got \[-1.0\]"), watch:  # noqa: PT012
        watch.require(bad > 0, error, bad)
        raise LookupError
    with pytest.raises(LookupError), watch:  # all held
        raise LookupError


def test_who_interrupts_is_not_told():
    watch, bad = Watch(backend("strict")), backend("strict").asarray([-1.0])
    with pytest.raises(KeyboardInterrupt), watch:  # noqa: PT012
        watch.require(bad > 0, error, bad)
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["numpy", "strict:device1"])
def test_a_slack_names_round_row_and_value(name):
    watch, where = Watch(backend(name)), backend(name)
    rows, allowed = where.asarray([0.0, 0.0, 0.0]), where.asarray([0.5, 0.5, 0.5])
    given = {"t": 4, "name": "odd", "like": rows}
    with watch:
        found = watch.slack(where.asarray([1.0, -0.5, 0.0]), **given, allowed=allowed)
    assert to_numpy(found).tolist() == [1.0, -0.5, 0.0]
    for values, value in (([1.0, -0.75, -3.0], 0.75), ([1.0, np.nan, -3.0], "nan")):
        with pytest.raises(Violation, match=rf"^round 4, row 1: odd violates its price by {value}$"), watch:
            watch.slack(where.asarray(values), **given, allowed=allowed, what="price")
    for values in ([1.0], [[1.0], [1.0], [1.0]], 1.0):
        with pytest.raises(ValueError, match=r"^round 4: odd must give a slack of shape \(3,\), got \("):
            watch.slack(where.asarray(values), **given, allowed=allowed)


@pytest.mark.parametrize("name", ["numpy", "strict:device1"])
def test_a_gradient_names_round_and_norm(name):
    watch, where = Watch(backend(name)), backend(name)
    with watch:
        watch.gradient(where.asarray([[3.0, 4.0], [0.0, 5.0 + 4e-9]]), 5.0, 2)
    with pytest.raises(ValueError, match=r"^round 2: the gradient has norm 13\.0, more than 5\.0, as declared$"), watch:
        watch.gradient(where.asarray([[3.0, 4.0], [5.0, -12.0]]), 5.0, 2)
