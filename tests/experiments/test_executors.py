import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from toy_simulator import COUNTS, SIMULATOR, TINY

from experiments import executors
from experiments.executors import SerialExecutor, open_pool
from experiments.store import Store
from experiments.sweep import run_sweep
from theory.engine.errors import BadInput

ROOT = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'support'}"}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "cloud",
        "threads:",
        "threads:0",
        "threads:-1",
        "processes:x",
        "processes:99999",
        "serial:2",
        "mpi:2",
        "dask:x",
    ],
)
def test_unknown_names_are_refused(name):
    with pytest.raises(BadInput, match="the executor is"), open_pool(name):
        pass


@pytest.mark.parametrize("name", ["dask://", "dask://host", "dask://host:port", "dask://:1"])
def test_addresses_without_host_and_port_are_refused(name):
    pytest.importorskip("distributed")
    with pytest.raises(BadInput, match="allowed: dask://HOST:PORT"), open_pool(name):
        pass


def test_other_objects_are_refused():
    with pytest.raises(BadInput, match=r"or a concurrent\.futures\.Executor"), open_pool(3):
        pass


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadInput, match=r"dask\[distributed\], which is not installed"), open_pool("dask://host:1"):
        pass
    monkeypatch.setitem(sys.modules, "mpi4py.futures", None)
    with pytest.raises(BadInput, match="package mpi4py"), open_pool("mpi"):
        pass


def test_the_serial_executor_keeps_exceptions_but_not_interrupts():
    executor = SerialExecutor()
    assert isinstance(executor.submit(int, "x").exception(), ValueError)

    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor.submit(interrupted)


def test_numbers_of_workers():
    with ThreadPoolExecutor(3) as user, open_pool(user) as pool:
        assert pool.workers == 3
    for name, count in (("serial", 1), ("threads:4", 4)):
        with open_pool(name) as pool:
            assert pool.workers == count
    with open_pool("threads") as pool:
        assert pool.workers == executors._cores()


def test_an_exception_ends_the_processes_at_once():
    with pytest.raises(KeyboardInterrupt):
        submit_and_interrupt()
    assert multiprocessing.active_children() == []


def submit_and_interrupt():
    with open_pool("processes:1") as pool:
        pool.executor.submit(time.sleep, 600)
        pool.executor.submit(time.sleep, 600)
        raise KeyboardInterrupt


def test_workers_ignore_interrupts_from_the_keyboard():
    with open_pool("processes:1") as pool:
        assert pool.executor.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN


def test_workers_end_with_their_parent(tmp_path):
    log = tmp_path / "log"
    command = [sys.executable, ROOT / "tests" / "support" / "toy_sweep.py", tmp_path / "a.sqlite", "processes:1", log]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE)
    wait_for(lambda: log.exists() and log.read_bytes())
    process.kill()
    assert process.stdout.read() == b""  # read to its end: no worker holds the pipe any more
    process.wait()
    process.stdout.close()


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = ENVIRONMENT["PYTHONPATH"]
    try:
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as made:
            yield made
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def test_dask_gives_the_same_bytes(tmp_path, cluster):
    address = cluster.scheduler_address.replace("tcp://", "dask://")
    run_sweep(SIMULATOR, "paper", tmp_path / "serial.sqlite", executor="serial")
    done = run_sweep(SIMULATOR, "paper", tmp_path / "dask.sqlite", executor=address)
    assert done.computed == COUNTS["paper"]
    with Store(tmp_path / "serial.sqlite") as one, Store(tmp_path / "dask.sqlite") as other:
        assert one.digest() == other.digest()


def test_dask_has_a_bounded_number_of_batches(tmp_path, cluster):
    address = cluster.scheduler_address.replace("tcp://", "dask://")
    done = run_sweep(TINY, "many", tmp_path / "a.sqlite", executor=address)
    assert done.computed == COUNTS["many"]
    assert done.most_in_flight <= 4


def test_an_executor_of_dask_may_be_given_and_stays_open(tmp_path, cluster):
    from distributed import Client

    with Client(cluster, set_as_default=False) as client:
        done = run_sweep(SIMULATOR, "quick", tmp_path / "a.sqlite", executor=client.get_executor(pure=False))
        assert done.computed == 12
        assert client.submit(int, "3").result() == 3


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "DASK_SECONDS", 0.2)
    with pytest.raises(BadInput, match="no Dask scheduler answers at 127"), open_pool("dask://127.0.0.1:9"):
        pass


def test_mpi_gives_the_same_bytes(tmp_path):
    pytest.importorskip("mpi4py")
    mpiexec = Path(sys.executable).with_name("mpiexec")
    if not mpiexec.exists():
        pytest.skip("mpiexec is not installed beside Python")
    support = ROOT / "tests" / "support" / "toy_sweep.py"
    command = [
        mpiexec,
        "-n",
        "3",
        sys.executable,
        "-m",
        "mpi4py.futures",
        support,
        tmp_path / "a.sqlite",
        "mpi",
        tmp_path / "log",
    ]
    done = subprocess.run(command, check=False, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    run_sweep(SIMULATOR, "kill", tmp_path / "threads.sqlite", executor="threads:8")
    with Store(tmp_path / "a.sqlite") as one, Store(tmp_path / "threads.sqlite") as other:
        assert one.digest() == other.digest()
