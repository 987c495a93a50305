import pytest
from matplotlib.figure import Figure

from paper_figs.frames import band, handles_by_label, one_panel_each, stored_rows
from paper_figs.style import BLUE, GREEN

CURVE = {"rounds": [1, 2, 3], "regret": [0.0, 1.0, 1.5], "low": [0.0, 0.5, 1.0], "high": [0.5, 2.0, 3.0]}


class Rows:
    def __init__(self, *rows):
        self.rows = lambda: iter(rows)


def test_rows_are_plain_and_an_empty_store_names_its_simulator():
    assert stored_rows(Rows(((("T", 3),), {"regret": 1.0})), "toy") == [({"T": 3}, {"regret": 1.0})]
    with pytest.raises(ValueError, match="must have results of the simulator toy, got none"):
        stored_rows(Rows(), "toy")


def test_panels_without_a_name_are_blank():
    drawn, panels = [], Figure().subplots(1, 3)
    one_panel_each(panels, ["a", "b"], lambda axes, name: drawn.append((axes, name)))
    assert drawn == [(panels[0], "a"), (panels[1], "b")]
    assert [axes.axison for axes in panels] == [True, True, False]


def test_a_band_is_the_curve_and_what_lies_between_low_and_high():
    axes = Figure().subplots()
    band(axes, CURVE, "regret", color=GREEN, ls="--", label="mean")
    (line,), (area,) = axes.lines, axes.collections
    assert (line.get_ydata().tolist(), line.get_color(), line.get_linestyle()) == ([0.0, 1.0, 1.5], GREEN, "--")
    assert (area.get_alpha(), area.get_label()[0]) == (0.2, "_")
    assert {tuple(point) for point in area.get_paths()[0].vertices} >= {(2.0, 0.5), (2.0, 2.0), (3.0, 1.0)}


def test_each_label_is_there_once_in_the_order_of_the_panels():
    panels = Figure().subplots(1, 2)
    for axes, names in zip(panels, (["mean"], ["bound", "mean"]), strict=True):
        for name in names:
            axes.plot([0, 1], color=BLUE, label=name)
    named = handles_by_label(panels)
    assert list(named) == ["mean", "bound"]
    assert named["bound"] is panels[1].lines[0]
