import array_api_strict
import numpy as np
import pytest

from theory.classification.comp_sum import conditional_minimum, conditional_risk
from theory.classification.minimizability import assess, assess_files, gap_of_constants, gap_of_table


def test_gap_of_constants_by_hand():
    # Two deterministic points of different labels: one constant pays C*(1/2, 1/2), functions pay nothing.
    for tau, expected in ((0, 1.0), (1, np.log(2)), (2, 0.5), (3, 0.25)):
        gap = gap_of_constants([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], tau)
        assert gap.surrogate == pytest.approx(expected)
        assert gap.zero_one == 0.5


@pytest.mark.parametrize("tau", [0, 0.5, 1, 1.7, 2, 3])
def test_gap_of_constants_agrees_with_a_search(tau):
    rng = np.random.default_rng(2)
    p, weights = rng.dirichlet(np.ones(3), 4), rng.dirichlet(np.ones(4))
    gap = gap_of_constants(weights, p, tau)
    grid = 6 * rng.normal(size=(4000, 3))
    risks = (weights * conditional_risk(p, grid[:, None, :], tau)).sum(axis=1)
    assert gap.best_risk <= risks.min()
    assert gap.best_risk == pytest.approx(risks.min(), rel=0.02)
    assert gap.surrogate >= 0
    assert gap.mean_least_risk == pytest.approx(float((weights * conditional_minimum(p, tau)).sum()))


def test_gap_of_a_table_by_hand():
    # Two hypotheses, each right at one point: the best has the error 1/2, the best at each point none.
    scores = np.log([[[0.75, 0.25], [0.75, 0.25]], [[0.25, 0.75], [0.25, 0.75]]])
    gap = gap_of_table([0.5, 0.5], [[1.0, 0.0], [0.0, 1.0]], scores, 0)
    assert gap.best_risk == pytest.approx((1 / 3 + 3) / 2)
    assert gap.mean_least_risk == pytest.approx(1 / 3)
    assert gap.zero_one == 0.5


def test_gap_of_one_hypothesis_is_zero():
    rng = np.random.default_rng(4)
    gap = gap_of_table([0.3, 0.7], rng.dirichlet(np.ones(3), 2), rng.normal(size=(1, 2, 3)), 1.4)
    assert gap.surrogate == pytest.approx(0, abs=1e-15)
    assert gap.zero_one == pytest.approx(0, abs=1e-15)


def test_gap_grows_with_the_hypothesis_set_shrinking_to_its_best_member():
    rng = np.random.default_rng(6)
    p, scores = rng.dirichlet(np.ones(4), 5), rng.normal(size=(7, 5, 4))
    gap = gap_of_table(np.full(5, 0.2), p, scores, 1)
    assert gap.surrogate > 0
    assert gap.best_risk >= gap.mean_least_risk >= conditional_minimum(p, 1).mean()


def test_the_surrogate_gap_need_not_decrease_with_tau():
    p = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.45, 0.45, 0.1]]
    gaps = [gap_of_constants([1 / 3] * 3, p, tau).surrogate for tau in np.linspace(0, 2, 41)]
    assert min(gaps) >= 0
    assert np.diff(gaps).max() > 0


def test_report_by_hand():
    report = assess([[0.7, 0.3], [0.4, 0.6]], [[0.0, 0.0], [1.0, 0.0]], 0)
    surrogate = (1 + 0.4 * np.exp(-1) + 0.6 * np.exp(1)) / 2
    least = (2 * np.sqrt(0.21) + 2 * np.sqrt(0.24)) / 2
    assert report.surrogate_risk == pytest.approx(surrogate)
    assert report.mean_conditional_minimum == pytest.approx(least)
    assert report.empirical_gap == pytest.approx(surrogate - least)
    assert report.zero_one_regret == pytest.approx((0.4 + 0.2) / 2)  # the tie at row 0 counts against the model
    gamma = np.sqrt(1 - (1 - report.empirical_gap) ** 2)
    assert report.guarantee == pytest.approx(gamma)
    assert (report.rows, report.classes) == (2, 2)


@pytest.mark.parametrize("tau", [0, 0.5, 1, 1.5, 1.8, 2, 3])
def test_the_guarantee_holds_on_random_models(tau):
    rng = np.random.default_rng(8)
    for _ in range(40):
        p = rng.dirichlet(np.full(5, 0.5), 30)
        scores = np.log(p + 0.05) / max(2 - tau, 0.2) + rng.normal(size=p.shape) * rng.choice([0, 0.1, 1])
        report = assess(p, scores, tau, weights=rng.dirichlet(np.ones(30)))
        assert 0 <= report.zero_one_regret <= report.guarantee + 1e-12
        assert report.guarantee <= min(1, report.published_guarantee) + 1e-12


def test_perfect_scores_have_no_regret_and_a_vanishing_guarantee():
    p = np.asarray([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]])
    report = assess(p, np.log(p), 1)
    assert report.zero_one_regret == 0
    assert report.guarantee < 1e-7


def test_results_show_themselves():
    report = assess([[0.7, 0.3]], [[1.0, 0.0]], 1)
    assert "<td>zero one regret</td><td>0</td>" in report._repr_html_()
    assert r"\Gamma_{\tau=1}" in report._repr_latex_()
    gap = gap_of_constants([1.0], [[0.7, 0.3]], 0.5)
    assert "best risk" in gap._repr_html_()
    assert gap._repr_latex_().count("$") == 2


def test_files_and_arrays_agree(tmp_path):
    p, scores = np.asarray([[0.7, 0.3], [0.4, 0.6]]), np.asarray([[2.0, 0.0], [1.0, 0.0]])
    np.savetxt(tmp_path / "p.csv", p, delimiter=",", header="cat,dog", comments="")
    np.save(tmp_path / "s.npy", scores)
    assert assess_files(tmp_path / "p.csv", tmp_path / "s.npy", 1) == assess(p, scores, 1)
    np.save(tmp_path / "s.npy", scores[:1])
    with pytest.raises(ValueError, match=r"one shape: .*p\.csv .*\(2, 2\).*s\.npy.*\(1, 2\)"):
        assess_files(tmp_path / "p.csv", tmp_path / "s.npy", 1)


def test_runs_on_the_standard_alone():
    p = array_api_strict.asarray([[0.7, 0.3], [0.4, 0.6]])
    assert assess(p, array_api_strict.asarray([[2.0, 0.0], [1.0, 0.0]]), 1).zero_one_regret == pytest.approx(0.1)
    assert gap_of_constants(array_api_strict.asarray([0.5, 0.5]), p, 1).surrogate > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gap_of_constants([0.5, 0.6], [[1, 0], [0, 1]], 1), "weights must sum to 1"),
        (lambda: gap_of_constants([1.5, -0.5], [[1, 0], [0, 1]], 1), "weights must be >= 0, got -0.5"),
        (lambda: gap_of_constants([float("nan"), 1], [[1, 0], [0, 1]], 1), "weights must be >= 0, got nan"),
        (lambda: gap_of_constants([1.0], [[1, 0], [0, 1]], 1), r"shapes \(m,\) and \(m, n\)"),
        (lambda: gap_of_constants([0.5, 0.5], [[1, 0], [0, 2]], 1), "row 1 sums to 2"),
        (lambda: gap_of_constants([1.0], [[0.5, 0.5]], [1, 2]), "one tau is needed"),
        (lambda: gap_of_constants([1.0], [[0.5, 0.5]], -1), "tau must be"),
        (lambda: gap_of_table([1.0], [[0.5, 0.5]], [[0.0, 0.0]], 1), r"shape \(k, 1, 2\)"),
        (lambda: assess([0.5, 0.5], [0.0, 0.0], 1), r"shape \(rows, classes\)"),
        (lambda: assess([[0.5, 0.5]], [[0.0, 0.0, 0.0]], 1), "scores must have the shape of the posteriors"),
        (lambda: assess([[0.5, 0.5]], [[0.0, float("nan")]], 1), "scores must be finite"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
