import numpy as np
import pytest

from experiments.bag_regression import Design, Setting, simulate
from experiments.bag_regression.samplers import expected_risk
from paper_figs import aggregate_best_rho, aggregate_double_descent, aggregate_privacy
from paper_figs.tables import long_table
from theory.regression.bags import best_rho, optimal_bag_size, ridge_risk

SMALL = {"dimension": 12, "replicates": 3}


@pytest.fixture(scope="module")
def private():
    return aggregate_privacy.data(**SMALL)


@pytest.fixture(scope="module")
def descent():
    return aggregate_double_descent.data(**SMALL, numbers=10**5)


def test_the_best_rho_is_the_calculators():
    found = aggregate_best_rho.data(**SMALL)
    curve = found["noise"][1.0]
    best = best_rho(0.25, 3, 0.0, 1.0)
    assert curve["rho"][1] == pytest.approx(best.rho)
    assert curve["excess"][1] == pytest.approx(best.risk / ridge_risk(0.25, 3, 1.0))
    assert all(np.all(curve["excess"] > 1) for part in ("noise", "psi") for curve in found[part].values())
    least_norm = found["noise"][0.25]["rho"] == 0
    assert least_norm.tolist() == [m > 10 for m in range(2, 21)]
    assert found["psi"][0.1]["simulated_x"].tolist() == [2, 3, 5, 8, 12, 20]  # they divide n = 120
    assert not np.all(found["psi"][0.75]["attained"])
    settings = [Setting(int(m), float(curve["rho"][m - 2])) for m in curve["simulated_x"]]
    drawn = simulate(Design(48, 12), settings, replicates=3, seed=1)
    assert curve["simulated"] == pytest.approx(drawn.mean / ridge_risk(0.25, curve["simulated_x"], 1.0))
    assert long_table(found)
    panels = aggregate_best_rho.draw(found).axes
    assert len(panels) == 4
    drawn = [line.get_ydata() for line in panels[0].get_lines()]
    assert any(np.array_equal(line[:9], found["noise"][0.25]["rho"][:9]) and np.isnan(line[9:]).all() for line in drawn)


@pytest.mark.parametrize("loss", ["instance", "bag", "interpolating"])
def test_bags_of_one_are_best_with_the_best_ridge_alone(private, loss):
    curves = private["curves"]
    for epsilon in aggregate_privacy.EPSILONS:
        shrunk, bare = curves[loss, "best", epsilon], curves[loss, "none", epsilon]
        assert shrunk["best"] == 1
        assert np.all(np.diff(shrunk["risk"]) > 0)
        best = optimal_bag_size(epsilon, 0.25, 1.0, sensitivity=1.0, loss=loss)
        assert bare["best"] == min(best.bag_size, 20)
        finite = np.isin(bare["x"], bare["simulated_x"])
        assert np.all(np.isfinite(bare["risk"][finite]))
    inside = [1 < curves[loss, "none", epsilon]["best"] < 20 for epsilon in aggregate_privacy.EPSILONS]
    assert inside == [loss != "bag"] * 3 + [False]


def test_private_marks_have_the_noise_of_the_mechanism(private):
    curve = private["curves"]["instance", "none", 0.5]
    wide = aggregate_privacy.WIDE
    settings = [Setting(int(m), 1.0, epsilon=0.5 * (wide[1] - wide[0]), clip=wide) for m in curve["simulated_x"]]
    assert [setting.effective_noise for setting in settings] == pytest.approx(1 + 8 / curve["simulated_x"])
    assert curve["simulated"] == pytest.approx(simulate(Design(48, 12), settings, replicates=3, seed=1).mean)


def test_rings_are_drawn_where_the_best_size_is_shown(private):
    assert long_table(private)
    panels = aggregate_privacy.draw(private).axes
    assert len(panels) == 6
    rings = [sum(line.get_markersize() == 10 for line in axes.get_lines()) for axes in panels]
    assert rings == [4, 2, 4, 4, 4, 4]


def test_the_peak_is_without_ridge_alone(descent):
    for psi in aggregate_double_descent.PSIS:
        bare, shrunk = descent["psi"][psi, "none"], descent["psi"][psi, "best"]
        assert bare["x"][np.argmax(bare["risk"])] == pytest.approx(1 / psi)
        assert np.isinf(bare["risk"].max())
        assert np.all(np.diff(shrunk["risk"]) >= 0)
        assert np.all(shrunk["risk"] <= bare["risk"] * (1 + 1e-12))


def test_marks_are_means_but_medians_at_the_peak(descent):
    curve = descent["noise"][1.0, "none"]
    drawn = simulate(Design(48, 12), [Setting(int(m)) for m in curve["simulated_x"]], replicates=3, seed=1)
    peak = curve["simulated_x"] == 4
    assert curve["simulated"] == pytest.approx(np.where(peak, np.median(drawn.risks, axis=1), drawn.mean))


def test_distances_from_the_limit_fall_like_one_over_n(descent):
    for distances in descent["exact"].values():
        assert np.all(distances > 0)
        assert distances[-2] / distances[-1] == pytest.approx(2, rel=0.05)
    distances, errors = descent["simulated"]["rho = 0.5, no ridge"]
    # about 0.6 by many more draws of other seeds
    scaled, spread = distances * descent["n"], errors * descent["n"]
    assert np.all(np.abs(scaled - 0.6) < 4 * spread + 0.05)
    replicates = 10**5 // (24 * 6)
    risks = expected_risk(Design(24, 6), Setting(2, 0.5), range(replicates), 1)
    assert errors[0] == pytest.approx(risks.std(ddof=1) / replicates**0.5)
    assert long_table(descent)
    assert len(aggregate_double_descent.draw(descent).axes) == 3
