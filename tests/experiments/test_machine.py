import sys
from types import SimpleNamespace

from experiments import machine


def test_the_machine_is_named_in_words():
    found = machine.describe()
    text = machine.in_words(found)
    assert f"{found['cores']['usable']} of {found['cores']['all']} cores" in text
    assert f"numpy {found['versions']['numpy']}" in text


def test_the_name_of_the_gpu_is_cupy_s_and_none_without_a_driver(monkeypatch):
    runtime = SimpleNamespace(getDevice=lambda: 3, getDeviceProperties=lambda number: {"name": b"card %d" % number})
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(cuda=SimpleNamespace(runtime=runtime)))
    assert machine.cuda_device() == "card 3"
    runtime.getDevice = lambda: 1 / 0
    assert machine.cuda_device() is None
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert machine.cuda_device() is None
