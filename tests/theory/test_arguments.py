import numpy as np
import pytest

from theory.arguments import whole


def test_whole_numbers_of_every_kind_are_ints():
    for value in (3, np.int8(3), np.uint64(3)):
        assert type(whole("m", value)) is int
    assert whole("m", -2, -2) == -2


@pytest.mark.parametrize("value", [True, 3.0, np.float64(3), "3", None, float("nan"), [3], 0])
def test_what_is_none_is_refused(value):
    with pytest.raises(ValueError, match=r"^m must be a whole number >= 1, got "):
        whole("m", value)


def test_both_ends_are_allowed_and_told():
    assert [whole("m", value, 2, 4) for value in (2, 4)] == [2, 4]
    for value in (1, 5, 2.5):
        with pytest.raises(ValueError, match=rf"^m must be a whole number from 2 to 4, got {value}$"):
            whole("m", value, 2, 4)
