"""Sums along paths by hand, and what the checks of rounds and gradients say."""

import numpy as np
import pytest

from theory.online.sea.paths import (
    checked_gradient,
    checked_rounds,
    checked_start,
    inner,
    like,
    nonnegative,
    norm_sq,
    positive,
    total,
)


def test_sums_by_hand():
    a, b = np.asarray([[1.0, 2.0], [3.0, 4.0]]), np.asarray([[5.0, 6.0], [7.0, -8.0]])
    assert inner(a, b).tolist() == [17.0, -11.0]
    assert norm_sq(a).tolist() == [5.0, 25.0]
    assert total(a).tolist() == [4.0, 6.0]
    assert like(np.zeros(1, dtype=np.float32), [1, 2]).dtype == np.float32


@pytest.mark.parametrize("rounds", [0, -1, 2.0, True, "3", None])
def test_rounds_are_counted(rounds):
    with pytest.raises(ValueError, match="rounds must be an integer of at least 1"):
        checked_rounds(rounds)


def test_numbers_are_checked_by_name():
    positive(D=1.0)
    nonnegative(L=0.0)
    for value in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="D must be positive"):
            positive(D=value)
    for value in (-1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="L must be nonnegative"):
            nonnegative(L=value)


def test_a_gradient_of_exactly_the_declared_size_passes_and_a_larger_one_does_not():
    play = np.zeros((2, 2))
    seen = np.asarray([[0.6, 0.8], [0.0, 0.0]])
    assert checked_gradient(np, 4, play, seen, 1.0).tolist() == seen.tolist()
    with pytest.raises(ValueError, match=r"round 4: the gradient must be at most 1\.0 in norm, as declared"):
        checked_gradient(np, 4, play, 1.001 * seen, 1.0)
    assert checked_gradient(np, 4, play, 5 * seen, None).tolist() == (5 * seen).tolist()


def test_a_start_is_a_finite_point():
    assert checked_start([1, 2]).tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="coordinates along its last axis"):
        checked_start(1.0)
    with pytest.raises(ValueError, match="start must be finite"):
        checked_start([1.0, float("nan")])
