import numpy as np
import pytest

from theory.collapse.deep_linear.geometry import angles
from theory.collapse.deep_linear.minimum import global_minimum
from theory.collapse.predicted import compare


def vectors_of(gram):
    values, directions = np.linalg.eigh(gram)
    return directions * np.sqrt(np.maximum(values, 0))


@pytest.mark.parametrize("depth", [1, 3])
def test_features_at_the_minimum_are_as_predicted(depth):
    sizes, decays = [9, 5, 2], (0.002, 0.003)
    labels = np.repeat(np.arange(3), sizes)
    plain = vectors_of(global_minimum(sizes, depth, *decays).mean_gram)
    found = compare(plain[labels], labels, depth=depth, decays=decays)
    assert found.metrics.nc1 < 1e-28
    assert found.plain.distance < 1e-13
    np.testing.assert_allclose(found.plain.norms, found.plain.predicted_norms, rtol=1e-12)
    np.testing.assert_allclose(found.plain.least_angles, 90, atol=1e-5)
    centred = vectors_of(global_minimum(sizes, depth, *decays, bias=True).mean_gram)
    found = compare(centred[labels] + 1.0, labels, depth=depth, decays=decays)
    assert found.centred.distance < 1e-12
    np.testing.assert_allclose(found.centred.least_angles, found.centred.predicted_angles, atol=1e-5)


def test_balanced_predictions_by_hand():
    labels = np.repeat(np.arange(4), 3)
    found = compare(np.eye(4)[labels], labels, np.eye(4))
    np.testing.assert_allclose(found.plain.predicted_norms, 1, rtol=1e-14)
    np.testing.assert_allclose(found.plain.predicted_angles, 90, rtol=1e-14)
    np.testing.assert_allclose(found.centred.predicted_angles, np.degrees(np.arccos(-1 / 3)), atol=1e-9)
    assert max(found.plain.distance, found.centred.distance, found.classifier.distance) < 1e-13
    assert found.classifier.norms.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("decays", [None, (0.002, 0.003)])
def test_features_narrower_than_the_classes_keep_the_largest(decays):
    sizes = [9, 5, 2]
    labels = np.repeat(np.arange(3), sizes)
    found = compare(np.array([[1.0, 0], [0, 1], [0, 0]])[labels], labels, depth=2, decays=decays)
    assert found.plain.predicted_norms[2] == 0
    assert found.plain.predicted_angles[:2].tolist() == [90, 90]
    assert np.isnan(found.plain.predicted_angles[2])
    assert "not unique" not in found.setting


def test_nothing_is_predicted_where_the_choice_is_free():
    labels = np.arange(8) % 4
    frame = np.random.default_rng(0).standard_normal((4, 3))
    found = compare(frame[labels], labels, frame)
    assert "without a bias not unique at width 3, not shown" in found.setting
    for part in (found.plain, found.classifier):
        assert np.isnan(part.distance)
        assert np.isnan(part.predicted_norms).all()
        assert np.isnan(part.predicted_angles).all()
        assert not np.isnan(part.norms).any()
    np.testing.assert_allclose(found.centred.predicted_angles, np.degrees(np.arccos(-1 / 3)), atol=1e-9)
    assert found.to_json()["class_means"]["predicted_norms"] == [None] * 4


def test_least_angles_are_those_of_all_pairs():
    means = np.random.default_rng(1).standard_normal((6, 4))
    means[4] = 0
    means[5] = means[1] * (1 + 1e-3) + 1e-9
    found = compare(means, np.arange(6)).plain.least_angles
    pairs = np.degrees(angles(means)) + np.where(np.eye(6), np.inf, 0)
    np.testing.assert_allclose(found[[0, 1, 2, 3, 5]], np.nanmin(pairs[[0, 1, 2, 3, 5]], axis=1), atol=1e-9)
    assert np.isnan(found[4])


@pytest.mark.parametrize("zero", [0.0, 1e-14])
def test_zero_vectors_have_no_direction(zero):
    found = compare(np.array([[zero, 0], [1, 0], [0, 2]]), np.arange(3))
    assert np.isnan(found.plain.least_angles[0])
    assert found.plain.norms[0] < 1e-13
    assert found.to_json()["class_means"]["least_angles"][0] is None
