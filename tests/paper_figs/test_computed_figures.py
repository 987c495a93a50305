"""Figures that are computed at once: what their data say, and that what is drawn is the data."""

import numpy as np
import pytest

from paper_figs import comp_sum_bounds, comp_sum_gaps, comp_sum_growth, hedge_chain, verdicts_by_paper
from theory.engine.discovery import collect


def test_published_bounds_of_comp_sum_losses_are_never_below_the_exact_ones():
    found = comp_sum_bounds.data(points=25)
    for tau, bounds in found["tau"].items():
        assert bounds["exact"].shape == (len(found["classes"]), 25)
        assert (bounds["published"] >= bounds["exact"] * (1 - 1e-9)).all()
        assert (bounds["simplified"] >= bounds["published"] * (1 - 1e-9)).all()
        if 1 < tau < 2:  # the exact bound does not see the number of classes, the published one does
            np.testing.assert_allclose(bounds["exact"], np.broadcast_to(bounds["exact"][:1], bounds["exact"].shape))
            assert bounds["simplified"][-1, 0] > 2 * bounds["exact"][-1, 0]
    figure = comp_sum_bounds.draw(found)
    line = next(item for item in figure.axes[1].lines if item.get_label() == "n = 2, exact")
    np.testing.assert_array_equal(line.get_ydata(), found["tau"][1.3]["exact"][0])


def test_growth_constants_are_those_of_the_transform():
    found = comp_sum_growth.data(points=39)
    expected = 1 / (2 ** found["at"] * (2 - found["at"]))
    np.testing.assert_allclose(found["measured"], expected, rtol=1e-4)
    above = found["tau"] > 1
    for constants in found["published"].values():
        assert (constants[above] < found["exact"][above]).all()
    assert len(comp_sum_growth.draw(found).axes) == 1


def test_gaps_rise_before_they_fall_and_bounds_only_fall():
    found = comp_sum_gaps.data(points=31)
    assert max(np.diff(found["gap"][0.1])) > 0 > min(np.diff(found["gap"][0.1]))
    for bounds in found["bound"].values():
        assert (np.diff(bounds) <= 0).all()
    figure = comp_sum_gaps.draw(found)
    assert [axes.get_xlabel() for axes in figure.axes] == ["tau", "tau"]


def test_the_chain_of_hedge_holds():
    found = hedge_chain.data(longest=200)
    assert found["horizon"][0] == 1
    for least, worst, bound in zip(found["minimax"], found["worst"], found["bound"], strict=True):
        assert least <= worst * (1 + 1e-12) <= bound * (1 + 1e-12)
    assert np.argmin(found["bound_of_eta"]) == np.argmin(abs(np.log(found["eta"] / found["tuned"])))
    assert min(found["worst_of_eta"]) >= found["minimax_of_hundred"]
    assert len(hedge_chain.draw(found).axes) == 2


def test_verdicts_are_those_on_record(monkeypatch):
    found = verdicts_by_paper.data()
    claims = collect().claims.values()
    assert sum(sum(counts.values()) for counts in found.values()) == len(claims)
    assert set(found) == {claim.paper for claim in claims}
    totals = [sum(counts.values()) for counts in found.values()]
    assert totals == sorted(totals, reverse=True)
    figure = verdicts_by_paper.draw(found)
    assert figure.axes[0].get_title().startswith(f"{len(claims)} claims of {len(found)} papers")
    monkeypatch.setattr("theory.engine.discovery.collect", lambda: type("Empty", (), {"claims": {}}))
    with pytest.raises(ValueError, match="got none"):
        verdicts_by_paper.data()
