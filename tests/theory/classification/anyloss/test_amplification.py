import array_api_strict
import numpy as np
import pytest

from theory.classification.anyloss.amplification import dead_from, largest_amplification, precision_bits


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_largest_amplification_is_what_the_format_does(dtype):
    def computed(amplification):
        one = np.ones((), dtype=dtype)
        return one / (one + np.exp(-np.asarray(amplification, dtype=dtype) / 2))

    largest = largest_amplification(np.dtype(dtype))
    assert computed(largest) < 1
    assert computed(largest + 1) == 1


def test_dtypes_of_other_libraries_are_read():
    assert precision_bits(array_api_strict.float32) == 24
    assert precision_bits("torch.bfloat16") == 8
    assert precision_bits(np.float64) == 53


def test_dead_range_is_where_naive_code_dies():
    edge = np.float32(dead_from(73, "float32"))
    for p, alive in ((edge - np.float32(0.002), True), (edge + np.float32(0.002), False)):
        one = np.float32(1)
        assert bool(one / (one + np.exp(np.float32(-73) * (p - np.float32(0.5)))) < 1) is alive
    assert dead_from(73, "float64") == float("inf")


@pytest.mark.parametrize("dtype", ["int32", "complex64", None, "float128"])
def test_other_formats_are_refused(dtype):
    with pytest.raises(ValueError, match="allowed: float16"):
        precision_bits(dtype)


@pytest.mark.parametrize("amplification", [0, -1, float("nan"), float("inf")])
def test_bad_amplifications_are_refused(amplification):
    with pytest.raises(ValueError, match="positive and finite"):
        dead_from(amplification, "float32")
