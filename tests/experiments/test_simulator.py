import sys
from dataclasses import replace

import pytest
import toy_simulator
from fake_distribution import install
from toy_simulator import SIMULATOR, WHERE

from experiments import simulator
from experiments.simulator import Simulator, find
from theory.engine.errors import BadInput


def test_a_reference_is_resolved_and_never_evaluated(monkeypatch):
    assert find("toy_simulator:SIMULATOR") is SIMULATOR
    monkeypatch.setattr(simulator, "installed", lambda: {"toy": "toy_simulator:SIMULATOR"})
    assert find("toy") is SIMULATOR
    for name in ("nothing", "os:system('x')", "toy_simulator:SIMULATOR.run", ":X", "a b:C", "../x:Y", ""):
        with pytest.raises(BadInput, match="allowed: toy"):
            find(name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("toy_simulator:NOT_ONE", "not a Simulator"),
        ("toy_simulator:MISSING", "toy_simulator has no MISSING"),
        ("no_such_module:X", "cannot import no_such_module"),
    ],
)
def test_what_is_no_simulator_is_refused(name, says):
    with pytest.raises(BadInput, match=says):
        find(name)


def test_an_unknown_size_is_refused_with_the_allowed():
    with pytest.raises(BadInput, match="no size 'huge'; allowed: quick, paper"):
        SIMULATOR.grid("huge")


def test_cells_are_lazy():
    endless = replace(SIMULATOR, cells=lambda sizes: iter(lambda: {"index": 0}, None))
    assert next(endless.grid("quick")) == {"index": 0}


@pytest.mark.parametrize(
    "change", [{"name": "../toy"}, {"name": ""}, {"cells": None}, {"run": "x"}, {"modules": ()}, {"modules": "toy"}]
)
def test_nonsense_is_refused_at_once(change):
    with pytest.raises(ValueError, match=r"name of a simulator|must be"):
        replace(SIMULATOR, **change)


def test_backend_is_for_those_that_take_one():
    assert WHERE.takes_backend
    assert not SIMULATOR.takes_backend


def test_the_code_version_follows_the_source(tmp_path, monkeypatch):
    package = tmp_path / "toy_version_package"
    (package / "inner").mkdir(parents=True)
    for path in (package / "__init__.py", package / "inner" / "__init__.py", package / "inner" / "a.py"):
        path.write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    own = Simulator("own", "", (), toy_simulator.cells, toy_simulator.run, ("toy_version_package",))
    first = own.code_version()
    assert own.code_version() == first
    assert first != SIMULATOR.code_version()
    (package / "inner" / "a.py").write_text("x = 1\n")
    changed = own.code_version()
    assert changed != first
    (package / "inner" / "a.py").rename(package / "inner" / "b.py")
    assert own.code_version() not in (first, changed)
    assert "toy_version_package.inner.a" not in sys.modules


def test_streams_and_arrays_are_part_of_every_version(monkeypatch):
    before = SIMULATOR.code_version()
    monkeypatch.setattr(simulator, "COMMON", ())
    assert SIMULATOR.code_version() != before


@pytest.mark.parametrize("module", ["no_such_module", "no_such.package", "math", "__main__"])
def test_modules_without_source_are_refused(module):
    with pytest.raises(ValueError, match=f"module {module} (is not found|has no Python)"):
        replace(SIMULATOR, modules=(module,)).code_version()


@pytest.mark.parametrize("cells", [lambda sizes: None, lambda sizes: 1 / 0])
def test_cells_that_are_no_grid_are_told(cells):
    with pytest.raises(BadInput, match=r"simulator toy, size quick: (TypeError|ZeroDivisionError)"):
        replace(SIMULATOR, cells=cells).grid("quick")


def test_the_module_of_a_function_counts_without_being_named():
    borrowed = replace(SIMULATOR, modules=("toy_figure",))
    assert "toy_simulator" in borrowed.sources
    assert borrowed.code_version() != SIMULATOR.code_version()


def test_a_name_that_two_distributions_bring_is_refused_and_both_are_named(tmp_path, monkeypatch):
    for folder, reference in (("first", "toy_simulator:SIMULATOR"), ("second", "toy_simulator:WHERE")):
        (tmp_path / folder).mkdir()
        entries = {"twice": reference, "same": "toy_simulator:WHERE", f"only_{folder}": reference}
        install(tmp_path / folder, monkeypatch, modules={}, entries=entries, group=simulator.GROUP)
    with pytest.raises(BadInput, match="both toy_simulator:SIMULATOR and toy_simulator:WHERE; name the one"):
        simulator.find("twice")
    assert simulator.find("same") is WHERE
    assert simulator.find("only_first") is SIMULATOR
    assert simulator.find("toy_simulator:WHERE") is WHERE
