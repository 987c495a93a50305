import numpy as np
import pytest

from experiments.grids import over_replicates, size_of


def test_a_size_is_one_of_the_table():
    assert size_of({"quick": 1, "paper": None}, "paper") is None
    with pytest.raises(ValueError, match=r"^sizes are quick, paper, got 'q'$"):
        size_of({"quick": 1, "paper": 2}, "q")


def test_what_is_reported_of_replicates():
    values = np.random.default_rng(1).normal(size=(3, 7)) ** 3
    found = over_replicates("loss", values)
    assert list(found) == ["loss", "loss_se", "low", "high"]
    assert np.array_equal(found["loss"], values.mean(axis=1))
    deviations = values - values.mean(axis=1, keepdims=True)
    assert found["loss_se"] == pytest.approx(np.sqrt((deviations**2).sum(axis=1) / 6 / 7))
    assert np.array_equal(found["low"], np.quantile(values, 0.05, axis=1))
    assert np.array_equal(found["high"], np.quantile(values, 0.95, axis=1))


def test_one_replicate_has_no_error_and_none_is_refused():
    found = over_replicates("loss", np.asarray([[2.0], [3.0]]))
    assert [value.tolist() for value in found.values()] == [[2.0, 3.0], [0.0, 0.0], [2.0, 3.0], [2.0, 3.0]]
    for empty in (np.zeros((3, 0)), np.float64(1.0)):
        with pytest.raises(ValueError, match="loss needs at least one replicate"):
            over_replicates("loss", empty)
