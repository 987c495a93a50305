import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from fake_distribution import install

CLAIMS = """
from toy_claims import *
good = make("good", paper="plug")
good.false_if("zero were enough", bound=0)
wrong = make("wrong", paper="plug", expected="refuted")
sleeper = make("sleeper", paper="plug", method=Compare(misbehave=hang), limit=0.3)
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run pytest in a process of its own, in a folder with one ordinary test, with these claims installed."""
    site, project = tmp_path / "plugged", tmp_path / "project"
    site.mkdir()
    project.mkdir()
    (project / "test_plain.py").write_text("def test_plain():\n    pass\n", "utf-8")

    def start(*arguments, modules=None):
        modules = {"plug_mod": CLAIMS} if modules is None else modules
        install(site, monkeypatch, modules=modules, entries={name: name for name in modules})
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "theory.engine.pytest_plugin",
            "-p",
            "no:cacheprovider",
            *arguments,
        ]
        return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    return start


def test_the_plugin_does_nothing_unless_asked(run):
    done = run("-q")
    assert done.returncode == 0
    assert "1 passed" in done.stdout


def test_claims_are_tests_with_readable_failures(run):
    done = run("--lossproof", "--lossproof-select", "plug", "-v")
    assert done.returncode == 1
    assert "collected 4 items" in done.stdout
    assert "2 failed, 2 passed" in done.stdout
    assert "plug.good PASSED" in done.stdout
    assert "plug.wrong is certified: on record: refuted; one comparison" in done.stdout
    assert "plug.sleeper is undecided: on record: certified; time limit of 0.3 s reached" in done.stdout
    assert "scope   the number 1" in done.stdout
    assert "Traceback" not in done.stdout


def test_keywords_select_among_claims(run):
    done = run("--lossproof", "-q", "-k", "plug.good")
    assert done.returncode == 0
    assert "1 passed" in done.stdout


def test_evidence_goes_to_the_junit_file(run, tmp_path):
    run("--lossproof", "-k", "plug.good", f"--junitxml={tmp_path}/r.xml")
    properties = ET.parse(tmp_path / "r.xml").findall(".//testcase/properties/property")
    assert ("evidence", "certified") in [(item.get("name"), item.get("value")) for item in properties]


def test_an_unknown_claim_is_a_usage_error(run):
    done = run("--lossproof", "--lossproof-select", "plug.god")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "did you mean plug.good" in done.stderr


def test_a_broken_module_is_a_failing_test_and_the_others_go_on(run):
    good = "from toy_claims import make\nx = make('x', paper='fine')\n"
    done = run("--lossproof", "--lossproof-select", "fine", modules={"bad_plug_mod": "1 / 0", "fine_plug_mod": good})
    assert done.returncode == 1
    assert "bad_plug_mod is broken: cannot import bad_plug_mod: ZeroDivisionError" in done.stdout
    assert "2 passed" in done.stdout


def test_loading_the_plugin_imports_nothing_of_the_engine():
    program = (
        "import pytest, sys; before = set(sys.modules); import theory.engine.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["theory", "theory.engine", "theory.engine.pytest_plugin"]


SAMPLED = """
from toy_claims import *
class Sampled(Compare):
    error_probability = 4e-4
base = make("base", paper="plug", method=Sampled("supported"), expected="supported")
one = make("one", paper="plug", method=Sampled("supported"), expected="supported", uses=("plug.base",))
two = make("two", paper="plug", method=Sampled("supported"), expected="supported", uses=("plug.base",))
"""


@pytest.mark.parametrize(("chosen", "passed", "over"), [(["base", "one"], 3, False), (["one", "two"], 3, True)])
def test_claims_that_pass_one_by_one_fail_together_beyond_the_error_budget(run, chosen, passed, over):
    selection = [word for name in chosen for word in ("--lossproof-select", f"plug.{name}")]
    done = run("--lossproof", *selection, modules={"plug_mod": SAMPLED})  # 4e-4 a claim; the premise counts once
    assert (done.returncode, f"{passed} passed" in done.stdout) == (int(over), True), done.stdout
    message = "may err by chance with probability 0.0012, more than a run's error budget"
    assert (message in done.stdout) is over
