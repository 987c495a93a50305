"""Figures that are computed at once: what their data say, and that what is drawn is the data."""

import numpy as np
import pytest

from paper_figs import comp_sum_bounds, comp_sum_gaps, comp_sum_growth, hedge_chain, verdicts_by_paper
from theory.engine.discovery import collect
from theory.engine.evidence import Evidence


def test_published_bounds_of_comp_sum_losses_are_never_below_the_exact_ones():
    found = comp_sum_bounds.data(points=25)
    for tau, bounds in found["tau"].items():
        assert bounds["exact"].shape == (len(found["classes"]), 25)
        assert (bounds["published"] >= bounds["exact"] * (1 - 1e-9)).all()
        assert (bounds["simplified"] >= bounds["published"] * (1 - 1e-9)).all()
        if 1 < tau < 2:  # the exact bound does not see the number of classes, the published one does
            np.testing.assert_allclose(bounds["exact"], np.broadcast_to(bounds["exact"][:1], bounds["exact"].shape))
            assert bounds["simplified"][-1, 0] > 2 * bounds["exact"][-1, 0]
            assert bounds["simplified"][-1, 0] > 1.1 * bounds["published"][-1, 0]
    figure = comp_sum_bounds.draw(found)
    lines = [item for item in figure.axes[1].lines if item.get_label().endswith("exact")]
    assert [line.get_label() for line in lines] == [
        "n = 2, exact",
        "n = 10, exact",
        "n = 100, exact",
        "n = 1000, exact",
    ]
    widths = [line.get_linewidth() for line in lines]
    assert widths == sorted(widths, reverse=True)  # they lie on one another
    for k, line in enumerate(lines):
        np.testing.assert_array_equal(line.get_ydata(), found["tau"][1.3]["exact"][k])
    dotted = [line.get_ydata() for line in figure.axes[1].lines if line.get_linestyle() == ":"]
    np.testing.assert_array_equal(dotted[3], np.minimum(found["tau"][1.3]["simplified"][3], 1))
    ratios = [line.get_ydata() for line in figure.axes[7].lines if line.get_linestyle() == "--"]
    np.testing.assert_array_equal(ratios[2], found["tau"][2.0]["published"][2] / found["tau"][2.0]["exact"][2])
    assert max(ratios[2]) > 5


def test_growth_constants_are_those_of_the_transform():
    found = comp_sum_growth.data(points=39)
    expected = 1 / (2 ** found["at"] * (2 - found["at"]))
    np.testing.assert_allclose(found["measured"], expected, rtol=1e-4)
    above = found["tau"] > 1
    for constants in found["published"].values():
        assert (constants[above] < found["exact"][above]).all()
    (axes,) = comp_sum_growth.draw(found).axes
    drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_array_equal(drawn["published, simplified, n = 100"], found["published"][100])
    np.testing.assert_array_equal(drawn["exact, every n: 1/(2^tau (2 - tau))"], found["exact"])


def turns(values):
    """Return the directions of a curve, each once."""
    signs = [int(sign) for sign in np.sign(np.round(np.diff(values), 9))]
    return [sign for k, sign in enumerate(signs) if sign and sign not in signs[k - 1 : k]]


def test_gaps_fall_and_rise_and_bounds_only_fall():
    found = comp_sum_gaps.data(points=31)
    assert {other: turns(gaps) for other, gaps in found["gap"].items()} == {
        0.1: [-1, 1, -1],
        0.4: [-1, 1, -1],
        0.7: [-1],
    }
    for bounds in found["bound"].values():
        assert (np.diff(bounds) <= 0).all()
    figure = comp_sum_gaps.draw(found)
    assert [axes.get_xlabel() for axes in figure.axes] == ["tau", "tau"]
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), found["gap"][0.1])
    np.testing.assert_array_equal(figure.axes[1].lines[2].get_ydata(), found["bound"][3.0])


def test_the_chain_of_hedge_holds():
    found = hedge_chain.data(longest=200)
    assert found["horizon"][0] == 1
    for least, worst, bound in zip(found["minimax"], found["worst"], found["bound"], strict=True):
        assert least <= worst * (1 + 1e-12) <= bound * (1 + 1e-12)
    assert np.argmin(found["bound_of_eta"]) == np.argmin(abs(np.log(found["eta"] / found["tuned"])))
    assert min(found["worst_of_eta"]) >= found["minimax_of_hundred"]
    left, right = hedge_chain.draw(found).axes
    drawn = {line.get_label(): line.get_ydata() for line in left.lines}
    np.testing.assert_allclose(drawn["bound: sqrt(T ln(2)/2)"], np.sqrt(np.log(2) / 2))  # over sqrt(T)
    np.testing.assert_array_equal(drawn["minimax regret"], found["minimax"] / np.sqrt(found["horizon"]))
    least = next(line for line in right.lines if line.get_label() == "minimax regret")
    assert least.get_ydata()[0] == found["minimax_of_hundred"]
    step = next(line for line in right.lines if line.get_label() == "tuned step")
    assert step.get_xdata()[0] == pytest.approx(np.sqrt(8 * np.log(2) / 100))


def test_verdicts_are_those_on_record(monkeypatch):
    found = verdicts_by_paper.data()
    claims = collect().claims.values()
    assert sum(sum(counts.values()) for counts in found.values()) == len(claims)
    assert set(found) == {claim.paper for claim in claims}
    totals = [sum(counts.values()) for counts in found.values()]
    assert totals == sorted(totals, reverse=True)
    figure = verdicts_by_paper.draw(found)
    assert set(verdicts_by_paper.VERDICTS) == set(Evidence) - {Evidence.UNDECIDED}
    bars = {bar.get_label(): [patch.get_width() for patch in bar] for bar in figure.axes[0].containers}
    proved = [counts["proved"] for counts in found.values()]
    longest = {bar.get_label(): bar[0].get_x() for bar in figure.axes[0].containers}
    assert list(longest.values()) == sorted(longest.values()) != [0] * len(longest)
    assert bars[f"proved ({sum(proved)})"] == proved
    assert figure.axes[0].get_title().startswith(f"{len(claims)} claims of {len(found)} papers")
    monkeypatch.setattr("theory.engine.discovery.collect", lambda: type("Empty", (), {"claims": {}}))
    with pytest.raises(ValueError, match="got none"):
        verdicts_by_paper.data()
