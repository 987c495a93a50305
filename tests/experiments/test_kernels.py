import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from experiments import kernels
from experiments.arrays import Backend


@pytest.mark.parametrize(
    ("ready", "context", "said"),
    [
        (True, None, ""),
        (False, OSError("no\n  driver. Try another"), "Numba cannot run kernels (OSError: no driver)"),
        (False, None, "Numba cannot run kernels (the driver is there; of a CUDA toolkit libnvvm is not found)"),
    ],
)
def test_it_says_why_numba_cannot_run_kernels(ready, context, said, monkeypatch):
    def current_context():
        if context:
            raise context

    cuda = SimpleNamespace(is_available=lambda: ready, current_context=current_context)
    monkeypatch.setattr(kernels, "import_module", lambda name: cuda)
    assert kernels.no_cuda() == said


def test_without_numba_there_are_no_kernels(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba.cuda", None)
    assert kernels.no_cuda().startswith("Numba cannot run kernels (ModuleNotFoundError")


def test_arrays_stand_in_with_a_warning(monkeypatch):
    monkeypatch.setattr(kernels, "no_cuda", lambda: "")
    assert kernels.instead() == "cuda"
    monkeypatch.setattr(kernels, "no_cuda", lambda: "no libnvvm")
    with pytest.warns(RuntimeWarning, match="no libnvvm: array operations instead"):
        assert kernels.instead() == "array"


def test_kernels_run_on_the_device_that_is_named(monkeypatch):
    entered = []

    @contextmanager
    def gpu(number):
        entered.append(number)
        yield

    cuda = SimpleNamespace(gpus={number: gpu(number) for number in (0, 1)})
    monkeypatch.setattr(kernels, "import_module", lambda name: cuda)
    for where in (None, Backend("numpy", None), Backend("cupy", None), Backend("torch:cuda:1", None, "cuda:1")):
        with kernels.on_device(where):
            assert not entered
    for number in (0, 1):
        with kernels.on_device(Backend(f"cupy:{number}", None, SimpleNamespace(id=number))):
            assert entered[-1] == number
