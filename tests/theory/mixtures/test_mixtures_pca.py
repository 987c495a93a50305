"""Limits of the alignment: against a simulated eigenvector, against each other, and at the threshold."""

from __future__ import annotations

import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.mixtures import pca as module


def test_limit_is_that_of_a_simulated_eigenvector():
    rng = np.random.default_rng(8)
    d, n, s = 150, 600, 1.0
    found = []
    for _ in range(12):
        x = rng.standard_normal((n, d))
        x[:, 0] += s * rng.choice([-1.0, 1.0], n)
        found.append(np.linalg.eigh(x.T @ x / n)[1][0, -1] ** 2)
    assert np.mean(found) == pytest.approx(module.pca_alignment(d / n, s), abs=0.03)


def test_plug_in_limit_is_that_of_a_simulated_mean():
    rng = np.random.default_rng(9)
    d, m, s = 400, 200, 1.5
    mean = rng.standard_normal((50, d)) / math.sqrt(m)
    mean[:, 0] += s
    cosines = mean[:, 0] ** 2 / np.sum(mean**2, axis=1)
    assert np.mean(cosines) == pytest.approx(module.plug_in_alignment(d / m, s), abs=0.01)


@given(ratio=st.floats(0.0, 100.0), s=st.floats(0.05, 20.0))
def test_alignment_is_a_squared_cosine_and_zero_up_to_the_threshold(ratio, s):
    value = module.pca_alignment(ratio, s)
    assert 0 <= value <= 1
    if ratio >= module.pca_threshold(s) * (1 + 1e-12):
        assert value == 0
    assert value <= module.plug_in_alignment(ratio, s) + 1e-15


@given(d=st.floats(1, 1000), m=st.floats(1, 1000), s=st.floats(0.2, 5.0))
def test_alignments_are_equal_at_the_number_needed(d, m, s):
    n = module.unlabelled_needed(d, m, s)
    labelled = module.plug_in_alignment(d / m, s)
    assert module.pca_alignment(d / n, s) == pytest.approx(labelled, rel=1e-9, abs=1e-12)
    assert module.pca_alignment(d / (1.01 * n), s) > labelled
    assert module.pca_alignment(d / (0.99 * n), s) < labelled


def test_far_fewer_than_the_square_of_the_labels_suffice():
    assert module.unlabelled_needed(10.0, 1000.0, 1.0) == 2010.0
    assert 40 * module.unlabelled_needed(10.0, 1000.0, 1.0) < 1000.0**2 / 10.0


def test_error_of_an_alignment():
    assert module.alignment_error(0.25, 2.0) == pytest.approx(0.15865525393145707, rel=1e-13)
    errors = module.alignment_error(np.linspace(0, 1, 50), 1.3)
    assert np.all(np.diff(errors) < 0)


def test_extremes_dtype_and_strict_namespace():
    assert module.pca_alignment(1.0, 1e-120) == 0.0
    assert module.pca_alignment(1.0, 1e80) == 1.0
    assert module.pca_alignment(0.0, 1e-200) == 1.0
    assert module.plug_in_alignment(0.0, 1e-200) == 1.0
    assert module.plug_in_alignment(1e-320, 1e-160) == pytest.approx(0.5, rel=1e-3)
    assert module.pca_threshold(1e100) == math.inf
    assert module.plug_in_alignment(np.float32(1), np.asarray([1.0], dtype=np.float32)).dtype == np.float32
    assert module.pca_alignment(array_api_strict.asarray([0.1]), 1.0).dtype == array_api_strict.float64
    assert module.unlabelled_needed(array_api_strict.asarray([10.0]), 5, 1.0).shape == (1,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: module.pca_alignment(-1.0, 1.0), "ratio must be a finite number >= 0"),
        (lambda: module.pca_alignment(1.0, 0.0), "separation must be a finite number > 0"),
        (lambda: module.plug_in_alignment(1.0, math.nan), "separation must be"),
        (lambda: module.alignment_error(1.1, 1.0), r"alignment must be in \[0, 1\]"),
        (lambda: module.unlabelled_needed(0.0, 1.0, 1.0), "d must be"),
        (lambda: module.unlabelled_needed(1.0, -1.0, 1.0), "m must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
