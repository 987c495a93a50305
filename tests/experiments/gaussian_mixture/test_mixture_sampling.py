import numpy as np
import pytest
from scipy.stats import binom, chi2, ks_2samp, kstest

from experiments.gaussian_mixture.errors import rule_error
from experiments.gaussian_mixture.mixture import GaussianMixture
from experiments.gaussian_mixture.naive_bayes import per_class, pooled, statistics
from experiments.gaussian_mixture.plug_in import plug_in
from experiments.gaussian_mixture.sampling import draw, naive_bayes_statistics, plug_in_directions
from experiments.streams import Stream

# Seeds are fixed, so that a test passes always or never; each had a chance of 1e-4 to fail when it was written.
ALARM = 1e-4
MIXTURE = GaussianMixture([[0.0, 1.0, 0.0], [1.0, -1.0, 0.5]], [[1.0, 0.5, 2.0], [1.5, 1.0, 0.2]], [0.4, 0.6])
SHARED = GaussianMixture(MIXTURE.means, [1.0, 0.5, 2.0], MIXTURE.weights)


def test_samples_are_beginnings_of_longer_ones_and_rows_are_their_own():
    long = draw(MIXTURE, Stream(7), 6, 20)
    short = draw(MIXTURE, Stream(7), range(2, 5), 8)
    assert np.array_equal(short[0], long[0][2:5, :8])
    assert np.array_equal(short[1], long[1][2:5, :8])


@pytest.mark.parametrize("kind", ["diag", "tied", "full", "tied_diag"])
def test_moments_of_draws(kind):
    half = np.asarray([[1.0, 0.0], [0.8, 0.5]])
    covariances = {"diag": [[1.0, 2.0], [0.5, 3.0]], "tied_diag": [1.0, 2.0], "tied": half @ half.T}
    covariances["full"] = np.stack([half @ half.T, np.eye(2)])
    mixture = GaussianMixture([[1.0, 2.0], [-3.0, 0.0]], covariances[kind], [0.25, 0.75], kind)
    m = 60_000
    x, y = (array[0] for array in draw(mixture, Stream.named(2, kind), 1, m))
    assert abs(y.mean() - 0.75) < 4 * np.sqrt(0.1875 / m)
    for k in range(2):
        own = x[y == k]
        expected = mixture.covariance(k)
        assert np.all(np.abs(own.mean(axis=0) - mixture.means[k]) < 4 * np.sqrt(np.diag(expected) / len(own)))
        assert np.allclose(np.cov(own.T), expected, atol=5 * np.max(expected) * np.sqrt(2 / len(own)))


def test_statistics_have_the_laws_they_claim():
    kept = naive_bayes_statistics(MIXTURE, Stream(11), 20_000, 9)
    ones = kept.counts[:, 1]
    frequency = np.bincount(ones.astype(int), minlength=10)
    expected = 20_000 * binom.pmf(np.arange(10), 9, 0.6)
    assert chi2.sf(np.sum((frequency - expected) ** 2 / expected), 9) > ALARM
    standard = (kept.means[:, 1, :] - MIXTURE.means[1]) * np.sqrt(ones[:, None] / MIXTURE.variances[1])
    for j in range(3):
        assert kstest(standard[ones > 0, j], "norm").pvalue > ALARM
        some = ones > 1
        uniform = chi2.cdf(kept.scatter[some, 1, j] / MIXTURE.variances[1, j], ones[some] - 1)
        assert kstest(uniform, "uniform").pvalue > ALARM
    assert np.all(kept.scatter[kept.counts < 2] == 0)
    correlations = np.corrcoef(np.column_stack([standard[ones > 1], uniform]).T)
    assert np.max(np.abs(correlations - np.eye(4))) < 4 / np.sqrt(len(uniform))


@pytest.mark.parametrize("m", [2, 5, 40])
@pytest.mark.parametrize("mixture", [MIXTURE, SHARED], ids=["own", "shared"])
def test_errors_without_data_have_the_law_of_those_from_data(mixture, m):
    R = 4000
    data = statistics(*draw(mixture, Stream.named(1, "data", m), R, m))
    drawn = naive_bayes_statistics(mixture, Stream.named(1, "drawn", m), R, m, pooled=True)
    first, second = (rule_error(pooled(kept), mixture) for kept in (data, drawn))
    assert ks_2samp(first, second).pvalue > ALARM
    own = naive_bayes_statistics(mixture, Stream.named(1, "own", m), R, m)
    point = np.asarray([[0.3, 0.2, -0.4]])
    scores = [per_class(kept).difference().scores(point)[:, 0] for kept in (data, own)]
    assert ks_2samp(*scores).pvalue > ALARM


def test_a_wrong_law_is_noticed():
    R, m = 4000, 5
    data = statistics(*draw(SHARED, Stream.named(1, "data", m), R, m))
    wrong = naive_bayes_statistics(
        GaussianMixture(SHARED.means, 1.3 * SHARED.covariances, SHARED.weights), Stream(4), R, m
    )
    first, second = (rule_error(pooled(kept), SHARED) for kept in (data, wrong))
    assert ks_2samp(first, second).pvalue < 1e-8


def test_three_classes_and_certain_classes():
    three = GaussianMixture(np.eye(3), np.ones(3), [0.2, 0.0, 0.8], "tied_diag")
    kept = naive_bayes_statistics(three, Stream(3), 500, 7)
    assert np.all(kept.counts.sum(axis=1) == 7)
    assert np.all(kept.counts[:, 1] == 0)
    assert np.all(kept.means[:, 1] == 0)
    certain = GaussianMixture(np.eye(2), np.ones(2), [0.0, 1.0], "tied_diag")
    assert np.all(naive_bayes_statistics(certain, Stream(3), 50, 7).counts == [0, 7])


def test_full_covariances_have_no_such_statistics():
    with pytest.raises(ValueError, match="diagonal covariances"):
        naive_bayes_statistics(GaussianMixture(np.eye(2), np.eye(2), covariance_type="tied"), Stream(1), 2, 3)
    with pytest.raises(ValueError, match="whole number >= 1"):
        naive_bayes_statistics(SHARED, Stream(1), 2, 0)


def test_plug_in_directions_have_the_law_of_those_from_data():
    mixture = GaussianMixture([[-1.0, -0.5], [1.0, 0.5]], [[1.0, 0.3], [0.3, 0.5]], covariance_type="tied")
    R, m = 4000, 6
    data = plug_in(*draw(mixture, Stream(1), R, m)).weights
    drawn = plug_in_directions(mixture, Stream(2), R, m).weights
    for direction in ([1.0, 0.0], [0.0, 1.0], [1.0, -2.0]):
        assert ks_2samp(data @ direction, drawn @ direction).pvalue > ALARM
    with pytest.raises(ValueError, match="equal weight"):
        plug_in_directions(SHARED, Stream(1), 2, 3)


@pytest.mark.parametrize("weights", [[0.05, 0.25, 0.7], [0.0, 0.3, 0.7]])
@pytest.mark.parametrize("m", [1, 3, 30])
def test_three_classes_have_the_joint_law_of_data_also_where_classes_are_absent(weights, m):
    mixture = GaussianMixture(
        [[0.0, 0.0], [1.0, 2.0], [3.0, -1.0]], [[1.0, 4.0], [0.25, 1.0], [9.0, 0.01]], np.asarray(weights)
    )
    data = statistics(*draw(mixture, Stream(11), 6000, m), classes=3)
    drawn = naive_bayes_statistics(mixture, Stream(12), 6000, m)
    for functional in (
        lambda kept: 100 * kept.counts[:, 2] + kept.counts[:, 1],
        lambda kept: kept.means[:, 1, 0],
        lambda kept: kept.scatter[:, 2, 1],
        lambda kept: kept.means[:, 2, 0] * kept.scatter[:, 1, 0] + kept.counts[:, 0],
        lambda kept: kept.means[:, 0, 0] * kept.means[:, 1, 1] + kept.scatter.sum(axis=(1, 2)),
        lambda kept: per_class(kept).weights[:, 2, 1],
    ):
        assert ks_2samp(functional(data), functional(drawn)).pvalue > ALARM


def test_labels_are_counted_in_pieces_of_bounded_memory(monkeypatch):
    mixture = GaussianMixture([[0.0], [1.0], [2.0]], [1.0], [0.2, 0.3, 0.5])
    whole = naive_bayes_statistics(mixture, Stream(3), 5, 1000)
    asked = []
    original = Stream.categorical

    def spied(self, weights, replicates, shape=(), **options):
        asked.append(5 * shape)
        return original(self, weights, replicates, shape, **options)

    monkeypatch.setattr(Stream, "categorical", spied)
    monkeypatch.setattr("experiments.gaussian_mixture.sampling.COUNTED", 77)
    pieces = naive_bayes_statistics(mixture, Stream(3), 5, 1000)
    assert max(asked) <= 77
    assert np.array_equal(whole.counts, pieces.counts)
    assert np.array_equal(whole.scatter, pieces.scatter)


@pytest.mark.parametrize("sampler", [naive_bayes_statistics, plug_in_directions])
@pytest.mark.parametrize("m", [0, 2.5, True])
def test_a_sample_size_is_a_whole_number(sampler, m):
    with pytest.raises(ValueError, match=f"m must be a whole number >= 1, got {m!r}"):
        sampler(GaussianMixture.symmetric_pair(1.0, 3), Stream(1), 2, m)
