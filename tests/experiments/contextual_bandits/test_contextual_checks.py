import numpy as np
import pytest

from experiments.contextual_bandits.checks import is_real, require_int, require_positive, require_room


def test_numbers_of_python_and_numpy_are_taken():
    for value in (1, 0.5, np.float32(0.5), np.int64(3)):
        require_positive("x", value)
        assert is_real(value)
    require_int("n", 3, 3, 3)
    require_room("ridge", 5, 2.0**33)


@pytest.mark.parametrize("value", [0.0, -1, float("nan"), float("inf"), "1", None, True, 1j, np.ones(2)])
def test_what_is_no_positive_number_is_refused(value):
    with pytest.raises(ValueError, match="x must be positive and finite, got"):
        require_positive("x", value)


@pytest.mark.parametrize("value", [2, 9, 4.0, True, "4", None])
def test_what_is_no_int_of_the_range_is_refused(value):
    with pytest.raises(ValueError, match="n must be an int from 3 to 8, got"):
        require_int("n", value, 3, 8)


def test_too_much_is_refused():
    with pytest.raises(ValueError, match=r"descent on 7 features needs about 16\.0 GiB; allowed: 8\.0 GiB"):
        require_room("descent", 7, 2.0**34)
