"""The parts that pages are put together from."""

import re
import textwrap
import types

import pytest

from theory.engine.conformance.reference import SCORES_LABEL, SCORES_TARGETS, Invariance, Minimum, Reference, Slip
from theory.engine.pages.docstrings import bars_escaped, prepared
from theory.engine.pages.extension import aligned
from theory.engine.pages.functions import module_text, public
from theory.engine.pages.headlines import headline, without_headline
from theory.engine.pages.losses import losses_text
from theory.engine.pages.markup import bullets, code, escaped, fields, formula, heading, inline, table


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


def test_what_could_be_markup_is_escaped():
    assert escaped("a:: b: c") == r"a\:: b: c"
    assert escaped(r"\x") == r"\\x"
    assert inline("x``y``z, ``b``z, x``c``, (``d``), [``e``]: ``f``.") == (
        r"\ x\ ``y``\ z, \ ``b``\ z, x\ ``c``\ , (``d``), [``e``]: ``f``."
    )


def test_a_formula_is_one_line():
    assert formula("x\n  = y") == ".. math::\n\n   x = y\n"


def test_a_sentence_that_would_begin_a_list_does_not():
    assert inline("1. first").startswith("\\ ")


def test_tables_and_lists_indent_what_has_several_lines():
    assert not [line for line in table(["a"], [[""]], widths=(1,), name="x").splitlines() if line.endswith(" ")]
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


def test_a_heading_ends_at_a_colon_after_three_words_and_is_cut_at_the_last_comma_that_fits():
    assert headline("Two words: what.", "x") == "Two words: what"
    assert headline("No more words: what.", "x") == "No more words"
    assert headline("All of `it`.", "x") == "All of it"
    parts = ["a" * 40, "b" * 40, "c" * 40]
    assert headline(", ".join(parts), "x") == ", ".join(parts[:2])
    assert headline("a" * 50 + ", " + "b" * 38, "x").endswith("b")  # 90 characters
    assert headline("a" * 50 + ", " + "b" * 39, "x").endswith("a")


def test_a_first_paragraph_that_is_the_heading_is_not_repeated():
    assert without_headline(["All of `it`.", "", "More."]) == ["More."]
    assert without_headline(["One sentence."]) == []
    assert without_headline(["No more words: what.", "", "More."])[0] == "No more words: what."


def test_only_modules_of_claims_lose_their_first_paragraph():
    lines = ["One sentence.", "", "More."]
    assert prepared("module", "m.claims_x", None, lines) == ["More."]
    assert prepared("function", "m.claims_x", None, lines) == lines
    assert prepared("module", "m.x", None, lines) == lines
    assert prepared("function", "m.x", {}, dict.__doc__.splitlines()) != []


def test_bars_in_literals_names_and_after_backslashes_stay():
    lines = [r"``a|b``, `c|d` and \|e|", "", "Code::", "", "    f |g|", "", "|h|"]
    assert bars_escaped(lines) == [r"``a|b``, `c|d` and \|e\|", *lines[1:6], r"\|h\|"]


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
        invariances=(Invariance("twice", "*two* times", lambda batch: batch), Invariance("not", "nothing", None)),
        minimum=Minimum("zero, *always*", lambda p: p, lambda p: 0, ()), form="as printed",
    )  # fmt: skip
    assert losses_text([loss]) == textwrap.dedent(r"""
        What an implementation can be held against:

        demo.loss
        ~~~~~~~~~

        .. math::

           x^2

        .. rst-class:: facts

        :Definition: section 2 (as printed)
        :Inputs: ``scores``, any real numbers for each class; ``labels``, a class 0, ..., n-1
        :Parameters: ``k = 2``
        :One value for: each example
        :Unchanged by: \*two\* times; nothing
        :Least conditional risk: zero, \*always\*
        :Known slips: * the factor \*k\* is missing

        .. code-block:: console

           $ lossproof conform MODULE:FUNCTION --to demo.loss
        """).removeprefix("\n")


def test_a_loss_of_a_whole_batch_says_so_and_what_is_not_known_is_left_out():
    text = losses_text([Reference("demo", "loss", "s", "x", SCORES_TARGETS, lambda s, t: s[0], whole_batch=True)])
    assert ":One value for: a whole batch\n" in text
    assert "; ``targets``, rows of probabilities\n" in text
    assert not re.search("Parameters|Unchanged|Least|slips", text)
