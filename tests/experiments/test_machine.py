import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from experiments import machine


def test_the_machine_is_named_in_words():
    found = machine.describe()
    text = machine.in_words(found)
    assert f"{found['cores']['usable']} of {found['cores']['all']} cores" in text
    assert f"numpy {found['versions']['numpy']}" in text


def test_memory_is_what_a_control_group_leaves(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_LIMITS", ())
    whole = machine.memory()
    low, none = tmp_path / "low", tmp_path / "none"
    low.write_text(f"{2**28}\n")
    none.write_text("max\n")
    monkeypatch.setattr(machine, "_LIMITS", (none, tmp_path / "gone"))
    assert machine.memory() == whole
    monkeypatch.setattr(machine, "_LIMITS", (none, low))
    assert machine.memory() == 0.25


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is inherited on Linux")
def test_the_memory_of_a_program_is_not_that_of_the_program_that_started_it():
    block = np.ones(1 << 26)
    words = "from experiments.machine import peak_memory; print(peak_memory())"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.25
    assert machine.peak_memory() >= 0.5
    assert block.size


def test_the_name_of_the_gpu_is_cupy_s_and_none_without_a_driver(monkeypatch):
    runtime = SimpleNamespace(getDevice=lambda: 3, getDeviceProperties=lambda number: {"name": b"card %d" % number})
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(cuda=SimpleNamespace(runtime=runtime)))
    assert machine.cuda_device() == "card 3"
    runtime.getDevice = lambda: 1 / 0
    assert machine.cuda_device() is None
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert machine.cuda_device() is None
