"""The parts that pages are put together from."""

import types

import pytest

from theory.engine.conformance.reference import SCORES_LABEL, Reference, Slip
from theory.engine.pages.docstrings import bars_escaped, prepared
from theory.engine.pages.extension import aligned
from theory.engine.pages.functions import module_text, public
from theory.engine.pages.headlines import headline, without_headline
from theory.engine.pages.losses import losses_text
from theory.engine.pages.markup import bullets, code, escaped, fields, heading, inline, table


def test_escaped_text_is_one_line_without_markup():
    assert escaped("a_b *c* |d| `e`\nf") == r"a\_b \*c\* \|d\| \`e\` f"
    assert code("`x`") == "``'x'``"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a ``b`` c", "``b``"),
        ("the sum :math:`x^2` is", ":math:`x^2`"),
        ("see `comp_sum.transform`.", "`comp_sum.transform`"),
        ("`not a name!`", "``not a name!``"),
    ],
)
def test_spans_of_a_docstring_are_kept(text, wanted):
    assert wanted in inline(text)


def test_a_sentence_that_would_begin_a_list_does_not():
    assert inline("1. first").startswith("\\ ")


def test_tables_and_lists_indent_what_has_several_lines():
    text = table(["a", "b"], [["one\n\ntwo", "three"]], widths=(1, 2), name="claims")
    assert "   * - one\n\n       two\n     - three\n" in text
    assert bullets(["one\ntwo"]) == "* one\n  two\n"
    assert fields([("Name", "value"), ("Empty", "")]) == ":Name: value\n"
    assert heading("ab", "=") == "ab\n==\n"


def test_headlines():
    assert headline("One sentence.\n\nMore.", "x") == "One sentence"
    assert headline(None, "x") == "x"
    assert len(headline("word, " * 40, "x")) <= 90
    assert without_headline(["One sentence.", "", "More."]) == ["More."]


def test_bars_are_absolute_values_but_not_in_examples_or_blocks():
    lines = ["|x| is", "", ".. math:: |x|", "", "   |y|", "", "end |z|"]
    assert bars_escaped(lines) == [r"\|x\| is", "", ".. math:: |x|", "", "   |y|", "", r"end \|z\|"]


def test_a_constant_without_docstring_has_none():
    assert prepared("data", "m.X", {}, (dict.__doc__ or "").splitlines()) == []
    assert prepared("data", "m.X", {}, ["A table of |x|."]) == [r"A table of \|x\|."]


def test_formulas_of_several_lines_are_aligned():
    assert aligned("x") == "x"
    assert aligned(r"a \\ b") == r"\begin{split}a \\ b\end{split}"
    assert aligned(r"\begin{cases}a \\ b\end{cases}") == r"\begin{cases}a \\ b\end{cases}"


def module():
    made = types.ModuleType("made")
    source = "import math\nLIMIT = 3\ndef first(): pass\ndef _hidden(): pass\nclass Second: pass\n"
    exec(source, vars(made))
    for name in ("first", "_hidden", "Second"):
        vars(made)[name].__module__ = "made"
    return made


def test_public_names_are_the_module_s_own():
    assert set(public(module())) == {"first", "Second"}
    made = module()
    made.__all__ = ["LIMIT", "first"]
    assert set(public(made)) == {"LIMIT", "first"}
    text = module_text(made, title="Made", line="~")
    assert ".. autofunction:: made.first\n" in text
    assert ".. autodata:: made.LIMIT\n" in text


def test_a_loss_is_told_in_full():
    loss = Reference(
        "demo", "loss", "section 2", r"x^2", SCORES_LABEL, lambda s, y, k=2: s[y] * k, parameters={"k": 2},
        slips=(Slip("the factor *k* is missing", lambda s, y, k=2: s[y]),),
    )  # fmt: skip
    text = losses_text([loss])
    for part in ("demo.loss", "x^2", "section 2", "``k = 2``", r"the factor \*k\* is missing", "a class 0, ..., n-1"):
        assert part in text
