"""The CUDA C text, read by a C compiler and run on a processor; and compiled for a GPU where nvcc is there."""

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.philox import array, cuda_c
from experiments.philox.spec import Law, Window

NUMPY = backend("numpy")
COMPILER = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
WINDOWS = [
    Window((0, 0), 0, 0, 3, 0, 300),
    Window((0xA4093822, 0x299F31D0), 2**32 - 1, 2**32 - 2, 2, 2**33 + 3, 131),
    Window((1, 2), 3, 4, 5, 7, 1),
]
ON_THE_HOST = """
#include <math.h>
#define __device__
#define __global__
static const struct { unsigned int x; } blockIdx = {0}, threadIdx = {0}, blockDim = {1}, gridDim = {1};
"""
SCALARS = """
double uniform_host(i64 a, i64 b, i64 c, i64 d, i64 e) { return uniform_at(a, b, c, d, e); }
double normal_host(i64 a, i64 b, i64 c, i64 d, i64 e) { return normal_at(a, b, c, d, e); }
double exponential_host(i64 a, i64 b, i64 c, i64 d, i64 e) { return exponential_at(a, b, c, d, e); }
double chisquare_host(i64 a, i64 b, i64 c, i64 d, i64 e) { return chisquare_at(5.0, a, b, c, d, e); }
i64 integer_host(i64 a, i64 b, i64 c, i64 d, i64 e) { return integer_at(1000, a, b, c, d, e); }
i64 categorical_host(i64 a, i64 b, i64 c, i64 d, i64 e)
{
    const double inner[3] = {0.1, 0.1, 0.7};
    return categorical_at(inner, 3, a, b, c, d, e);
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    if COMPILER is None:
        pytest.skip("no C compiler (cc, gcc or clang) on the path")
    folder = tmp_path_factory.mktemp("philox")
    text = ON_THE_HOST + cuda_c.source().replace('extern "C" ', "") + SCALARS
    (folder / "philox.c").write_text(text, "ascii")
    flags = ["-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Werror", "-Wno-unused-function", "-shared", "-fPIC"]
    command = [COMPILER, *flags, str(folder / "philox.c"), "-o", str(folder / "philox.so"), "-lm"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return ctypes.CDLL(str(folder / "philox.so"))


@pytest.fixture
def on_the_host(library, monkeypatch):
    """Launch kernels as one thread of the processor."""

    def launch(_, kernel, grid, arguments):
        assert grid[0] >= 1
        assert all(isinstance(value, np.ndarray | np.int64) for value in arguments)  # what a kernel takes by size
        as_c = [
            ctypes.c_void_p(value.ctypes.data) if isinstance(value, np.ndarray) else ctypes.c_longlong(int(value))
            for value in arguments
        ]
        getattr(library, kernel)(*as_c)

    monkeypatch.setattr(cuda_c, "_launch", launch)


@pytest.mark.usefixtures("on_the_host")
@pytest.mark.parametrize("window", WINDOWS)
def test_words_uniforms_and_signs_are_equal_to_the_last_bit(window):
    assert np.array_equal(cuda_c.bits(NUMPY, window), array.bits(NUMPY, window))
    assert np.array_equal(cuda_c.rademacher(NUMPY, window), array.rademacher(NUMPY, window))
    for law in (Law.UNIFORM, Law.EXPONENTIAL, Law.INTEGERS, Law.CATEGORICAL):
        assert np.array_equal(cuda_c.uniform(NUMPY, window, law), array.uniform(NUMPY, window, law))


@pytest.mark.usefixtures("on_the_host")
@pytest.mark.parametrize("window", WINDOWS)
def test_other_numbers_differ_by_rounding(window):
    np.testing.assert_array_max_ulp(cuda_c.normal(NUMPY, window), array.normal(NUMPY, window), 2)
    size = (window.rows, window.count)
    by_row = np.broadcast_to(np.linspace(0.2, 9.0, window.rows)[:, None], size)
    for shape in (np.asarray([[0.4]]), by_row, np.linspace(0.2, 9.0, window.rows * window.count).reshape(size)):
        here, there = cuda_c.gamma(NUMPY, window, shape), array.gamma(NUMPY, window, shape)
        np.testing.assert_allclose(here, there, rtol=1e-14)


@pytest.mark.usefixtures("on_the_host")
def test_nothing_asked_for_is_nothing_launched():
    assert cuda_c.uniform(NUMPY, Window((0, 0), 0, 0, 0, 0, 5)).shape == (0, 5)


@pytest.mark.parametrize("index", [0, 1, 2**33 + 5])
def test_functions_for_kernels_of_ones_own(library, index):
    from experiments.philox.scalar import scalar_functions

    plain = scalar_functions(lambda function: function)
    place = (0x12345678, 0x9ABCDEF0, 7, 11, index)

    def on_host(name, kind):
        function = getattr(library, name)
        function.argtypes, function.restype = [ctypes.c_longlong] * 5, kind
        return function(*place)

    assert on_host("uniform_host", ctypes.c_double) == plain.uniform_at(*place)
    assert on_host("integer_host", ctypes.c_longlong) == plain.integer_at(1000, *place)
    assert on_host("categorical_host", ctypes.c_longlong) == plain.categorical_at([0.1, 0.1, 0.7], *place)
    assert on_host("normal_host", ctypes.c_double) == pytest.approx(plain.normal_at(*place), rel=1e-15)
    assert on_host("exponential_host", ctypes.c_double) == pytest.approx(plain.exponential_at(*place), rel=1e-15)
    assert on_host("chisquare_host", ctypes.c_double) == pytest.approx(plain.chisquare_at(5.0, *place), rel=1e-14)


def test_the_text_compiles_for_a_gpu(tmp_path):
    nvcc = shutil.which("nvcc")
    if nvcc is None:
        pytest.skip("no nvcc on the path")
    (tmp_path / "philox.cu").write_text(cuda_c.source(), "ascii")
    command = [nvcc, "-ptx", "--fmad=false", str(tmp_path / "philox.cu"), "-o", str(tmp_path / "philox.ptx")]
    subprocess.run(command, check=True, capture_output=True, text=True)
    ptx = (tmp_path / "philox.ptx").read_text("ascii")
    assert all(f".entry {name}" in ptx for name in ("fill_bits", "fill_pairs", "fill_rademacher", "fill_gamma"))
