import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from experiments import gpu_check
from experiments.arrays import backend
from experiments.comparing import array_simulators, distance, kinds_of
from experiments.gpu_check import KERNELS, check_kernels, check_simulators, main
from experiments.simulator import Simulator, find, installed

BARE = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"cvxpy", "flint", "sympy", "mpmath", "matplotlib", "sklearn"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocked())
from importlib import metadata
all_points = metadata.entry_points
def of_a_checkout(**given):  # that is not installed
    return () if given.get("group", "").startswith("lossproof.") else all_points(**given)
metadata.entry_points = of_a_checkout
from experiments.gpu_check import main
sys.exit(main(sys.argv[1:]))
"""


def run_bare(*arguments, **environment):
    given = os.environ | {"OMP_NUM_THREADS": "1"} | environment
    return subprocess.run(
        [sys.executable, "-c", BARE, *arguments],
        env=given, capture_output=True, text=True, check=False, timeout=200, cwd=Path(gpu_check.__file__).parents[1],
    )  # fmt: skip


def test_it_runs_without_what_only_decides_claims_and_without_being_installed():
    pytest.importorskip("numba")
    chosen = [*KERNELS, "dis_vs_gen", "random_features", "exp3"]
    only = [word for name in chosen for word in ("--only", name)]
    done = run_bare("--backend", "strict:device1", *only, NUMBA_ENABLE_CUDASIM="1")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()[1:]}
    assert set(lines) == set(chosen)
    assert "not run" in lines.pop("exp3")
    assert all("agrees" in line for line in lines.values()), done.stdout


def test_every_array_simulator_is_compared():
    named = {simulator.name for simulator in array_simulators()}
    assert named == {name for name in installed() if find(name).takes_backend}
    assert named >= {"aggregate", "neural_collapse", "optimal_sampling"}


def test_every_module_of_kernels_is_compared():
    folder = Path(gpu_check.__file__).parent
    modules = {path for path in folder.rglob("*cuda.py") if "numba.cuda" in path.read_text()}
    assert {".".join(("experiments", *path.relative_to(folder).with_suffix("").parts)) for path in modules} == set(
        KERNELS
    )


def off(cell, backend=None):
    return {"x": np.ones(3) + (1e-3 if backend.name == "torch" else 0.0)}


def fails(cell, backend=None):
    return {"x": 1 // (backend.name == "numpy")}


def simulator(run):
    return Simulator("own", "", (), lambda sizes: [{"kind": "a", "horizon": 10**9}], run, ("experiments",))


@pytest.mark.parametrize(("run", "verdict"), [(off, "DIFFERS"), (fails, "FAILED")])
def test_what_differs_or_fails_is_reported_with_status_1(run, verdict, monkeypatch, capsys):
    pytest.importorskip("torch")
    monkeypatch.setattr(gpu_check, "array_simulators", lambda: iter([simulator(run)]))
    assert main(["--backend", "torch", "--only", "own"]) == 1
    assert verdict in capsys.readouterr().out


def test_a_cell_of_every_kind_is_made_small():
    assert kinds_of(simulator(off)) == [{"kind": "a", "horizon": 300}]
    parts = {cell["part"] for cell in kinds_of(find("aggregate"))}
    assert parts == {cell["part"] for cell in find("aggregate").grid("quick")}


def test_no_gpu_is_said_in_one_line_with_status_2(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert main([]) == 2
    found = capsys.readouterr()
    assert not found.out
    assert found.err.startswith("nothing was compared: backend 'cupy'")
    assert found.err.count("\n") == 1
    monkeypatch.setattr(gpu_check, "has_cuda", lambda: False)
    assert main(["--backend", "numpy"]) == 2
    assert capsys.readouterr() == ("", "nothing was compared: Numba, which the kernels need, finds no GPU\n")
    assert main(["--backend", "strict", "--only", "abacus"]) == 2
    assert "nothing is called abacus" in capsys.readouterr().err


def test_kernels_that_cannot_run_are_not_said_to_agree(monkeypatch):
    monkeypatch.setattr(gpu_check, "has_cuda", lambda: False)
    assert {check.verdict for check in check_kernels()} == {"not run"}
    monkeypatch.setattr(gpu_check, "has_cuda", lambda: True)
    monkeypatch.setattr(gpu_check, "KERNELS", {"a": (lambda: 1 // 0, 1.0), "b": (lambda: math.nan, 1.0)})
    assert [check.ok for check in check_kernels()] == [False, False]


def test_streams_agree_on_arrays_whose_host_cannot_read_them():
    pytest.importorskip("array_api_strict")
    (check,) = check_simulators(backend("strict:device1"), ("ood_unlabeled",))
    assert check.ok
    assert check.cells == 9


@pytest.mark.parametrize(
    ("here", "there", "apart"),
    [
        ({"x": [3.0, 8.0]}, {"x": [3.0, 10.0]}, 0.2),
        ({"x": [0.1]}, {"x": [0.3]}, 0.2),
        ({"x": math.nan}, {"x": math.nan}, 0.0),
        ({"x": [math.inf, 1.0]}, {"x": [math.inf, 1.0]}, 0.0),
        ({"x": [math.nan, 1.0]}, {"x": [0.0, 1.0]}, math.inf),
        ({"x": [1.0]}, {"x": [1.0, 1.0]}, math.inf),
        ({"x": "a"}, {"x": "b"}, math.inf),
        ({"x": None}, {"x": None}, 0.0),
        ({"x": None}, {"x": 0.0}, math.inf),
        ({"x": []}, {"x": []}, 0.0),
    ],
)
def test_distances(here, there, apart):
    assert distance(here, there) == pytest.approx(apart)


def test_numpy_is_not_compared_with_itself(monkeypatch, capsys):
    monkeypatch.setattr(gpu_check, "has_cuda", lambda: True)
    monkeypatch.setattr(gpu_check, "KERNELS", {"a": (lambda: 0.5, 1.0)})
    assert main(["--backend", "numpy"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["a"]
