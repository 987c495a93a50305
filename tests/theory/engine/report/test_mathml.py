from xml.etree import ElementTree as ET

import pytest

from theory.engine.report.mathml import LONGEST, balanced, formula

GOOD = [
    r"\mathcal T_\tau(\beta) \ge \frac{\beta^2}{2^\tau(2-\tau)}",
    r"\forall\, \beta \in \left[0, \frac{9}{10}\right],\; n \in [2, \infty) \cap \mathbb{Z}:\quad x \ne 1",
    r"\sqrt{x}",
    r"\begin{cases} 1 & \tau = 1 \\ 0 & \text{otherwise} \end{cases}",
    r"\operatorname*{arg\,max}_{y} \underbrace{p_y}_{\ge 0}",
    r"\left|\sum_{i=1}^n x_i\right| \le \|x\|_1",
    "a < b > c",
]
BAD = [
    r"\frac{1}{2",
    r"x_{1",
    "}{",
    r"\unknownmacro{x}",
    r"\href{javascript:alert(1)}{x}",
    r"\text{\notdefined}",
    r"\style{color:red}{x}",
    "x" * (LONGEST + 1),
    "{" * 1500 + "}" * 1500,
    "",
    "   ",
    "a\x00b",
    r"\left( x",
]


@pytest.mark.parametrize("latex", GOOD)
def test_formulas_become_well_formed_mathml(latex):
    text = formula(latex)
    root = ET.fromstring(text)
    assert root.tag == "math"
    assert "\\" not in "".join(root.itertext())


@pytest.mark.parametrize("latex", BAD)
def test_what_is_no_formula_is_shown_as_its_escaped_source(latex):
    text = formula(latex)
    assert text.startswith('<code class="tex">')
    assert text.count("<") == 2


@pytest.mark.parametrize(
    "latex", [r"\text{<script>alert(1)</script>}", "<img src=x onerror=alert(1)>", r"</math><script>"]
)
def test_markup_in_a_formula_is_text(latex):
    text = formula(latex)
    assert "<script" not in text
    assert "<img" not in text


def test_letters_of_alphabets_need_no_braces():
    assert formula(r"\mathcal T") == formula(r"\mathcal{T}")
    assert "\U0001d4af" in formula(r"\mathcal T")


def test_line_breaks_are_spaces():
    assert formula("a\n  + b") == formula("a + b")


def test_escaped_braces_do_not_count():
    assert balanced(r"\{")
    assert not balanced(r"\\{")
    assert not balanced("}{")


def test_sized_delimiters_become_a_pair():
    shown = formula(r"\Bigl(\sum_y p_y\Bigr)^{1/a}")
    assert shown == formula(r"\left(\sum_y p_y\right)^{1/a}")
    assert shown.startswith("<math")
