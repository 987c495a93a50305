import subprocess
import sys

import array_api_strict
import numpy as np
import pytest

from theory import arrays


def test_python_numbers_give_a_python_float():
    xp, (x,), scalar = arrays.real_arrays(np.float64(0.5))
    assert scalar
    assert type(arrays.restore(xp.sqrt(x), scalar)) is float


def test_arrays_decide_dtype_and_namespace():
    single = np.asarray([0.5], dtype=np.float32)
    _, (x, y), scalar = arrays.real_arrays(single, 1.3)
    assert (x.dtype, y.dtype, scalar) == (np.float32, np.float32, False)
    xp, (x, y), _ = arrays.real_arrays(array_api_strict.asarray([1, 2]), 0.5)
    assert xp is array_api_strict
    assert x.dtype == y.dtype == array_api_strict.float64


def test_integers_are_read_in_double_precision():
    _, (x, y), _ = arrays.real_arrays([1, 2], np.arange(2))
    assert x.dtype == y.dtype == np.float64


@pytest.mark.parametrize("value", ["0.5", None, True, 1j, [1j], [[1.0], [1.0, 2.0]], np.asarray([True]), ["a"]])
def test_what_is_not_real_is_refused(value):
    with pytest.raises(ValueError, match="real number"):
        arrays.real_arrays(value)


def test_require_names_the_first_offender_among_broadcast_values():
    xp, (x, y), _ = arrays.real_arrays([[0.1], [0.2]], [1.0, -3.0])
    with pytest.raises(ValueError, match=r"y must be >= 0, got -3.0"):
        arrays.require(xp, (x > 0) & (y >= 0), y, "y", ">= 0")


def test_compute_where_does_not_depend_on_the_pieces():
    xp, (x,), _ = arrays.real_arrays(np.linspace(-1, 1, 101).reshape(1, 101))
    results = [
        arrays.compute_where(xp, x > 0, lambda xp, x: xp.sqrt(x), (x,), xp.asarray(-1.0), chunk=chunk)
        for chunk in (1, 7, 1000)
    ]
    expected = np.where(x > 0, np.sqrt(np.abs(x)), -1)
    for result in results:
        assert result.tolist() == expected.tolist()


def test_compute_where_with_nothing_selected():
    xp, (x,), _ = arrays.real_arrays([1.0, 2.0])
    assert arrays.compute_where(xp, x > 5, lambda xp, x: 1 / 0, (x,), x).tolist() == [1.0, 2.0]


def test_require_on_a_device_that_is_not_the_host():
    device = array_api_strict.Device("device1")
    x = array_api_strict.asarray([1.0, -2.0], device=device)
    assert arrays.device_of(x) == device
    with pytest.raises(ValueError, match=r"x must be > 0, got -2.0"):
        arrays.require(arrays.namespace(x), x > 0, x, "x", "> 0")


WITHOUT_COMPAT = """
import sys
sys.modules["array_api_compat"] = None
import numpy as np
from theory import arrays
from theory.classification.gaussian_tail import normal_tail
xp, (x, y), scalar = arrays.real_arrays(np.asarray([0.5, 2.0]), 1)
assert xp is np and not scalar and y.dtype == np.float64
assert arrays.is_array(x) and not arrays.is_array(np.float64(1)) and arrays.device_of(x) == "cpu"
assert arrays.compute_where(xp, x > 1, lambda xp, x: -x, (x,), x).tolist() == [0.5, -2.0]
assert arrays.one_largest(xp, x).tolist() == [False, True]
assert abs(normal_tail(1.0) - 0.15865525393145707) < 1e-16
try:
    import array_api_strict
    arrays.namespace(array_api_strict.asarray(1.0))
except TypeError as error:
    assert "array-api-compat" in str(error)
else:
    raise AssertionError
"""


def test_numpy_alone_does():
    subprocess.run([sys.executable, "-W", "error", "-c", WITHOUT_COMPAT], check=True, capture_output=True, text=True)
