"""The figure: exact against published, labelled, written whole or not at all."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from theory.classification.analysis import analyze_comp_sum, analyze_margin, analyze_phi
from theory.classification.analysis.data import with_comp_sum_data
from theory.classification.analysis.plot import check_output, curves, draw, write_plot
from theory.engine.errors import BadInput

GRID = (Fraction(1, 4), Fraction(1, 2), Fraction(1))


@cache
def _hinge():
    return analyze_margin("max(0,1-u)", grid=GRID)


def test_exact_bound_is_never_above_the_published_one():
    for tau, n in [(0.5, 3), (1.5, 10), (2, 4)]:
        (label, x, y), (_, x_printed, printed) = curves(analyze_comp_sum(tau, n))
        assert label == "exact"
        assert np.all(x == x_printed)
        assert np.all(y <= printed * (1 + 1e-12))


def test_axes_are_labelled_and_data_are_marked():
    analysis = with_comp_sum_data(analyze_comp_sum(1.5, 2), [[0.3, 0.7]], [[1.0, 0.0]])
    axes = draw(analysis).axes[0]
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["exact", "published", "your data"]


def test_margin_and_phi_curves():
    (label, x, y), (printed, _, _) = curves(_hinge())
    assert (label, printed) == ("exact", "published (the same)")
    np.testing.assert_allclose(x, y, atol=1e-9)
    ((label, x, y),) = curves(analyze_margin("exp(-u)+u**4", grid=GRID))
    assert label == "guaranteed"
    assert np.all(np.diff(y) >= 0)
    labels = [label for label, _, _ in curves(analyze_phi("atan(u)", 3, grid=GRID))]
    assert labels == ["exact for two classes"]


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
def test_files_start_as_their_format_does(tmp_path, suffix):
    path = tmp_path / f"plot{suffix}"
    write_plot(_hinge(), path)
    assert path.read_bytes()[:4] in (b"\x89PNG", b"%PDF", b"<?xm")
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_titles_are_not_read_as_formulas(tmp_path):
    from dataclasses import replace

    write_plot(replace(_hinge(), loss=r"a$b\frac{"), tmp_path / "x.png")


@pytest.mark.parametrize("name", ["plot.gif", "plot", "none/plot.png"])
def test_bad_output(tmp_path, name):
    with pytest.raises(BadInput, match=r"allowed: .png|no folder"):
        check_output(tmp_path / name)
