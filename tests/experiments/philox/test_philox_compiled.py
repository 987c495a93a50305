import importlib.util
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.philox import array, engines
from experiments.philox.spec import Law, Window

if importlib.util.find_spec("numba") is None:
    pytest.skip("Numba is not installed", allow_module_level=True)

from experiments.philox import compiled  # after the test for Numba

NUMPY = backend("numpy")
WINDOWS = [
    Window((0, 0), 0, 0, 3, 0, 300),
    Window((0xA4093822, 0x299F31D0), 2**32 - 1, 2**32 - 2, 2, 2**33 + 3, 131),
    Window((2**32 - 1, 2**32 - 1), 3, 4, 5, 7, 1),
    Window((1, 2), 3, 4, 5, 2**48 - 2, 2),
    Window((1, 2), 3, 4, 2, 1, 2),
    Window((1, 2), 3, 4, 0, 1, 2),
    Window((1, 2), 3, 4, 2, 1, 0),
]


@pytest.mark.parametrize("window", WINDOWS)
def test_words_uniforms_and_signs_are_equal_to_the_last_bit(window):
    assert np.array_equal(compiled.bits(NUMPY, window), array.bits(NUMPY, window))
    assert np.array_equal(compiled.rademacher(NUMPY, window), array.rademacher(NUMPY, window))
    for law in (Law.UNIFORM, Law.EXPONENTIAL, Law.INTEGERS, Law.CATEGORICAL):
        assert np.array_equal(compiled.uniform(NUMPY, window, law), array.uniform(NUMPY, window, law))


@pytest.mark.parametrize("window", WINDOWS)
def test_other_numbers_differ_by_rounding(window):
    np.testing.assert_array_max_ulp(compiled.normal(NUMPY, window), array.normal(NUMPY, window), 2)
    size = (window.rows, window.count)
    for shape in (np.asarray([[0.4]]), np.linspace(0.2, 9.0, window.rows * window.count).reshape(size)):
        here, there = compiled.gamma(NUMPY, window, shape), array.gamma(NUMPY, window, shape)
        np.testing.assert_allclose(here, there, rtol=1e-14)


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_threads_change_no_number(monkeypatch, rows):
    window = Window((5, 6), 7, 0, rows, 3, 300_001 // rows)
    shape = np.full((window.rows, window.count), 2.5)
    results = []
    for threads in (1, 3):
        monkeypatch.setattr(compiled, "allowed", lambda threads=threads: threads)
        results.append((compiled.uniform(NUMPY, window), compiled.gamma(NUMPY, window, shape)))
    for one, many in zip(*results, strict=True):
        assert np.array_equal(one, many)


def test_a_worker_does_not_spawn_threads():
    found = []
    thread = threading.Thread(target=lambda: found.append(compiled.allowed()))
    thread.start()
    thread.join()
    assert found == [1]
    assert compiled.allowed() >= 1


def test_compiled_loops_of_ones_own():
    from numba import njit

    @njit
    def numbers(key0, key1, stream, replicate, inner):
        return (
            compiled.uniform_at(key0, key1, stream, replicate, 3),
            compiled.normal_at(key0, key1, stream, replicate, 3),
            compiled.exponential_at(key0, key1, stream, replicate, 3),
            compiled.rademacher_at(key0, key1, stream, replicate, 3),
            compiled.integer_at(10, key0, key1, stream, replicate, 3),
            compiled.categorical_at(inner, key0, key1, stream, replicate, 3),
            compiled.gamma_at(0.5, key0, key1, stream, replicate, 3),
            compiled.chisquare_at(4.0, key0, key1, stream, replicate, 3),
        )

    from experiments.streams import Stream

    stream = Stream(2**64 - 1, 2**32 - 1)
    got = numbers(*stream.key, stream.stream, 9, np.asarray([0.25, 0.5]))
    rows = range(9, 10)
    expected = [
        stream.uniform(rows, 4),
        stream.normal(rows, 4),
        stream.exponential(rows, 4),
        stream.rademacher(rows, 4),
        stream.integers(10, rows, 4),
        stream.categorical([0.25, 0.25, 0.5], rows, 4),
        stream.gamma(0.5, rows, 4),
        stream.chisquare(4.0, rows, 4),
    ]
    np.testing.assert_allclose(got, [law[0, 3] for law in expected], rtol=1e-14)


def test_engines():
    assert engines.engine(NUMPY) is compiled
    assert engines.engine(backend("strict:device1")) is array


def test_a_broken_numba_is_done_without(monkeypatch):
    engines._compiled.cache_clear()
    monkeypatch.setitem(sys.modules, "experiments.philox.compiled", None)
    try:
        assert engines.engine(NUMPY) is array
    finally:
        engines._compiled.cache_clear()


SIMULATED = """
import numpy as np
from numba import cuda
from experiments.philox import cuda as device
from experiments.streams import Stream

stream = Stream(0xA4093822299F31D0, 5)
inner = np.asarray([0.25, 0.5])

@cuda.jit
def kernel(key0, key1, number, inner, out):
    row = cuda.grid(1)
    if row < out.shape[0]:
        for index in range(4):
            out[row, 0, index] = device.uniform_at(key0, key1, number, row, index)
            out[row, 1, index] = device.normal_at(key0, key1, number, row, index)
            out[row, 2, index] = device.exponential_at(key0, key1, number, row, index)
            out[row, 3, index] = device.rademacher_at(key0, key1, number, row, index)
            out[row, 4, index] = device.integer_at(10, key0, key1, number, row, index)
            out[row, 5, index] = device.categorical_at(inner, key0, key1, number, row, index)
            out[row, 6, index] = device.gamma_at(0.5, key0, key1, number, row, index)
            out[row, 7, index] = device.bits_at(key0, key1, number, row, index)

out = np.zeros((5, 8, 4))
kernel[2, 3](*stream.key, stream.stream, inner, out)
exact = [stream.uniform(5, 4), stream.rademacher(5, 4), stream.integers(10, 5, 4),
         stream.categorical([0.25, 0.25, 0.5], 5, 4), stream.bits(5, 4)]
assert np.array_equal(out[:, [0, 3, 4, 5, 7]], np.stack(exact, axis=1))
rounded = [stream.normal(5, 4), stream.exponential(5, 4), stream.gamma(0.5, 5, 4)]
np.testing.assert_allclose(out[:, [1, 2, 6]], np.stack(rounded, axis=1), rtol=1e-14)
"""


def test_device_functions_in_the_simulator():
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run(
        [sys.executable, "-c", SIMULATED], check=False, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr


CHANGED = """
import sys
from experiments.philox import scalar
if len(sys.argv) > 1:  # as if scalar.py had been edited: another constant, and another text
    import inspect
    scalar._M0 += 2
    text = inspect.getsource(scalar)
    inspect.getsource = lambda module: text + "# edited" if module is scalar else ""
from experiments.philox import compiled
from experiments.philox.spec import Law, Window
window = Window((1, 2), 3, 4, 2, 1, 5)
print([compiled.fill(name, window).tolist() for name in ("bits", "uniform", "normal", "rademacher")])
print(compiled.gamma(None, window, compiled.np.asarray([[0.5]])).tolist())
"""


def test_the_cache_on_disk_knows_the_text_of_what_is_compiled(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    found = []
    for arguments in ([], ["edited"], []):
        command = [sys.executable, "-c", CHANGED, *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        found.append(done.stdout.splitlines())
    assert found[0] == found[2]
    assert all(one != other for one, other in zip(found[0], found[1], strict=True))


def test_a_shape_that_is_none_ends():
    for shape in (np.nan, -np.inf, -1.0):
        assert np.isnan(compiled.gamma_at(shape, 1, 2, 3, 4, 5))
