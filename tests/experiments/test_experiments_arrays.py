import subprocess
import sys

import array_api_strict
import numpy as np
import pytest

from experiments import arrays
from experiments.arrays import BackendMissing, backend, backend_of, to_numpy
from experiments.counting import work_of

DEVICE1 = array_api_strict.Device("device1")


def available(name):
    try:
        return backend(name)
    except BackendMissing as missing:
        pytest.skip(str(missing))


NAMES = ["numpy", "strict", "strict:device1", "torch", "torch:cuda", "cupy"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("values", [[[1.5, -2.0], [0.25, 8.0]], [3, -4], [True, False], 2.5])
def test_there_and_back(name, values):
    made = available(name).asarray(values)
    back = to_numpy(made)
    assert type(back) is np.ndarray
    assert back.tolist() == values
    assert back.dtype == np.asarray(values).dtype


@pytest.mark.parametrize("name", NAMES)
def test_backend_of_an_array_makes_arrays_that_meet_it(name):
    array = available(name).asarray([1.0, 2.0])
    again = backend_of(array)
    assert again.library == name.partition(":")[0]
    assert to_numpy(array + again.asarray([10.0, 20.0])).tolist() == [11.0, 22.0]
    if name != "numpy":
        assert backend(again.name).asarray([0.0]).device == array.device


@pytest.mark.parametrize("name", ["numpy", "strict:device1", "torch"])
def test_arrays_move_between_backends(name):
    strange = np.asarray([1.0, 2.0, 3.0])[::-1]
    strange.flags.writeable = False
    moved = available("strict").asarray(available(name).asarray(strange))
    assert to_numpy(moved).tolist() == [3.0, 2.0, 1.0]


def test_the_second_device_refuses_to_be_read_in_silence():
    x = backend("strict:device1").asarray([1.0])
    assert x.device == DEVICE1
    with pytest.raises(RuntimeError):
        np.asarray(x)


def test_dtype_of_the_namespace():
    made = backend("strict").asarray([1, 2], dtype=array_api_strict.float64)
    assert made.dtype == array_api_strict.float64
    assert backend("numpy").asarray([1, 2], dtype=np.float64).dtype == np.float64


@pytest.mark.parametrize("name", ["", "abacus", "numpy:cpu", "torch:", 3, None, ":cuda"])
def test_names_that_are_no_backend(name):
    with pytest.raises(ValueError, match="a backend is numpy, torch"):
        backend(name)


@pytest.mark.parametrize("name", ["strict:device7", "strict:no_float64"])
def test_devices_that_are_missing_or_too_coarse(name):
    with pytest.raises(BackendMissing, match="cannot hold double precision"):
        backend(name)


def test_torch_without_its_device():
    pytest.importorskip("torch")
    with pytest.raises(BackendMissing, match="cannot hold double precision"):
        backend("torch:nonsense")


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(BackendMissing, match="needs the package cupy"):
        backend("cupy")


def test_a_namespace_that_is_not_known(monkeypatch):
    monkeypatch.setattr(arrays, "namespace", lambda array: array_api_strict.linalg)
    monkeypatch.setattr(arrays, "_LIBRARIES", {"numpy": ("numpy", "numpy")})
    with pytest.raises(ValueError, match="arrays of numpy"):
        backend_of(array_api_strict.asarray(1.0))


ALONE = """
import sys
for name in ("array_api_compat", "numba", "sympy", "cvxpy", "flint", "matplotlib", "dask", "torch"):
    sys.modules[name] = None
from experiments.arrays import backend, to_numpy
from experiments.streams import Stream
assert to_numpy(backend("numpy").asarray([1.0])).tolist() == [1.0]
stream = Stream(3)
print(stream.uniform(2, 3).tolist(), stream.chisquare(5, 1, 2).shape, stream.categorical([0.5, 0.5], 1, 4).tolist())
"""


def test_numpy_alone_gives_the_same_numbers():
    from experiments.streams import Stream

    done = subprocess.run([sys.executable, "-W", "error", "-c", ALONE], check=True, capture_output=True, text=True)
    labels = Stream(3).categorical([0.5, 0.5], 1, 4).tolist()
    assert done.stdout.strip() == f"{Stream(3).uniform(2, 3).tolist()} (1, 2) {labels}"


def test_importing_costs_no_library():
    code = "import sys, experiments.arrays, experiments.streams; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert {"numba", "torch", "cupy", "sympy", "scipy", "matplotlib"} & set(done.stdout.split()) == set()


def test_a_package_that_is_there_but_broken_is_not_called_missing(monkeypatch):
    def broken(name):
        raise ImportError("libcublas.so.13:\n cannot open shared object file")

    monkeypatch.setattr(arrays.importlib, "import_module", broken)
    with pytest.raises(BackendMissing, match=r"which cannot be imported: libcublas\.so\.13: cannot open"):
        backend("cupy")


@pytest.mark.parametrize("number", ["-1", "x", "1.0"])
def test_the_number_of_a_device_of_cupy_is_one(number, monkeypatch):
    monkeypatch.setattr(arrays, "_namespace_of", lambda library: np)
    with pytest.raises(BackendMissing, match=f"the number of a device is '{number}'"):
        backend(f"cupy:{number}")


def test_a_namespace_of_its_own_names_whose_rules_it_keeps():
    found = []
    work_of(lambda where: found.append((where, backend_of(where.asarray([1.0])))))
    ((where, of_the_array),) = found
    assert (of_the_array.name, of_the_array.xp, where.library) == ("strict:counted", where.xp, "strict")
