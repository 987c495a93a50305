import array_api_strict
import numpy as np
import pytest

from theory.classification import arrays


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


@pytest.mark.parametrize("n", [1, 0, -2, 2.5, float("nan"), float("inf")])
def test_class_counts_must_be_whole(n):
    xp, (n,), _ = arrays.real_arrays(n)
    with pytest.raises(ValueError, match="n must be a whole number >= 2"):
        arrays.class_counts(xp, n)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ([0.5, 0.6], "sums to 1.1"),
        ([1.5, -0.5], "holds -0.5"),
        ([0.5, float("nan")], "holds nan"),
        ([0.0, 0.0], "sums to 0"),
    ],
)
def test_posteriors_off_the_simplex(row, text):
    xp, (p,), _ = arrays.real_arrays([[0.5, 0.5], row])
    with pytest.raises(ValueError, match=f"row 1 {text}"):
        arrays.posteriors(xp, p)


def test_posteriors_within_the_tolerance_pass():
    xp, (p,), _ = arrays.real_arrays([[0.3333333, 0.3333333, 0.3333333]])
    arrays.posteriors(xp, p)


@pytest.mark.parametrize("shape", [(), (1,), (3, 1)])
def test_a_class_axis_is_needed(shape):
    xp, (x,), _ = arrays.real_arrays(np.ones(shape))
    with pytest.raises(ValueError, match="at least 2 classes"):
        arrays.posteriors(xp, x)
    with pytest.raises(ValueError, match="at least 2 classes"):
        arrays.score_vectors(xp, x)


@pytest.mark.parametrize("labels", [[0, 2], [-1, 0], [0.0, 1.0], [True, False], [0, 1, 1]])
def test_labels_out_of_range_or_shape(labels):
    _, (scores,), _ = arrays.real_arrays(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="labels"):
        arrays.class_labels(np, labels, scores)


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
