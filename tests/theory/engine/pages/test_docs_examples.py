"""The written pages: every example in them runs, and none is long.

Blocks with a file's name as caption are written; then examples at Python's prompt and commands run in their order.
``pip install`` is played: the entry points of the ``pyproject.toml`` beside are put on the path.
"""

import doctest
import importlib
import re
import shlex
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from theory.engine import cli
from theory.engine.decide import decide

DOCS = Path(__file__).parents[4] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.rst"))
LONGEST = 120  # lines
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_BLOCK = re.compile(r"^\.\. code-block:: (\w+)\n((?:   :\w+: .*\n)*)\n((?:(?:   .*)?\n)+)", re.MULTILINE)


def blocks(text):
    """Yield language, options and content of every block."""
    for language, options, content in _BLOCK.findall(text + "\n"):
        found = dict(re.findall(r"   :(\w+): (.*)\n", options))
        yield language, found, textwrap.dedent(content).strip("\n") + "\n"


def commands(content):
    """Yield each command of a console with the output that is shown."""
    for part in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def play(command, output, folder, monkeypatch, capsys):
    words = shlex.split(command, comments=True)
    if words[:2] == ["pip", "install"]:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
        lines = [
            line
            for group, points in project["entry-points"].items()
            for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
        ]
        info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1\n", "utf-8")
        (info / "entry_points.txt").write_text("\n".join(lines) + "\n", "utf-8")
        importlib.invalidate_caches()
        return
    assert words[0] == "lossproof", command
    monkeypatch.setenv("COLUMNS", "200")
    capsys.readouterr()
    status = cli.main(words[1:])
    got = capsys.readouterr().out
    assert status == 0, got
    assert doctest.OutputChecker().check_output(output, got, OPTIONS), f"{command}\nshown:\n{output}\ngot:\n{got}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_every_example_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    text, before = page.read_text("utf-8"), set(sys.modules)
    found = list(blocks(text))
    assert len(found) == text.count(".. code-block::"), "a block is not of the form that is read here"
    for language, options, content in found:
        if "caption" in options:
            file = tmp_path / options["caption"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, "utf-8")
        elif language == "python":
            exec(compile(content, str(page), "exec"), {})
        elif language == "toml":
            assert tomllib.loads(content)
    try:
        example = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
        told = []
        doctest.DocTestRunner(optionflags=OPTIONS).run(example, out=told.append)
        assert not told, "".join(told)
        for language, options, content in found:
            if language == "console" and options.get("class") != "not-run":
                for command, output in commands(content):
                    play(command, output, tmp_path, monkeypatch, capsys)
    finally:
        for name in set(sys.modules) - before:
            if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None)):
                del sys.modules[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_no_page_is_long(page):
    assert len(page.read_text("utf-8").splitlines()) <= LONGEST


def test_commands_have_the_options_that_are_named_run_or_not():
    parser, found = cli._parser(["--help"]), []
    for page in PAGES:
        found += re.findall(r"^ +(?:\$|- run:) lossproof (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert len(found) > 10
    for command in found:
        parser.parse_args(shlex.split(command, comments=True))  # exits, and so fails, if there is no such option


def test_every_page_is_reached_from_the_first():
    linked = set()
    for page in PAGES:
        for entries in re.findall(r"^\.\. toctree::\n((?:   .*\n|\n)+)", page.read_text("utf-8"), re.MULTILINE):
            names = [line.strip() for line in entries.splitlines() if line.strip() and not line.strip().startswith(":")]
            linked |= {(page.parent / name).resolve().relative_to(DOCS).as_posix() for name in names}
    assert {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES} - linked == {"index"}


def test_the_change_that_the_tutorial_proposes_makes_the_verdict_differ():
    text = (DOCS / "tutorial.rst").read_text("utf-8")
    old, name, new = re.search(r"Change the (\d+) in ``(\w+)=\1`` to (\d+)", text).groups()
    code = next(content for _, options, content in blocks(text) if options.get("caption") == "tangents.py")
    assert code.count(f"({name}={old})") == 1
    scope = {}
    exec(compile(code.replace(f"({name}={old})", f"({name}={new})"), "tangents.py", "exec"), scope)
    verdict = decide(scope["cube_above_tangent"])
    assert (verdict.evidence.value, verdict.as_recorded) == ("refuted", False)
    assert [control.as_expected for control in verdict.controls] == [True]
