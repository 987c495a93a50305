"""Imports point downwards, and what must be fast imports little."""

import ast
import os
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENTRY_POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
HEAVY = {"cvxpy", "flint", "matplotlib", "numba", "numpy", "scipy", "sympy", "torch", "pandas", "sklearn"}
ENGINE = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "theory" / "engine").rglob("*.py"))
ALL = sorted(
    str(path.relative_to(ROOT))
    for top in ("theory", "experiments", "paper_figs")
    for path in (ROOT / top).rglob("*.py")
)


def imported(path):
    """Return the modules that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def imported_at_once(path):
    """Return the modules that a file imports for its definitions or their types, not inside functions."""
    nodes = list(ast.parse((ROOT / path).read_text("utf-8")).body)
    for node in nodes:  # grows
        if isinstance(node, ast.If | ast.Try):
            nodes += [*node.body, *node.orelse]
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def loaded_by(code):
    """Return the modules loaded by a statement in a new process."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    program = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    return set(done.stdout.rpartition("\n")[0].split()) | set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("path", ENGINE)
def test_the_engine_knows_no_topic(path):
    own = [name for name in imported(path) if name.partition(".")[0] in ("theory", "experiments", "paper_figs")]
    assert [name for name in own if not name.startswith("theory.engine")] == []


@pytest.mark.parametrize("path", ALL)
def test_imports_point_downwards(path):
    above = {"theory": {"experiments", "paper_figs", "notebooks"}, "experiments": {"paper_figs", "notebooks"}}
    forbidden = above.get(Path(path).parts[0], {"notebooks"})
    assert {name.partition(".")[0] for name in imported(path)} & (forbidden | {"tests"}) == set()


def test_no_modules_import_each_other_not_even_for_types():
    own = {path.removesuffix(".py").replace("/", "."): path for path in ALL if not path.endswith("__init__.py")}
    assert len(own) > 500
    graph = {name: imported_at_once(path) & own.keys() for name, path in own.items()}
    assert graph["theory.engine.conformance.cases"] >= {"theory.engine.conformance.reference"}
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", [path for path in ENGINE if "/checker/" in path])
def test_the_checker_imports_neither_sympy_nor_a_solver_nor_the_engine(path):
    names = imported(path)
    assert {name.partition(".")[0] for name in names} & {
        "sympy",
        "cvxpy",
        "scipy",
        "numpy",
        "clarabel",
    } == set()
    assert [name for name in names if name.startswith("theory.") and not name.startswith("theory.engine.checker")] == []


def test_help_imports_nothing_heavy():
    code = "from theory.engine.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    names = loaded_by(code)
    assert "theory.engine.cli" in names
    assert names & HEAVY == set()
    assert "theory.engine.verify" not in names


def test_listing_imports_no_prover_and_no_sympy():
    modules = ENTRY_POINTS["lossproof.claims"]
    code = (
        "from theory.engine.discovery import collect\nfrom theory.engine.report import listing\n"
        f"found = collect({modules!r})\nassert not found.broken, found.broken\n"
        "listing.as_text(found)\nlisting.as_json(found)"
    )
    names = loaded_by(code)
    assert names & (HEAVY - {"numpy", "scipy"}) == set()
    assert "scipy.stats" not in names
    assert [name for name in names if name.startswith("theory.engine.provers.")] == []


def test_own_commands_are_light():
    for value in ENTRY_POINTS["lossproof.commands"].values():
        module, _, function = value.partition(":")
        names = loaded_by(f"import {module}\nassert callable({module}.{function})")
        assert names & HEAVY == set()


def test_every_module_of_claims_has_its_entry_point():
    files = {path.relative_to(ROOT) for top in ("theory", "experiments") for path in (ROOT / top).rglob("claims_*.py")}
    modules = {".".join(path.with_suffix("").parts) for path in files}
    assert set(ENTRY_POINTS["lossproof.claims"].values()) == modules


def test_own_claims_name_papers_on_file_and_claims_that_exist():
    from theory.engine.discovery import collect
    from theory.engine.papers import papers

    found = collect(ENTRY_POINTS["lossproof.claims"])
    assert not found.broken
    for claim in found.claims.values():
        assert claim.paper in papers(), f"{claim.id}: no paper {claim.paper} in theory/papers.toml"
        assert claim.controls, f"{claim.id} has no control"
        for other in (*claim.uses, *filter(None, [claim.corrects])):
            assert other in found.claims, f"{claim.id} names {other}"
