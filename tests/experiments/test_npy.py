import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from experiments.npy import array_from_bytes, array_to_bytes


@given(
    hnp.arrays(
        hnp.boolean_dtypes() | hnp.floating_dtypes() | hnp.integer_dtypes(), hnp.array_shapes(min_dims=0, min_side=0)
    )
)
def test_arrays_return_bit_by_bit(array):
    back = array_from_bytes(array_to_bytes(array))
    assert (back.shape, back.dtype) == (array.shape, array.dtype)
    assert back.tobytes() == array.tobytes()


def test_transposed_arrays_are_the_same_bytes_as_copies():
    array = np.arange(6).reshape(2, 3).T
    assert array_to_bytes(array) == array_to_bytes(array.copy())


def test_objects_are_neither_written_nor_read():
    with pytest.raises(ValueError, match="no Python objects"):
        array_to_bytes(np.array([object()]))
    header = b"\x93NUMPY\x01\x00" + (70).to_bytes(2, "little")
    text = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    with pytest.raises(ValueError, match="Python objects"):
        array_from_bytes(header + text.ljust(69) + b"\n" + b"cos\nsystem\n")


@pytest.mark.parametrize("cut", [0, 5, 20, -1])
def test_arrays_that_were_cut_or_swollen_are_refused(cut):
    data = array_to_bytes(np.arange(4.0))
    for wrong in (data[:cut], data + b"x"):
        with pytest.raises(ValueError):  # noqa: PT011 -- NumPy has messages of its own
            array_from_bytes(wrong)


def test_a_header_that_promises_too_much_allocates_nothing():
    data = array_to_bytes(np.zeros(3)).replace(b"(3,)", b"(3" + b"0" * 15 + b",)", 1).replace(b" " * 15, b"", 1)
    with pytest.raises(ValueError, match="bytes"):
        array_from_bytes(data)


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.ma.masked_array([1.0, 2.0], [True, False]), "lose its mask"),
        (np.zeros(2, dtype=[("a", "f8"), ("b", "i1")]), "elements of type"),
        (np.zeros(2, np.longdouble), "elements of type"),
        (np.zeros(2, np.clongdouble), "elements of type"),
    ],
)
def test_what_would_not_return_as_it_was_is_refused(array, says):
    with pytest.raises(ValueError, match=says):
        array_to_bytes(array)


@pytest.mark.parametrize(
    "array",
    [
        np.array(1 + 2j),
        np.array(["a", "\u00e9"]),
        np.array([b"x"]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.zeros(2, ">f8"),
        np.float16([0.1]),
        np.array([True]),
    ],
)
def test_other_types_return_with_type_and_shape(array):
    back = array_from_bytes(array_to_bytes(array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert (back == array).all()
