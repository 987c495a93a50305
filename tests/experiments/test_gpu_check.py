import ast
import math
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from experiments import gpu_check
from experiments.arrays import Backend, backend
from experiments.comparing import ROUNDING, TOLERANCES, array_simulators, distance, kinds_of, tolerance_of
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
    chosen = [*KERNELS, "dis_vs_gen", "random_features"]
    only = [word for name in chosen for word in ("--only", name)]
    done = run_bare("--backend", "strict:device1", *only, NUMBA_ENABLE_CUDASIM="1")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = {line.split()[0]: line for line in done.stdout.splitlines()[1:]}
    assert set(lines) == set(chosen)
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


FIELDS = {
    "run": ("regret", "least_cost"),
    "run_exp3": ("pseudo", "realised", "least_slack"),
    "flow": ("x", "values", "gradients", "steps", "tried"),
}


@pytest.mark.parametrize(
    ("compare", "module", "name", "attribute"),
    [
        (gpu_check.exp3, "experiments.mirror_descent.exp3", "run_exp3", "pseudo"),
        (gpu_check.exp3, "experiments.mirror_descent.exp3", "run_exp3", "least_slack"),
        (gpu_check.linear_mdp, "experiments.linear_mdp.regret", "run", "regret"),
        (gpu_check.linear_mdp, "experiments.linear_mdp.regret", "run", "least_cost"),
        (gpu_check.collapse, "experiments.neural_collapse.flow", "flow", "x"),
        (gpu_check.collapse, "experiments.neural_collapse.flow", "flow", "tried"),
    ],
)
def test_a_kernel_that_is_off_once_is_found(compare, module, name, attribute, monkeypatch):
    original, runs = getattr(import_module(module), name), []

    def run(*given, engine, **options):
        found = original(*given, engine="array", **options)
        found = list(found) if name == "flow" else found
        runs.append(engine)
        if len(runs) > 2 or engine == "array":
            return found
        values = {field: getattr(found[-1] if name == "flow" else found, field) for field in FIELDS[name]}
        wrong = SimpleNamespace(**values | {attribute: np.asarray(values[attribute]) + 10})
        return [wrong] if name == "flow" else wrong

    monkeypatch.setattr(import_module(module), name, run)
    assert compare() > 1e-3
    assert set(runs) == {"cuda", "array"}


def test_streams_that_are_off_in_one_law_are_found(monkeypatch):
    numbers = pytest.importorskip("experiments.cuda_numbers")
    right = numbers.on_the_host
    monkeypatch.setattr(numbers, "on_cuda", right)
    assert gpu_check.streams() == 0.0
    for place, law in enumerate(numbers.LAWS):
        for off, least in ((1e-15, 1e-16), (1e-6, 1e-8)):
            wrong = np.zeros((1, len(numbers.LAWS), 1))
            wrong[0, place] = off
            monkeypatch.setattr(numbers, "on_cuda", lambda *given, wrong=wrong: right(*given) * (1 + wrong))
            assert gpu_check.streams() >= (math.inf if law in numbers.EXACT else least)


def test_the_cell_that_is_nearest_to_its_limit_is_told(monkeypatch):
    def run(cell, backend=None):
        return {"x": np.ones(3) + (cell["by"] if backend.name == "strict" else 0.0)}

    cells = [{"kind": kind, "by": by} for kind, by in (("far but wide", 1e-8), ("near", 1e-9), ("same", 0.0))]
    own = Simulator("own", "", (), lambda sizes: cells, run, ("experiments",))
    allowed = {"far but wide": 1e-6, "near": 1e-8, "same": 1e-9}
    monkeypatch.setattr(gpu_check, "array_simulators", lambda: iter([own]))
    monkeypatch.setattr(gpu_check, "tolerance_of", lambda name, cell: allowed[cell["kind"]])
    (check,) = check_simulators(backend("strict"))
    assert (check.note, check.cells, check.allowed, check.ok) == ("most: near", 3, 1e-8, True)
    assert check.apart == pytest.approx(1e-9)


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
    assert main(["--backend", "strict", "--only", "abacus"]) == 2
    assert "nothing is called 'abacus'; there are" in capsys.readouterr().err


def test_kernels_that_cannot_run_are_not_said_to_agree(monkeypatch):
    monkeypatch.setattr(gpu_check, "no_cuda", lambda: "no driver")
    assert {check.verdict for check in check_kernels()} == {"not run"}
    assert all(check.note.startswith("no driver") for check in check_kernels())
    monkeypatch.setattr(gpu_check, "no_cuda", lambda: "")
    monkeypatch.setattr(gpu_check, "KERNELS", {"a": (lambda: 1 // 0, 1.0), "b": (lambda: math.nan, 1.0)})
    assert [check.ok for check in check_kernels()] == [False, False]


@pytest.mark.parametrize("chosen", [["--backend", "numpy"], ["--backend", "strict", "--only", next(iter(KERNELS))]])
def test_where_nothing_was_compared_the_status_is_2(chosen, monkeypatch, capsys):
    monkeypatch.setattr(gpu_check, "no_cuda", lambda: "no driver")
    assert main(chosen) == 2
    assert capsys.readouterr().err == "nothing was compared\n"


def test_a_gpu_without_numba_s_compiler_compares_the_simulators_and_says_what_it_left_out(monkeypatch, capsys):
    monkeypatch.setattr(gpu_check, "backend", lambda name: Backend("cupy" if name == "cupy" else name, np))
    monkeypatch.setattr(gpu_check, "array_simulators", lambda: iter([simulator(off)]))
    monkeypatch.setattr(gpu_check, "no_cuda", lambda: "no libnvvm")
    assert main([]) == 2
    found = capsys.readouterr()
    assert "agrees" in found.out.splitlines()[1]
    assert found.out.count("no libnvvm") == len(KERNELS)
    assert found.err == f"not compared: {', '.join(KERNELS)}\n"
    monkeypatch.setattr(gpu_check, "no_cuda", lambda: "")
    monkeypatch.setattr(gpu_check, "KERNELS", {"a": (lambda: 0.5, 1.0)})
    assert main([]) == 0


def test_closed_forms_may_be_less_far_apart_than_iterations():
    cells = kinds_of(find("dis_vs_gen"))
    allowed = {cell["learner"]: tolerance_of("dis_vs_gen", cell) for cell in cells}
    assert allowed == {"naive_bayes": ROUNDING, "logistic": TOLERANCES["dis_vs_gen"]}
    least = min(find("dis_vs_gen").run(cell)["bayes"] for cell in cells)
    assert least > 1e3 * allowed["naive_bayes"]


def test_streams_agree_on_arrays_whose_host_cannot_read_them():
    pytest.importorskip("array_api_strict")
    (check,) = check_simulators(backend("strict:device1"), ("ood_unlabeled",))
    assert check.ok
    assert check.cells == 9


@pytest.mark.parametrize(
    ("here", "there", "apart"),
    [
        ({"x": [3.0, 8.0]}, {"x": [3.0, 10.0]}, 0.2),
        ({"x": [0.1]}, {"x": [0.3]}, 2 / 3),
        ({"x": [1e-30]}, {"x": [2e-30]}, 0.5),
        ({"x": [0.0]}, {"x": [-0.0]}, 0.0),
        ({"x": [5e-324]}, {"x": [0.0]}, 0.0),
        ({"x": [1e-12]}, {"x": [0.0]}, math.inf),
        ({"least_oracle_slack": [1e-12]}, {"least_oracle_slack": [0.0]}, 1e-12),
        ({"least_slack": [1e-12]}, {"least_slack": [0.0]}, 1e-12),
        ({"x": [10**6]}, {"x": [10**6 + 1]}, math.inf),
        ({"x": [10**6]}, {"x": [10**6]}, 0.0),
        ({"x": [True, False]}, {"x": [True, True]}, math.inf),
        ({"x": [1]}, {"x": [1.0]}, 0.0),
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
    found = distance(here, there)
    assert found > 1e200 if apart == math.inf else found == pytest.approx(apart)


def test_numpy_is_not_compared_with_itself(monkeypatch, capsys):
    monkeypatch.setattr(gpu_check, "no_cuda", lambda: "")
    monkeypatch.setattr(gpu_check, "KERNELS", {"a": (lambda: 0.5, 1.0)})
    assert main(["--backend", "numpy"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["a"]


def test_scalar_bodies_call_nothing_that_numba_does_not_compile_for_cuda():
    found = list(Path(gpu_check.__file__).parent.rglob("*scalar.py"))
    assert {path.name for path in found} >= {"flow_scalar.py", "exp3_scalar.py", "episode_scalar.py", "scalar.py"}
    for path in found:
        calls = {node.func.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
                 and isinstance(node.func, ast.Name)}  # fmt: skip
        # Those of Numba 0.68 take any number of arguments, and its own target for CUDA cannot type them.
        assert not calls & {"min", "max", "sum", "sorted"}, path


COMPILED = """
import sys
from types import SimpleNamespace
import numpy as np
from numba import cuda, types, typeof
from numba.cuda import dispatcher
from numba.cuda.compiler import compile_cuda

dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=(7, 5))
host = SimpleNamespace(to_device=lambda array: array, device_array=np.zeros)

class Launched(Exception):
    pass

class Kernel:
    def __init__(self, kernel):
        self.kernel = kernel
    def __getitem__(self, grid):
        return self
    def __call__(self, *given):
        function = self.kernel.py_func
        function.__globals__["_cuda"] = cuda
        compile_cuda(function, types.void, tuple(map(typeof, given)), cc=(7, 5), nvvm_options={})
        raise Launched

def compiled(module, play):
    module._kernel, module._cuda = Kernel(module._kernel), host
    try:
        play()
    except Launched:
        print(module.__name__)

from experiments import cuda_numbers, gpu_check
from experiments.linear_mdp import cuda as mdp_cuda
from experiments.mirror_descent import exp3_cuda
from experiments.neural_collapse import flow_cuda
compiled(cuda_numbers, gpu_check.streams)
compiled(exp3_cuda, gpu_check.exp3)
compiled(mdp_cuda, gpu_check.linear_mdp)
compiled(flow_cuda, gpu_check.collapse)
"""


def test_kernels_can_be_typed_and_lowered_for_a_gpu_that_is_not_there():
    pytest.importorskip("numba.cuda.dispatcher", reason="Numba's own target, which needs no driver to get so far")
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=False, timeout=200)
    by_their_own = set(KERNELS) - {"experiments.philox.cuda"}  # functions, which the kernel of numbers calls
    assert set(done.stdout.split()) == by_their_own | {"experiments.cuda_numbers"}, done.stderr[-2000:]
