"""The specification in CUDA C, and the fills of CuPy arrays by it.

:func:`source` is plain C but for a few qualifiers, so a C compiler reads it as well. Kernels of one's own put their
text behind it and call ``uniform_at(key0, key1, stream, replicate, index)`` and its companions; all arguments are
``long long``.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from experiments.arrays import Array, Backend
from experiments.philox.spec import ATTEMPTS, MASK, MULTIPLIERS, ROUNDS, TINY, TURN, WEYL, Law, Window

__all__ = ["bits", "gamma", "normal", "rademacher", "source", "uniform"]

_THREADS = 256  # in a block of the grid
_BLOCKS = 1 << 15  # of the grid at most; the loops of the kernels stride

_FUNCTIONS = r"""
typedef long long i64;
typedef struct { i64 w0, w1, w2, w3; } words;
typedef struct { double even, odd; } two;

__device__ static inline words block_of(i64 key0, i64 key1, i64 stream, i64 replicate, i64 law, i64 round, i64 number)
{
    unsigned int c0 = (unsigned int)(number & MASK), c1 = (unsigned int)replicate, c2 = (unsigned int)stream;
    unsigned int c3 = (unsigned int)((number >> 32) | (law << 16) | (round << 20));
    unsigned int k0 = (unsigned int)key0, k1 = (unsigned int)key1;
    for (int step = 0; step < ROUNDS; ++step) {
        unsigned long long product0 = (unsigned long long)M0 * c0, product1 = (unsigned long long)M1 * c2;
        c0 = (unsigned int)(product1 >> 32) ^ c1 ^ k0;
        c1 = (unsigned int)product1;
        c2 = (unsigned int)(product0 >> 32) ^ c3 ^ k1;
        c3 = (unsigned int)product0;
        k0 += W0;
        k1 += W1;
    }
    words found = {(i64)c0, (i64)c1, (i64)c2, (i64)c3};
    return found;
}

__device__ static inline i64 word_of(words block, i64 lane)
{
    return lane == 0 ? block.w0 : lane == 1 ? block.w1 : lane == 2 ? block.w2 : block.w3;
}

__device__ static inline double unit_of(i64 high, i64 low)
{
    return (double)((((high >> 5) << 26) + (low >> 6)) | 1) * TINY;
}

__device__ static inline two pair(i64 key0, i64 key1, i64 stream, i64 replicate, i64 law, i64 round, i64 number)
{
    words block = block_of(key0, key1, stream, replicate, law, round, number);
    two found = {unit_of(block.w0, block.w1), unit_of(block.w2, block.w3)};
    return found;
}

__device__ static inline two normal_pair(i64 key0, i64 key1, i64 stream, i64 replicate, i64 law, i64 round, i64 number)
{
    two found = pair(key0, key1, stream, replicate, law, round, number);
    double radius = sqrt(-2.0 * log(found.even)), angle = TURN * found.odd;
    found.even = radius * cos(angle);
    found.odd = radius * sin(angle);
    return found;
}

__device__ static inline double law_at(i64 law, i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    two found = pair(key0, key1, stream, replicate, law, 0, index >> 1);
    return index & 1 ? found.odd : found.even;
}

__device__ static inline i64 bits_at(i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    return word_of(block_of(key0, key1, stream, replicate, BITS, 0, index >> 2), index & 3);
}

__device__ static inline double uniform_at(i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    return law_at(UNIFORM, key0, key1, stream, replicate, index);
}

__device__ static inline double normal_at(i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    two found = normal_pair(key0, key1, stream, replicate, NORMAL, 0, index >> 1);
    return index & 1 ? found.odd : found.even;
}

__device__ static inline double exponential_at(i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    return -log(law_at(EXPONENTIAL, key0, key1, stream, replicate, index));
}

__device__ static inline double rademacher_at(i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    words block = block_of(key0, key1, stream, replicate, RADEMACHER, 0, index >> 7);
    return 2.0 * (double)((word_of(block, (index >> 5) & 3) >> (index & 31)) & 1) - 1.0;
}

__device__ static inline i64 integer_at(i64 bound, i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    return (i64)((double)bound * law_at(INTEGERS, key0, key1, stream, replicate, index));
}

__device__ static inline i64 categorical_at(
    const double *inner, i64 edges, i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    double point = law_at(CATEGORICAL, key0, key1, stream, replicate, index);
    i64 label = 0;
    while (label < edges && inner[label] <= point) ++label;
    return label;
}

__device__ static inline double gamma_at(double shape, i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    double d = (shape >= 1.0 ? shape : shape + 1.0) - 1.0 / 3.0;
    for (i64 attempt = 0; attempt < ATTEMPTS; ++attempt) {
        double x = normal_pair(key0, key1, stream, replicate, GAMMA, 2 * attempt, index).even;
        two other = pair(key0, key1, stream, replicate, GAMMA, 2 * attempt + 1, index);
        double z = x / sqrt(9.0 * d);
        if (z > -1.0) {
            double excess = log1p(z) - z * (1.0 + z * (1.0 + z / 3.0));
            if (log(other.even) < x * x / 2.0 + 3.0 * d * excess) {
                double value = d * ((1.0 + z) * (1.0 + z) * (1.0 + z));
                return shape >= 1.0 ? value : value * exp(log(other.odd) / shape);
            }
        }
    }
    return sqrt(-1.0); // NaN
}

__device__ static inline double chisquare_at(double dof, i64 key0, i64 key1, i64 stream, i64 replicate, i64 index)
{
    return 2.0 * gamma_at(dof / 2.0, key0, key1, stream, replicate, index);
}
"""

_KERNELS = r"""
#define FIRST ((i64)blockIdx.x * blockDim.x + threadIdx.x)
#define STRIDE ((i64)blockDim.x * gridDim.x)
#define ADDRESS key0, key1, stream, first + at / count, offset + at % count

extern "C" __global__ void fill_bits(
    i64 *out, i64 key0, i64 key1, i64 stream, i64 first, i64 rows, i64 offset, i64 count)
{
    for (i64 at = FIRST; at < rows * count; at += STRIDE) out[at] = bits_at(ADDRESS);
}

extern "C" __global__ void fill_pairs(
    double *out, i64 key0, i64 key1, i64 stream, i64 first, i64 rows, i64 offset, i64 count, i64 law)
{
    i64 start = offset >> 1, blocks = ((offset + count + 1) >> 1) - start;
    for (i64 at = FIRST; at < rows * blocks; at += STRIDE) {
        i64 row = at / blocks, number = start + at % blocks, column = 2 * number - offset;
        two found = law == NORMAL ? normal_pair(key0, key1, stream, first + row, law, 0, number)
                                  : pair(key0, key1, stream, first + row, law, 0, number);
        if (column >= 0) out[row * count + column] = found.even;
        if (column + 1 < count) out[row * count + column + 1] = found.odd;
    }
}

extern "C" __global__ void fill_rademacher(
    double *out, i64 key0, i64 key1, i64 stream, i64 first, i64 rows, i64 offset, i64 count)
{
    for (i64 at = FIRST; at < rows * count; at += STRIDE) out[at] = rademacher_at(ADDRESS);
}

extern "C" __global__ void fill_gamma(
    double *out, i64 key0, i64 key1, i64 stream, i64 first, i64 rows, i64 offset, i64 count, const double *shape,
    i64 shapes)
{
    for (i64 at = FIRST; at < rows * count; at += STRIDE) out[at] = gamma_at(shape[shapes == 1 ? 0 : at], ADDRESS);
}
"""


def source(*, kernels: bool = True) -> str:
    """Return the text: the constants, the functions, and the kernels that fill arrays unless they are not wanted.

    Examples
    --------
    >>> "uniform_at" in source(kernels=False), "fill_bits" in source(kernels=False)
    (True, False)
    """
    constants: dict[str, str] = {
        "M0": f"{MULTIPLIERS[0]:#x}u",
        "M1": f"{MULTIPLIERS[1]:#x}u",
        "W0": f"{WEYL[0]:#x}u",
        "W1": f"{WEYL[1]:#x}u",
        "MASK": f"{MASK:#x}LL",
        "ROUNDS": str(ROUNDS),
        "ATTEMPTS": str(ATTEMPTS),
        "TINY": TINY.hex(),
        "TURN": TURN.hex(),
        **{law.name: str(int(law)) for law in Law},
    }
    lines = [f"#define {name} {value}" for name, value in constants.items()]
    return "\n".join(lines) + "\n" + _FUNCTIONS + (_KERNELS if kernels else "")


def bits(backend: Backend, window: Window) -> Array:
    """Return the words themselves, in int64."""
    return _filled(backend, window, "fill_bits", backend.xp.int64)


def uniform(backend: Backend, window: Window, law: Law = Law.UNIFORM) -> Array:
    """Return uniforms in (0, 1), of the law that they serve."""
    return _filled(backend, window, "fill_pairs", backend.xp.float64, np.int64(law))


def normal(backend: Backend, window: Window) -> Array:
    """Return standard normals."""
    return _filled(backend, window, "fill_pairs", backend.xp.float64, np.int64(Law.NORMAL))


def rademacher(backend: Backend, window: Window) -> Array:
    """Return signs, as float64."""
    return _filled(backend, window, "fill_rademacher", backend.xp.float64)


def gamma(backend: Backend, window: Window, shape: Array) -> Array:
    """Return gamma numbers of the shapes (rows, count) or (1, 1)."""
    rows = backend.xp.empty(shape.shape, dtype=backend.xp.float64, device=backend.device)
    rows[...] = shape  # row by row without gaps, as the kernel reads them
    return _filled(backend, window, "fill_gamma", backend.xp.float64, rows, np.int64(rows.size))


def _filled(backend: Backend, window: Window, kernel: str, dtype: Any, *more: Any) -> Array:
    out = backend.xp.empty((window.rows, window.count), dtype=dtype, device=backend.device)
    if out.size == 0:
        return out
    place = (*window.key, window.stream, window.first, window.rows, window.offset, window.count)
    grid = (min(_BLOCKS, -(-int(out.size) // _THREADS)),)
    _launch(backend, kernel, grid, (out, *map(np.int64, place), *more))
    return out


def _launch(backend: Backend, kernel: str, grid: tuple[int], arguments: tuple[Any, ...]) -> None:
    import cupy

    with cupy.cuda.Device() if backend.device is None else backend.device:
        _module().get_function(kernel)(grid, (_THREADS,), arguments)


@functools.cache
def _module() -> Any:
    import cupy

    # Fused products round otherwise than on a processor.
    return cupy.RawModule(code=source(), options=("--fmad=false",))
