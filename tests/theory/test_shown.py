"""Results show themselves: a line, and a table with every public field, all text escaped."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from theory.collapse.deep_linear.minimum import global_minimum
from theory.collapse.metrics import nc_metrics
from theory.online import bounds
from theory.online.hedge import worst_case
from theory.online.optimal_design import optimal_design
from theory.online.worst_case import gradient_descent
from theory.regression.bags import asymptotic_risk, joint_optimum, optimal_bag_size
from theory.regression.more_is_better.prediction import eigenframework
from theory.shown import Shown


@dataclass(frozen=True)
class NotAResult(Shown):
    zero_one_risk: float
    _hidden: int = 3


def test_a_table_of_the_public_fields():
    assert NotAResult(0.25)._repr_html_() == (
        "<table><caption>Not a result</caption><tr><td>zero one risk</td><td>0.25</td></tr></table>"
    )
    assert "&lt;b&gt;" in NotAResult("<b>")._repr_html_()


@pytest.mark.parametrize(
    ("result", "cells"),
    [
        (bounds.exp3(K=10, T=5000), ["expected regret of EXP3", "<td>bound</td><td>479.853</td>", "as usually quoted"]),
        (bounds.hedge(N=2, T=np.asarray([10, 100])), ["array (2,), from 1.86165 to 5.88705"]),
        (
            gradient_descent(2, 1).certify(),
            ["Worst case result", "<td>gradient descent, N = 2, h = 1</td>", "<td>1/10</td>", "Q(x0, x1): 1/4"],
        ),
        (worst_case(4, 1.0), ["<caption>Hedge worst case", "<td>turns</td><td>1</td>"]),
        (asymptotic_risk(0.25, 3, 1.0, 0.0, 1.0), ["<td>bias</td><td>0.518519</td>", "<td>variance</td><td>0.111111"]),
        (joint_optimum(0.25, 3, 1.0), ["<td>ridge</td><td>0.25</td>", "<td>attained</td><td>yes</td>"]),
        (optimal_bag_size(0.5, 0.25, 1.0, sensitivity=1.0), ["<td>bag size</td><td>5</td>", "0.866667"]),
        (global_minimum([4, 2], 1, 0.01, 0.01), ["<caption>Global minimum", "<td>objective</td>"]),
        (nc_metrics([[1.0], [0.8], [-1.0], [-0.8]], [0, 0, 1, 1], [[1.0], [-1.0]]), ["<caption>Collapse metrics"]),
        (eigenframework([1.0] * 9, [0.5] * 9, 4, 4, 0.0), ["<caption>Eigenframework"]),
        (optimal_design(np.eye(3)), ["<td>rank</td><td>3</td>", "array (3,), from 0.333333 to 0.333333"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_results_show_their_numbers(result, cells):
    shown = result._repr_html_()
    assert [cell for cell in cells if cell not in shown] == []
    assert shown.startswith("<table><caption>")
    assert "0x" not in shown
    line = repr(result)
    assert "0x" not in line
    assert "\n" not in line
    assert len(line) < 1000


@dataclass(frozen=True)
class Longer(NotAResult):
    curve: object = None
    working: int = field(default=7, repr=False)


@dataclass(frozen=True)
class OfItsOwn(NotAResult):
    def __repr__(self):
        return "<mine>"


@dataclass(frozen=True)
class Child(OfItsOwn):
    more: int = 0


def test_the_line_has_all_fields_of_the_class_itself_and_a_class_may_write_its_own():
    assert repr(NotAResult(0.25)) == "NotAResult(zero_one_risk=0.25)"
    assert repr(Longer(0.25, curve=np.zeros((5, 40)))) == "Longer(zero_one_risk=0.25, curve=<array (5, 40)>)"
    assert repr(OfItsOwn(0.25)) == repr(Child(0.25)) == "<mine>"


def test_the_risk_is_a_formula_if_it_is_a_number():
    assert asymptotic_risk(0.25, 3, 1.0, 0.0, 1.0)._repr_latex_() == r"$\text{risk} = 0.518519 + 0.111111 = 0.62963$"
    assert asymptotic_risk(0.25, np.asarray([1, 2]), 1.0, 0.0, 1.0)._repr_latex_() is None
