import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, Ridge

from experiments.bag_regression import Bags, Setting, bagged_regression, compare
from experiments.bag_regression.comparison import RHOS, RIDGES
from experiments.bag_regression.tables import released_averages
from experiments.streams import Stream


@pytest.fixture(scope="module")
def diabetes():
    return load_diabetes(return_X_y=True)


def by_name(found):
    return {(rule.rule, rule.private): rule for rule in found}


def split(rows, k, seed=0):
    """Return rows for training, in the order of bags, and for testing."""
    order = np.argsort(Stream.named(seed, "bag_regression", "split").uniform(range(k, k + 1), rows)[0])
    return order[rows // 5 :], order[: rows // 5]


def scaled(X, train):
    return (X - X[train].mean(axis=0)) / X[train].std(axis=0)


def test_rules_are_those_of_bagged_regression_on_the_split(diabetes):
    X, y = diabetes
    found = by_name(compare(X, y, 6, rho=0.2, ridge=0.01, repeats=2))
    for k in range(2):
        train, test = split(442, k)
        assert len(test) == 88
        features = scaled(X, train)
        for rule, rho in (("bag loss", 0.0), ("instance loss", 1.0), ("given rho", 0.2)):
            fit = bagged_regression(features[train], y[train], 6, rho, 0.01)
            row = found[rule, False]
            assert row.error[k] == pytest.approx(((y[test] - fit.predict(features[test])) ** 2).mean())
            assert (row.bag_loss[k], row.instance_loss[k]) == pytest.approx((fit.bag_loss, fit.instance_loss))
            assert row.within[k] == pytest.approx(fit.within)
        mean = found["mean prediction", False]
        assert mean.error[k] == pytest.approx(((y[test] - y[train].mean()) ** 2).mean())
        assert mean.within[k] == 0
    assert found["bag loss", False].mean == pytest.approx(np.mean(found["bag loss", False].error))


def test_the_reference_is_ridge_and_sees_every_label(diabetes):
    X, y = diabetes
    row = by_name(compare(X, y, 6, repeats=1))["individual labels, best ridge", False]
    train, test = split(442, 0)
    features = scaled(X, train)
    model = Ridge(alpha=len(train) * row.ridge[0]) if row.ridge[0] else LinearRegression()
    model.fit(features[train], y[train])
    assert row.error[0] == pytest.approx(((y[test] - model.predict(features[test])) ** 2).mean())


def test_penalties_are_chosen_by_bags_that_were_held_out(diabetes):
    X, y = diabetes
    found = by_name(compare(X, y, 10, ridge=0.01, repeats=1))
    train, _ = split(442, 0)
    features = scaled(X, train)[train][:350]
    means = y[train][:350].reshape(35, 10).mean(axis=1)

    def held_out(rho, ridge):
        total = 0.0
        for fold in range(5):
            kept = np.arange(35) % 5 != fold
            rows = np.repeat(kept, 10)
            fit = bagged_regression(features[rows], np.repeat(means[kept], 10), 10, rho, ridge)
            total += ((means - fit.predict(features).reshape(35, 10).mean(axis=1))[~kept] ** 2).sum()
        return total

    assert found["best rho", False].rho == [min(RHOS, key=lambda rho: held_out(rho, 0.01))]
    assert found["bag loss, best ridge", False].ridge == [min(RIDGES, key=lambda ridge: held_out(0.0, ridge))]


def test_single_labels_are_not_looked_at(diabetes):
    """Labels that are shuffled within their bags give the same rules."""
    X, y = diabetes
    train, _ = split(442, 0)
    moved = y.copy()
    moved[train[:350]] = y[train[:350]].reshape(70, 5)[:, [4, 2, 3, 0, 1]].ravel()
    first, second = (by_name(compare(X, labels, 5, repeats=1)) for labels in (y, moved))
    for key, row in first.items():
        same = row.error == pytest.approx(second[key].error, rel=1e-9)
        assert same == (key[0] != "individual labels, best ridge")


def test_private_rules_have_clipped_labels_and_noise_and_lose(diabetes):
    X, y = diabetes
    found = by_name(compare(X, y, 5, epsilon=1.0, clip=(25.0, 346.0), repeats=6))
    plain = by_name(compare(X, y, 5, repeats=6))
    almost = by_name(compare(X, y, 5, epsilon=1e9, clip=(25.0, 346.0), repeats=6))
    names = {name for name, private in found if private}
    assert names == {name for name, _ in plain} - {"individual labels, best ridge"}
    for name in names:
        assert found[name, False].error == plain[name, False].error
        assert found[name, True].mean > found[name, False].mean
        assert almost[name, True].error == pytest.approx(plain[name, False].error, rel=1e-4)


def test_private_penalties_are_chosen_by_the_averages_with_noise(diabetes):
    """Splits have noise of their own, and what is chosen is a function of what is released."""
    X, y = diabetes
    train, _ = split(442, 2)
    setting = Setting(5, epsilon=0.3, clip=(25.0, 346.0))
    released = released_averages(y[train], Bags(354, 5), setting, 0, 2)
    found = by_name(compare(X, y, 5, epsilon=0.3, clip=(25.0, 346.0), repeats=3))
    own = y.copy()
    own[train] = np.repeat(released, Bags(354, 5).sizes)  # a table whose bags have these averages
    other = by_name(compare(X, own, 5, repeats=3))
    for name in ("best rho", "bag loss, best ridge"):
        private, public = found[name, True], other[name, False]
        assert (private.rho[2], private.ridge[2]) == (public.rho[2], public.ridge[2])
        assert private.error[2] == pytest.approx(public.error[2])
        assert (private.rho[2], private.ridge[2]) != (found[name, False].rho[2], found[name, False].ridge[2])


def test_a_split_depends_on_its_own_number_alone(diabetes):
    X, y = diabetes
    few, more = (by_name(compare(X, y, 7, repeats=repeats))["best rho", False].error for repeats in (2, 4))
    assert few == more[:2]
    assert np.isnan(compare(X, y, 7, repeats=1)[0].standard_error)


def test_columns_of_any_size_and_columns_that_are_constant_in_a_split():
    X = Stream(2).normal(1, (40, 4))[0]
    y = X[:, 0]
    X[:, 3] = 0.0
    X[7, 3] = 1.0
    wide = X * [1e-200, 1e200, 1.0, 1.0]
    ours, theirs = (by_name(compare(table, y, 2, repeats=8))["bag loss", False].error for table in (X, wide))
    assert ours == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bag_size": 9}, "at most 8, half of the 16 training rows.*got 9"),
        ({"bag_size": 0}, "the bag size must be"),
        ({"X": np.ones((2, 1)), "y": [0.0, 1.0], "bag_size": 1}, "at least 3 rows are needed"),
        ({"epsilon": 1.0}, "labels must be clipped"),
        ({"epsilon": 0.0, "clip": (0.0, 1.0)}, "epsilon must be"),
        ({"rho": -1.0}, "rho must be"),
        ({"repeats": 0}, "repeats must be"),
        ({"seed": -1}, "seed must be"),
        ({"y": np.arange(20.0) * 1e200}, "so large that squared errors overflow"),
        ({"y": np.arange(20.0) * 1e-170}, "y varies by 1.9e-169 at most, so little that squared errors vanish"),
        ({"epsilon": 1e-140, "clip": (0.0, 1.0)}, "the noise of privacy, are so large"),
        ({"X": np.arange(20.0)[:, None] * 9e306}, "so large that their means overflow"),
    ],
)
def test_bad_input_is_refused(changes, message):
    given = {"X": np.arange(20.0)[:, None], "y": np.arange(20.0), "bag_size": 2, "repeats": 1} | changes
    with pytest.raises(ValueError, match=message):
        compare(**given)
