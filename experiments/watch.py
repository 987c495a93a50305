"""Conditions on every round of a run: looked at as they arise on a processor, and many together on a device."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from experiments.arrays import Array, Backend, to_numpy
from experiments.horizons import Violation

__all__ = ["Watch"]

_HELD = 2**23  # numbers kept for messages, at most
_MOST = 1024  # conditions kept, at most


class Watch:
    """What must hold. On a device a look waits for all work before it, so that conditions are kept until `settle`.

    A block ``with watch:`` ends with it, also where an error leaves the block: what was wrong first is what is raised.

    Examples
    --------
    >>> from experiments.arrays import backend
    >>> watch, ones = Watch(backend("strict")), backend("strict").asarray([1.0, 1.0])
    >>> with watch:
    ...     watch.require(ones > 2, lambda holds, x: ValueError(f"got {x[~holds][0]}"), ones)
    ...     print("later")
    Traceback (most recent call last):
        ...
    ValueError: got 1.0
    """

    def __init__(self, backend: Backend) -> None:
        self._backend, self._xp, self._at_once = backend, backend.xp, backend.library == "numpy"
        self._kept: list[tuple[Array, Array, Callable[..., Exception], tuple[Array, ...]]] = []
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, Exception):  # who interrupts does not want to know
            self.settle()

    def require(self, holds: Array, error: Callable[..., Exception], *values: Array) -> None:
        """Raise ``error(holds, *values)``, of arrays on the host, unless ``holds`` everywhere: now or later."""
        if self._at_once:
            if not holds.all():
                raise error(holds, *values)
            return
        self._kept.append((self._xp.all(holds), holds, error, values))
        self._size += math.prod(holds.shape) * (1 + len(values))
        if self._size > _HELD or len(self._kept) >= _MOST:
            self.settle()

    def gradient(self, seen: Array, most: float, t: int) -> None:
        """Demand that no gradient (R, d) of round t is longer than declared."""
        size = self._xp.sqrt(self._xp.vecdot(seen, seen))

        def error(_: NDArray[np.bool_], size: NDArray[np.float64]) -> ValueError:
            return ValueError(
                f"round {t}: the gradient has norm {float(size.max())!r}, more than {most!r}, as declared"
            )

        self.require(size <= most * (1 + 1e-9), error, size)

    def slack(self, given: Any, t: int, name: str, *, like: Array, allowed: Any, what: str = "inequality") -> Array:
        """Return what a learner gives as the slack (R,) of an inequality, which is to be at least ``-allowed``.

        Raises
        ------
        ValueError
            If it has another shape than ``like``.
        Violation
            If it is less, now or later; the message names the round t, the first such row and by how much.
        """
        slack = self._backend.asarray(given)
        if slack.shape != like.shape:
            shapes = f"{tuple(like.shape)}, got {tuple(slack.shape)}"
            raise ValueError(f"round {t}: {name} must give a slack of shape {shapes}")

        def error(holds: NDArray[np.bool_], slack: NDArray[np.float64]) -> Violation:
            row = int(np.argmin(holds))
            return Violation(f"round {t}, row {row}: {name} violates its {what} by {-float(slack[row])!r}")

        self.require(slack >= -allowed, error, slack)
        return slack

    def settle(self) -> None:
        """Raise the error of the first condition kept that did not hold, if there is one."""
        kept, self._kept, self._size = self._kept, [], 0
        if not kept or bool(self._xp.all(self._xp.stack([fine for fine, *_ in kept]))):
            return
        _, holds, error, values = next(item for item in kept if not bool(item[0]))
        raise error(to_numpy(holds), *(to_numpy(value) for value in values))
