import dataclasses

import numpy as np
import pytest

from theory.engine.conformance.inputs import Batch, Input

RAGGED = Batch({"positives": [1, 2], "negatives": [3]}, (Input("positives", "real"), Input("negatives", "real")), 2)


def test_a_kind_must_be_known():
    with pytest.raises(ValueError, match="allowed: real"):
        Input("scores", "reals")


def test_labels_have_no_gradient():
    with pytest.raises(ValueError, match="has no gradient"):
        Input("labels", "label", differentiated=True)


def test_a_batch_is_as_long_as_its_longest_input_and_is_not_changed():
    assert (RAGGED.size, RAGGED.replaced(positives=[1]).size) == (2, 1)
    assert RAGGED.replaced(positives=[5]).columns == {"positives": [5], "negatives": [3]}
    with pytest.raises(dataclasses.FrozenInstanceError):
        RAGGED.classes = 7


def test_columns_as_floats_have_a_row_an_example():
    rows = Batch({"scores": [(1, 2), (3, 4), (5, 6)]}, (Input("scores", "real", per_class=True),), 2)
    assert rows.floats("scores").dtype == np.float64
    assert rows.floats("scores").tolist() == [[1, 2], [3, 4], [5, 6]]
