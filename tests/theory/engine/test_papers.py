from pathlib import Path

import pytest

from theory.engine.papers import Paper, bibliography, main, papers, parse

ROOT = Path(__file__).parents[3]


def test_every_paper_on_file_has_a_key_and_a_title():
    assert len(papers()) > 125
    assert all(paper.title and key == paper.key for key, paper in papers().items())
    assert papers()["comp_sum"].cite().startswith("Anqi Mao, Mehryar Mohri, Yutao Zhong: Cross-Entropy Loss Functions")


def test_the_bibliography_is_current():
    assert (ROOT / "references.bib").read_text("utf-8") == bibliography(papers().values()), "run: make references"


def test_bibtex_of_one_paper():
    paper = Paper("key", "Risk & Bounds", ("Ann Bee", "Cy Dee"), 2020, "Journal of X", "2001.00001")
    assert paper.bibtex() == (
        "@article{key,\n  author = {Ann Bee and Cy Dee},\n  title = {{Risk \\& Bounds}},\n"
        "  journal = {Journal of X},\n"
        "  year = {2020},\n  eprint = {2001.00001},\n  archiveprefix = {arXiv}\n}\n"
    )


def test_unknown_fields_stay_out():
    assert Paper("key", "T").bibtex() == "@misc{key,\n  title = {{T}}\n}\n"
    assert Paper("key", "T").cite() == "T."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a]\nyear = 2000", "needs a table with a title"),
        ("a = 1", "needs a table with a title"),
        ('[a]\ntitle = "T"\nyear = "2000"', "field year"),
        ('[a]\ntitle = "T"\ncolour = "red"', "field colour"),
        ("[a", "Expected"),
    ],
)
def test_a_wrong_file_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse(text)


def test_main_writes_the_file_and_refuses_bad_usage(tmp_path, capsys):
    path = tmp_path / "r.bib"
    assert main([str(path)]) == 0
    assert path.read_text("utf-8") == bibliography(papers().values())
    assert main([]) == 2
    assert main([str(tmp_path / "missing" / "r.bib")]) == 2
    assert "there is no folder" in capsys.readouterr().err
