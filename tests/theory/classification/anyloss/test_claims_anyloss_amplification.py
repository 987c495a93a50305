import numpy as np
import pytest
from decided_claims import assert_decided_as_recorded, assert_method_refuses_false_neighbours, claims_of

from theory.classification.anyloss import claims_anyloss_amplification as module


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_decided_as_recorded(claim):
    assert_decided_as_recorded(claim)


@pytest.mark.parametrize("claim", claims_of(module), ids=lambda claim: claim.name)
def test_the_method_refuses_false_neighbours(claim):
    assert_method_refuses_false_neighbours(claim)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_the_numbers_are_those_of_the_arithmetic(dtype):
    """Naive code in the format itself: below the largest amplification it lives, above it is dead."""
    largest = {"float64": 73, "float32": 33, "float16": 15}[dtype]
    one = np.ones((), dtype=dtype)
    for amplification, alive in ((largest, True), (largest + 1, False)):
        decay = np.exp(-np.asarray(amplification, dtype=dtype) / 2)
        assert bool(one / (one + decay) < 1) is alive


def test_the_correction_names_the_advice():
    assert module.single_survives.corrects == module.seventy_three_in_single.id
