import json
import re
import shlex
from pathlib import Path

import pytest
from report_documents import differing, ordinary

from theory.engine.discovery import collect
from theory.engine.readme import blocks, current, main, own, replaced, witnesses_of
from theory.engine.report.json_report import describe

ROOT = Path(__file__).parents[3]
BLOCKS = ("decided", "errata")
EMPTY = "".join(f"# {name}\n<!-- {name}:begin -->\n<!-- {name}:end -->\n" for name in BLOCKS)


def report(**changed):
    content = ordinary() | changed
    for item in content["claims"]:
        item["module"] = "theory.toy"
    return content


def test_the_readme_agrees_with_the_claims_on_record(own_modules):
    text = (ROOT / "README.md").read_text("utf-8")
    found = collect(own_modules)
    assert not found.broken
    claims = [describe(claim) for claim in found.claims.values()]
    wanted = blocks(claims, witnesses_of(current(text, "errata")))
    for name in BLOCKS:
        assert current(text, name) == wanted[name], "run: make readme"


@pytest.fixture
def own_modules():
    import tomllib

    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    return points["lossproof.claims"]


def test_the_blocks_of_a_report(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(report()), "utf-8")
    readme = tmp_path / "README.md"
    readme.write_text(EMPTY, "utf-8")
    assert main([str(tmp_path / "r.json"), str(readme)]) == 0
    text = readme.read_text("utf-8")
    assert "| toy (`toy`) | 2 | 1 | 1 |\n| all | 2 | 1 | 1 |" in text
    assert (
        "| `toy.printed` | toy, Lemma 1 (as usually quoted) | $`v \\le b`$ | fails: 3 > 2 | `toy.corrected` |" in text
    )
    assert "0.25" not in text
    assert main([str(tmp_path / "r.json"), str(readme)]) == 0
    assert readme.read_text("utf-8") == text


def test_counterexamples_are_read_back_bars_and_all():
    claims = [describe_refuted()]
    block = blocks(claims, {"toy.printed": "|x| > 1"})["errata"]
    assert r"\|x\| > 1" in block
    assert witnesses_of(block) == {"toy.printed": "|x| > 1"}


def describe_refuted():
    return ordinary()["claims"][0] | {"says": "|x| \\le 1"}


def test_nothing_refuted():
    assert blocks([], {})["errata"] == "None so far.\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (differing(), "not all is as on record"),
        (report(selection=["toy"]), "a report on all is needed"),
        ({}, "ok"),
    ],
)
def test_a_report_that_will_not_do_leaves_the_readme_alone(content, reason, tmp_path, capsys):
    (tmp_path / "r.json").write_text(json.dumps(content), "utf-8")
    readme = tmp_path / "README.md"
    readme.write_text(EMPTY, "utf-8")
    assert main([str(tmp_path / "r.json"), str(readme)]) == 2
    assert reason in capsys.readouterr().err
    assert readme.read_text("utf-8") == EMPTY


@pytest.mark.parametrize("text", ["", "<!-- errata:end --><!-- errata:begin -->", "<!-- errata:begin -->" * 2])
def test_wrong_markers_are_refused(text):
    with pytest.raises(ValueError, match="the README needs"):
        replaced(text, {"errata": ""})


def test_only_claims_that_come_with_lossproof_are_shown():
    modules = ["theory.a", "experiments.b", "theoryx", "other.theory"]
    assert [item["module"] for item in own([{"module": name} for name in modules])] == [
        "theory.a",
        "experiments.b",
    ]


def test_usage():
    assert main([]) == 2


def test_operators_are_set_as_github_allows():
    item = describe_refuted() | {"says": r"\operatorname{erf}(x)\le\operatorname*{argmin}f"}
    block = blocks([item], {})["errata"]
    assert r"\mathrm{erf}(x)\le\mathrm{argmin}f" in block
    assert "operatorname" not in block


def test_commands_of_the_readme_have_the_options_that_are_named():
    from theory.engine import cli

    text = (ROOT / "README.md").read_text("utf-8")
    found = [
        shlex.split(line, comments=True) for line in re.findall(r"^    (?:\$ )?lossproof (.*)$", text, re.MULTILINE)
    ]
    assert {words[0] for words in found} >= {
        "list",
        "show",
        "verify",
        "analyze",
        "conform",
        "simulate",
        "figures",
        "nc",
    }
    parser = cli._parser(["--help"])
    for words in found:
        parser.parse_args(words)  # exits, and so fails, if there is no such option


def test_what_the_readme_links_to_is_there():
    text = (ROOT / "README.md").read_text("utf-8")
    linked = {path for path in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in path}
    assert len(linked) > 10
    assert not [path for path in sorted(linked) if not (ROOT / path).exists()]
