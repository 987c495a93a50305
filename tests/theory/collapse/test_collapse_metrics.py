import json
import math

import array_api_strict
import numpy as np
import pytest

from theory.collapse import metrics
from theory.collapse.deep_linear.geometry import orthogonal_frame, simplex_etf, simplex_spreads
from theory.collapse.metrics import nc_metrics


def example(sizes=(30, 20, 5, 1), d=6, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    means = rng.standard_normal((len(sizes), d))
    return means[labels] + noise * rng.standard_normal((len(labels), d)), labels, means


def textbook(X, y):
    """Return NC1 from its scatter matrices."""
    K = y.max() + 1
    means = np.stack([X[y == k].mean(axis=0) for k in range(K)])
    residuals, centred = X - means[y], means - means.mean(axis=0)
    within, between = residuals.T @ residuals / len(X), centred.T @ centred / K
    return np.trace(within @ np.linalg.pinv(between, rcond=1e-10)) / K, np.trace(within), np.trace(between)


@pytest.mark.parametrize(("sizes", "d"), [((30, 20, 5, 1), 6), ((4, 3, 2, 5, 3, 2, 2), 3), ((2, 2), 1)])
def test_agrees_with_the_scatter_matrices(sizes, d):
    X, y, _ = example(sizes, d)
    found = nc_metrics(X, y)
    nc1, within, between = textbook(X, y)
    assert found.nc1 == pytest.approx(nc1, rel=1e-10)
    assert found.within == pytest.approx(within, rel=1e-12)
    assert found.between == pytest.approx(between, rel=1e-12)
    assert found.rank == min(len(sizes) - 1, d)
    assert found.class_sizes == sizes


def test_pieces_do_not_change_the_answer(monkeypatch):
    X, y, W = example()
    whole = nc_metrics(X, y, W)
    monkeypatch.setattr(metrics, "_CHUNK", 13)
    pieces = nc_metrics(X, y, W)
    assert pieces.nc1 == pytest.approx(whole.nc1, rel=1e-13)
    np.testing.assert_allclose(pieces.means, whole.means, rtol=1e-13)


def test_of_perfect_collapse_everything_is_zero():
    M = simplex_etf(4, 5)
    y = np.tile(np.arange(4), 6)
    found = nc_metrics(M[y] + 7.0, y, 3 * M)
    assert 0 <= found.nc1 < 1e-28
    for name in ("etf_distance", "nc3", "product_distance", "classifier_etf_distance"):
        assert getattr(found, name) < 1e-13, name
    np.testing.assert_allclose(found.centred_norms, 1, rtol=1e-13)
    np.testing.assert_allclose(found.centred_cosines, 4 / 3 * np.eye(4) - 1 / 3, atol=1e-13)
    np.testing.assert_allclose(found.classifier_norms, 3, rtol=1e-13)
    frame = orthogonal_frame(4, 5)
    free = nc_metrics(frame[y], y, 2 * frame)
    assert (free.frame_distance, free.orthogonality_distance, free.nc3_uncentred) == (0, 0, 0)
    assert free.etf_distance < 1e-14  # an orthogonal frame, centred, is a simplex


def test_spreads_of_means_and_classifier():
    X, y, W = example()
    found = nc_metrics(X, y, W)
    means = np.stack([X[y == k].mean(axis=0) for k in range(4)])
    named = {"": means - means.mean(axis=0), "classifier_": W}
    for prefix, vectors in named.items():
        for name, value in zip(
            ("norm_spread", "cosine_spread", "cosine_offset"), simplex_spreads(vectors), strict=True
        ):
            assert getattr(found, prefix + name) == pytest.approx(value, rel=1e-12)
            assert found.to_json()[prefix + name] == getattr(found, prefix + name)
    assert nc_metrics(X, y).classifier_cosine_offset is None


@pytest.mark.parametrize(("noise", "largest"), [(3.0, 3e38), (1e-3, 1e-37)])
def test_single_precision_near_the_ends_of_its_range(noise, largest):
    X, y, _ = example(noise=noise)
    X = (X * (largest / np.abs(X).max())).astype(np.float32)
    assert nc_metrics(X, y).nc1 == pytest.approx(nc_metrics(X.astype(float), y).nc1, rel=1e-6)


def test_a_classifier_that_is_orthogonal_to_the_means_has_no_product():
    found = nc_metrics([[1.0, 0.0], [-1.0, 0.0]], [0, 1], [[0.0, 5.0], [0.0, -5.0]])
    assert math.isnan(found.product_distance)


def test_nc3_by_hand():
    X, y = np.array([[1.0, 0.0], [-1.0, 0.0]]), np.array([0, 1])
    assert nc_metrics(X, y, [[0.0, 5.0], [0.0, -5.0]]).nc3 == pytest.approx(math.sqrt(2), rel=1e-15)
    assert nc_metrics(X, y, [[-1.0, 0.0], [1.0, 0.0]]).nc3 == pytest.approx(2, rel=1e-15)
    assert nc_metrics(X, y).nc3 is None


def test_scale_shift_and_order_do_not_matter():
    X, y, W = example()
    base = nc_metrics(X, y, W)
    order = np.random.default_rng(1).permutation(len(y))
    for features in (1e160 * X, 1e-160 * X, X + 1e3):
        other = nc_metrics(features[order], y[order], W)
        assert other.nc1 == pytest.approx(base.nc1, rel=1e-9)
        assert other.etf_distance == pytest.approx(base.etf_distance, rel=1e-9)
        assert other.nc3 == pytest.approx(base.nc3, rel=1e-9)


def test_single_sample_classes_have_no_variability():
    X, y, _ = example()
    found = nc_metrics(X, y)
    assert found.single_sample_classes == (3,)
    alone = nc_metrics(simplex_etf(4), np.arange(4))
    assert (alone.nc1, alone.within) == (0.0, 0.0)


def test_rank_deficient_scatter_is_left_to_the_pseudo_inverse():
    y = np.repeat(np.arange(3), 2)
    X = np.array([[0.0, 0], [0, 2], [1, 0], [1, 2], [2, 0], [2, 2]])  # means on a line, variability across it
    found = nc_metrics(X, y)
    assert (found.rank, found.nc1, found.within) == (1, 0.0, 1.0)
    assert found.single_sample_classes == ()
    nearly = nc_metrics(X + np.array([0, 1e-3])[None] * (y == 2)[:, None], y, cutoff=0.01)
    assert (nearly.rank, nearly.cutoff) == (1, 0.01)
    assert nc_metrics(X + np.array([0, 1e-3])[None] * (y == 2)[:, None], y).rank == 2


def test_coinciding_means():
    y = np.array([0, 0, 1, 1])
    spread = nc_metrics([[1.0], [3.0], [1.0], [3.0]], y, [[1.0], [-1.0]])
    assert spread.nc1 == math.inf
    assert math.isnan(spread.etf_distance)
    assert math.isnan(spread.nc3)
    assert math.isnan(nc_metrics([[2.0]] * 4, y).nc1)
    zero = nc_metrics([[1.0], [-1.0], [1.0], [-1.0]], y)
    assert math.isnan(zero.frame_distance)
    assert json.dumps(zero.to_json(), allow_nan=False)
    # Means that differ by the rounding of a large common part coincide.
    assert nc_metrics(1e16 + np.array([[0.0], [2.0], [2.0], [4.0]]), y).rank == 0


def test_single_precision_is_summed_in_double():
    X, y, W = example((4000, 3000, 2000), 8, 0.05)
    X = (X + 10).astype(np.float32)
    found, exact = nc_metrics(X, y, W[:3].astype(np.float32)), nc_metrics(X.astype(np.float64), y, W[:3])
    assert found.nc1 == pytest.approx(exact.nc1, rel=1e-6)
    assert found.within == exact.within
    np.testing.assert_array_equal(found.means, exact.means)
    assert found.cutoff > 1e3 * exact.cutoff
    half = nc_metrics(X.astype(np.float16), y)
    assert half.nc1 == pytest.approx(exact.nc1, rel=0.05)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_the_cutoff_tells_rounding_from_directions(dtype):
    y = np.repeat(np.arange(4), 50)
    rng = np.random.default_rng(0)
    line = np.arange(4.0)[:, None] * rng.standard_normal(512) + 5  # four means on a line
    assert nc_metrics((line[y] * 0.7).astype(dtype), y).rank == 1
    assert nc_metrics((line[y] + 0.5 * rng.standard_normal((4, 512))[y]).astype(dtype), y).rank == 3


def test_other_namespaces_and_lists():
    X, y, W = example()
    found, base = nc_metrics(*map(array_api_strict.asarray, (X, y, W))), nc_metrics(X, y, W)
    assert found.nc1 == pytest.approx(base.nc1, rel=1e-12)
    assert found.to_json()["class_sizes"] == base.to_json()["class_sizes"]
    np.testing.assert_allclose(np.asarray(found.mean_cosines), base.mean_cosines, atol=1e-14)
    np.testing.assert_allclose(found.to_json()["mean_norms"], base.mean_norms, rtol=1e-14)
    assert nc_metrics(X.tolist(), y.tolist(), W.tolist()).nc1 == base.nc1
    assert nc_metrics(X, y.astype(np.uint8)).nc1 == base.nc1
    assert nc_metrics(np.array([[0], [1]]), [0, 1]).etf_distance < 1e-15


X4, Y4 = np.eye(4), np.arange(4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X4, [0, 1, 3, 3]), "none of class 2"),
        ((X4, [1, 1, 2, 2]), "none of class 0; numpy.unique"),
        ((X4, Y4, np.ones((5, 4))), "4 examples for 5 classes"),
        ((X4, [0, 1, 0, 10**12]), "1000000000001 classes"),
        ((X4, [0, 1, 0, 1], np.ones((3, 4))), "none of class 2"),
        ((X4, Y4, np.ones((2, 4))), "label 3 has no row"),
        ((X4, Y4, np.ones((4, 3))), r"shape \(classes, 4\)"),
        ((X4, Y4, np.zeros((4, 4))), "classifier is zero"),
        ((X4, Y4, np.full((4, 4), np.nan)), "classifier must be finite"),
        ((X4, [0, 0, 0, 0]), "at least two classes"),
        ((X4, Y4 * 1.0), "labels must be integers"),
        ((X4, Y4 > 1), "labels must be integers"),
        ((X4, [0, 1, -1, 0]), "got -1"),
        ((X4, Y4[:3]), "one for each of the 4 examples"),
        ((X4[0], Y4), r"array \(examples, dimensions\)"),
        ((X4 + np.diag([0, 0, np.nan, 0]), Y4), "in example 2"),
        ((X4 * np.diag([1, np.inf, 1, 1]), Y4), "in example"),
        ((np.full((4, 2), 1e308), [0, 0, 1, 1]), "too large"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_bad_input(arguments, message):
    with pytest.raises(ValueError, match=message):
        nc_metrics(*arguments)


def test_cutoffs_of_any_type():
    assert nc_metrics(X4, Y4, cutoff=np.float32(0.5)).cutoff == 0.5


@pytest.mark.parametrize("cutoff", [1.0, -0.1, math.nan, "a", [0.1]])
def test_cutoff_out_of_range(cutoff):
    with pytest.raises(ValueError, match="cutoff must be"):
        nc_metrics(X4, Y4, cutoff=cutoff)
