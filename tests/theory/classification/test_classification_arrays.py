import numpy as np
import pytest

from theory.arrays import real_arrays
from theory.classification import arrays


@pytest.mark.parametrize("n", [1, 0, -2, 2.5, float("nan"), float("inf")])
def test_class_counts_must_be_whole(n):
    xp, (n,), _ = real_arrays(n)
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
    xp, (p,), _ = real_arrays([[0.5, 0.5], row])
    with pytest.raises(ValueError, match=f"row 1 {text}"):
        arrays.posteriors(xp, p)


def test_posteriors_within_the_tolerance_pass():
    xp, (p,), _ = real_arrays([[0.3333333, 0.3333333, 0.3333333]])
    arrays.posteriors(xp, p)


@pytest.mark.parametrize("shape", [(), (1,), (3, 1)])
def test_a_class_axis_is_needed(shape):
    xp, (x,), _ = real_arrays(np.ones(shape))
    with pytest.raises(ValueError, match="at least 2 classes"):
        arrays.posteriors(xp, x)
    with pytest.raises(ValueError, match="at least 2 classes"):
        arrays.score_vectors(xp, x)


@pytest.mark.parametrize("labels", [[0, 2], [-1, 0], [0.0, 1.0], [True, False], [0, 1, 1]])
def test_labels_out_of_range_or_shape(labels):
    _, (scores,), _ = real_arrays(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="labels"):
        arrays.class_labels(np, labels, scores)
