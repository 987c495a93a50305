"""Likelihood weights: hand-computed cases, properties, namespaces, bad input."""

import array_api_strict
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.classification.datasetequity.sample_weight import sample_weight


def test_by_hand():
    assert sample_weight(0.0, eta=0.5, gamma=3.0) == 1.5
    assert sample_weight(0.5, eta=0.0, gamma=2.0) == 0.25
    assert sample_weight(1.0, eta=0.5, gamma=3.0) == 0.5
    assert sample_weight([0.0, 0.5, 1.0], eta=1.0, gamma=0.0).tolist() == [2.0, 2.0, 2.0]


@settings(max_examples=50, deadline=None)
@given(p=st.floats(0, 1), r=st.floats(0, 1), eta=st.floats(0, 5), gamma=st.floats(0, 8))
def test_monotone_and_bounded(p, r, eta, gamma):
    rare, common = (sample_weight(value, eta=eta, gamma=gamma) for value in sorted((p, r)))
    assert eta <= common <= rare <= eta + 1


def test_strict_namespace_and_dtype():
    xp = array_api_strict
    value = sample_weight(xp.asarray([0.25, 1.0], dtype=xp.float32), eta=1.0, gamma=xp.asarray(0.5, dtype=xp.float32))
    assert value.dtype == xp.float32
    assert float(value[1]) == 1.0


@pytest.mark.parametrize("arguments", [{"likelihood": 1.5}, {"likelihood": 0.5, "eta": -1.0}])
@pytest.mark.parametrize("gamma", [1.0, -1.0])
def test_refuses(arguments, gamma):
    with pytest.raises(ValueError, match="must be"):
        sample_weight(**arguments, gamma=gamma)
