import numpy as np
import pytest

from experiments.bag_regression import bundled, compare
from paper_figs import aggregate_tables


@pytest.fixture(scope="module")
def found():
    return aggregate_tables.data("wine", sizes=(1, 4, 12), repeats=4)


def test_what_is_drawn_is_what_was_compared(found):
    X, y = bundled("wine").split()
    expected = {rule.rule: rule for rule in compare(X, y, 4, repeats=4)}
    assert (found["training"], found["features"], found["sizes"]) == (143, 12, [1, 4, 12])
    for rule, curve in found["rules"].items():
        assert curve["mean"][1] == expected[rule].mean
        assert curve["se"][1] == expected[rule].standard_error
        assert len(curve["mean"]) == len(curve["se"]) == 3
    for flat in aggregate_tables.FLAT:
        assert found["rules"][flat]["mean"] == pytest.approx(found["rules"][flat]["mean"][0])


def test_the_figure_has_a_curve_a_rule_and_names_the_table(found):
    (axes,) = aggregate_tables.draw(found).axes
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in axes.get_lines()]
    for rule in aggregate_tables.RULES:
        assert any(np.array_equal(line, found["rules"][rule]["mean"]) for line in drawn)
    labels = axes.get_legend_handles_labels()[1]
    assert {label for label, *_ in (*aggregate_tables.RULES.values(), *aggregate_tables.FLAT.values())} <= set(labels)
    assert axes.get_title().startswith("wine: 143 training rows, 12 features")
