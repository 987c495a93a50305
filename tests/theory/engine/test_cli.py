import argparse
import base64
import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree as ET

import pytest
from fake_distribution import install
from interrupts import interruptible

from theory.engine import cli
from theory.engine.cli_parser import Parser, filename

CLAIMS = """
from toy_claims import *
lemma = make("lemma", paper="p")
lemma.false_if("zero were enough", bound=0)
"""
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="  # a pixel
WRONG_VERDICT = "from toy_claims import *\nw = make('w', paper='p', expected='refuted')\n"
WRONG_CONTROL = "from toy_claims import *\nw = make('w', paper='p')\nw.false_if('one were enough', bound=1)\n"


@pytest.fixture
def claims(tmp_path, monkeypatch):
    """Let the command line see only the modules given."""

    def only(**modules):
        folder = tmp_path / "site"
        folder.mkdir()
        install(folder, monkeypatch, modules={f"{name}_cli_mod": source for name, source in modules.items()})
        from theory.engine import discovery

        entries = {name: f"{name}_cli_mod" for name in modules}
        monkeypatch.setattr(discovery, "entry_points", lambda group: (entries if "claims" in group else {}, []))

    return only


def test_list_prints_a_line_a_claim(claims, capsys):
    claims(good=CLAIMS)
    assert cli.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "p.lemma    certified  Lemma 1" in lines
    assert lines[-1] == "3 claims"


def test_list_takes_a_selection(claims, capsys):
    claims(good=CLAIMS)
    assert cli.main(["list", "p"]) == 0
    assert capsys.readouterr().out.splitlines() == ["p.lemma  certified  Lemma 1", "1 claims"]
    assert cli.main(["list", "--json", "toy.*"]) == 0
    assert len(json.loads(capsys.readouterr().out)["claims"]) == 2
    assert cli.main(["list", "nothing"]) == 2
    assert "no claim, paper, package or topic is called 'nothing'" in capsys.readouterr().err


def test_list_json_is_json(claims, capsys):
    claims(good=CLAIMS)
    assert cli.main(["list", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["schema"] == "lossproof.list/1"
    assert [item["id"] for item in content["claims"]] == ["toy.holds", "toy.fails", "p.lemma"]


def test_list_reports_broken_modules(claims, capsys):
    claims(good=CLAIMS, bad="1 / 0")
    assert cli.main(["list"]) == 1
    assert "BROKEN  bad: cannot import bad_cli_mod: ZeroDivisionError" in capsys.readouterr().out


def test_show_prints_statement_scope_source_controls_and_citation(claims, capsys):
    claims(good=CLAIMS)
    assert cli.main(["show", "p.lemma"]) == 0
    out = capsys.readouterr().out
    for text in (
        r"1 \le 2",
        "the number 1",
        "Lemma 1 (derived)",
        "zero were enough (bound=0)",
        "claim p.lemma",
    ):
        assert text in out


def test_show_survives_a_statement_that_cannot_be_built(claims, capsys):
    claims(bad="from toy_claims import *\nx = make('x', paper='p')\nx.build = lambda: 1 / 0\n")
    assert cli.main(["show", "p.x"]) == 0
    assert "cannot be built: ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["show", "verify"])
def test_an_unknown_id_is_bad_usage_and_the_nearest_is_named(command, claims, capsys):
    claims(good=CLAIMS)
    assert cli.main([command, "p.lema"]) == 2
    assert "did you mean p.lemma" in capsys.readouterr().err


def test_no_claims_at_all_says_how_to_install(claims, capsys):
    claims()
    assert cli.main(["list"]) == 2
    assert "install" in capsys.readouterr().err


def test_verify_writes_all_reports_and_the_table(claims, capsys, tmp_path):
    claims(good=CLAIMS)
    paths = {kind: tmp_path / f"r.{kind}" for kind in ("json", "html", "junit")}
    arguments = [text for kind, path in paths.items() for text in (f"--{kind}", str(path))]
    assert cli.main(["verify", "p", "--jobs", "1", *arguments]) == 0
    assert "1 claims (1 certified), 1 as on record; 1 of 1 controls as expected" in capsys.readouterr().out
    assert json.loads(paths["json"].read_text())["ok"] is True
    assert paths["html"].read_text().startswith("<!doctype html>")
    assert ET.parse(paths["junit"]).getroot().tag == "testsuites"
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".part"]


def test_verify_shows_figures_in_the_html_and_refuses_a_folder_without_any(claims, capsys, tmp_path):
    claims(good=CLAIMS)
    page, png = tmp_path / "r.html", base64.b64decode(PNG)
    (tmp_path / "curve.png").write_bytes(png)
    files = {"curve.png": hashlib.sha256(png).hexdigest()}
    entry = {"says": "A curve", "papers": ["p"], "specification": {}, "files": files}
    manifest = {"schema": "lossproof.figures/1", "figures": {"curve": entry}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert cli.main(["verify", "p", "--jobs", "1", "--html", str(page), "--figures", str(tmp_path)]) == 0
    assert 'alt="A curve"' in page.read_text("utf-8")
    assert cli.main(["verify", "p", "--figures", str(tmp_path)]) == 2
    assert "--figures goes with --html" in capsys.readouterr().err
    assert cli.main(["verify", "p", "--html", str(page), "--figures", str(tmp_path / "none")]) == 2
    assert "lossproof figures" in capsys.readouterr().err


@pytest.mark.parametrize("source", [WRONG_VERDICT, WRONG_CONTROL, "1 / 0"])
def test_exit_status_is_1_where_a_verdict_a_control_or_a_module_is_wrong(source, claims, capsys):
    claims(bad=source, good=CLAIMS.replace("lemma", "other"))
    assert cli.main(["verify", "--jobs", "1"]) == 1
    captured = capsys.readouterr()
    assert "DIFFERS" in captured.out or "BROKEN" in captured.out


def test_quiet_shows_only_what_differs(claims, capsys):
    claims(bad=WRONG_VERDICT)
    assert cli.main(["verify", "--quiet", "--jobs", "1"]) == 1
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "p.w" in captured.out
    assert "toy.holds" not in captured.out


@pytest.mark.parametrize("kind", ["json", "html", "junit"])
def test_an_unwritable_report_is_refused_before_anything_is_decided(kind, claims, capsys, tmp_path, monkeypatch):
    claims(good=CLAIMS)
    monkeypatch.setattr("theory.engine.verify.verify", lambda *_, **__: pytest.fail("decided"))
    for path in (tmp_path / "missing" / "r", tmp_path):
        assert cli.main(["verify", f"--{kind}", str(path)]) == 2
        assert f"--{kind}" in capsys.readouterr().err


def test_two_reports_in_one_file_are_refused(claims, capsys, tmp_path):
    claims(good=CLAIMS)
    assert cli.main(["verify", "--json", str(tmp_path / "r"), "--html", f"{tmp_path}/./r"]) == 2
    assert "same file" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["verify", "--jobs", "many"], ["show"], ["list", "--yaml"]])
def test_bad_usage_exits_with_2(arguments, claims):
    claims(good=CLAIMS)
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2


def parsers():
    """Return the installed commands' parsers by name, and that of all."""
    parser = cli._parser([])
    (commands,) = parser._subparsers._group_actions
    return {"": parser} | commands.choices


def test_the_help_of_every_command_says_what_a_newcomer_needs():
    found = parsers()
    assert set(found) >= {"", "list", "show", "verify", "analyze", "bench", "conform", "figures", "nc", "simulate"}
    for name, parser in found.items():
        text = parser.format_help()
        assert isinstance(parser, Parser), name
        assert parser.description.endswith("."), name
        assert re.search(rf"^examples?:\n  lossproof {name}", text, re.MULTILINE), name
        assert "exit status: 0 " in text, name
        assert "2 bad usage" in text, name
        assert max(map(len, parser.epilog.splitlines())) <= 120, name
        for action in parser._actions:
            assert action.help or isinstance(action, argparse._SubParsersAction), (name, action.dest)
            if action.metavar in ("FILE", "DIR") and action.option_strings and action.nargs is None:
                assert action.type is filename, (name, action.dest)  # an empty name is refused
            if action.option_strings and action.nargs is None and action.default is not None:
                assert re.search("default|repeatable", action.help), (name, action.dest)


def test_the_examples_of_the_help_are_taken_by_the_parsers(monkeypatch):
    taken = 0
    for name, parser in parsers().items():
        for line in re.findall(r"^  lossproof (.*)$", parser.format_help(), re.MULTILINE):
            if name:
                words = shlex.split(line)
                assert words[0] == name
                parsers()[name].parse_args(words[1:])
                taken += 1
    assert taken > 15


def test_jobs_below_one_are_bad_usage(claims, capsys):
    claims(good=CLAIMS)
    assert cli.main(["verify", "--jobs", "0"]) == 2
    assert "jobs is 0" in capsys.readouterr().err


COMMAND = """
def register(subparsers):
    parser = subparsers.add_parser("greet", help="say hello")
    parser.add_argument("name")
    parser.set_defaults(run=run)

def run(options):
    from theory.engine.errors import BadInput
    if options.name == "nobody":
        raise BadInput("nobody is not a name")
    print("hello", options.name)
    return 0
"""


def test_a_registered_command_runs_and_a_broken_one_stops_nothing(tmp_path, monkeypatch, capsys):
    entries = {
        "greet": "greet_mod:register",
        "worse": "no_such_module:register",
        "list": "greet_mod:register",
    }
    install(tmp_path, monkeypatch, modules={"greet_mod": COMMAND}, entries=entries, group="lossproof.commands")
    assert cli.main(["greet", "you"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "hello you\n"
    assert "command 'worse' (no_such_module:register) cannot be loaded: ModuleNotFoundError" in captured.err
    assert "command 'list'" in captured.err
    assert cli.main(["greet", "nobody"]) == 2
    assert "lossproof: nobody is not a name" in capsys.readouterr().err


def test_an_interrupt_ends_the_run_and_its_workers(tmp_path):
    source = f"""
import os, pathlib
from toy_claims import *
def note(call, budget):
    pathlib.Path({str(tmp_path)!r}, str(os.getpid())).touch()
    hang("decide", budget)
x = make("x", method=Compare(misbehave=note))
"""
    (tmp_path / "sleepy_mod.py").write_text(source, "utf-8")
    program = """
import sys
from theory.engine import cli, discovery
discovery.entry_points = lambda group: ({"sleepy": "sleepy_mod"}, [])
sys.exit(cli.main(["verify", "toy.x", "--jobs", "1"]))
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])}
    with interruptible([sys.executable, "-c", program], stderr=subprocess.PIPE, env=environment, text=True) as process:
        while not (workers := [int(path.name) for path in tmp_path.iterdir() if path.name.isdigit()]):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "lossproof: interrupted\n"
    assert process.returncode == 130
    for _ in range(500):  # the fork server, its parent, needs a moment to bury it
        if not alive(workers[0]):
            break
        time.sleep(0.02)
    assert not alive(workers[0])


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_reader_that_leaves_early_is_no_error():
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    source = "from toy_claims import *\ndef claims():\n    return [make(f'c{i}') for i in range(5000)]\n"
    program = f"""
import sys, types
from theory.engine import cli, discovery
module = types.ModuleType("flood")
exec({source!r}, module.__dict__)
sys.modules["flood"] = module
discovery.entry_points = lambda group: ({{"flood": "flood"}}, [])
sys.exit(cli.main(["list"]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode in (0, 141)
