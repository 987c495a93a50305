"""The specification as device functions of ``numba.cuda``, for kernels that run one replicate a thread.

Needs Numba, and a GPU or ``NUMBA_ENABLE_CUDASIM=1``. Arguments are signed 64-bit integers.
"""

from __future__ import annotations

from typing import Any

from numba import cuda

from experiments.philox.scalar import scalar_functions

__all__ = [
    "bits_at",
    "categorical_at",
    "chisquare_at",
    "exponential_at",
    "gamma_at",
    "integer_at",
    "normal_at",
    "normal_pair",
    "pair",
    "rademacher_at",
    "uniform_at",
]

_jit: Any = cuda.jit
_DEVICE = scalar_functions(_jit(device=True, fastmath=False))
pair, normal_pair = _DEVICE.pair, _DEVICE.normal_pair
bits_at, uniform_at, normal_at = _DEVICE.bits_at, _DEVICE.uniform_at, _DEVICE.normal_at
exponential_at, rademacher_at, integer_at = _DEVICE.exponential_at, _DEVICE.rademacher_at, _DEVICE.integer_at
categorical_at, gamma_at, chisquare_at = _DEVICE.categorical_at, _DEVICE.gamma_at, _DEVICE.chisquare_at
