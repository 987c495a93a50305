"""Array libraries: how each is given tensors, differentiates, and gives its numbers back. Each is optional."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any, Protocol

import numpy as np

_LAYERS = 12
DTYPES = ("float16", "float32", "float64")


class WrongReturn(Exception):
    """What a callable returned is no array of numbers of the kind it was given."""


class Library(Protocol):
    """What is needed of an array library."""

    name: str
    differentiation: str

    def version(self) -> str:
        """Return the version in use."""

    def array(self, values: Any, dtype: str) -> Any:
        """Return an array on the library's CPU device."""

    def numbers(self, returned: Any) -> Any:
        """Return what a callable gave back as a NumPy array, exactly.

        Raises
        ------
        WrongReturn
            If it is not an array of floating-point numbers on the device of the inputs.
        """

    def gradients(self, function: Callable[..., Any], arrays: Sequence[Any], which: Sequence[int]) -> list[Any]:
        """Return the derivatives of the sum of ``function(*arrays)`` by the arrays ``which``."""

    def session(self) -> contextlib.AbstractContextManager[Any]:
        """Return what must be entered while arrays are in use."""


def _checked(values: Any, kind: str) -> Any:
    """Return a NumPy array of floating-point numbers or say what else it is."""
    if values.dtype.kind in "iub":
        raise WrongReturn(f"returned {kind} of {values.dtype}; floating-point numbers are needed")
    if values.dtype.kind != "f":
        raise WrongReturn(f"returned {kind} of {values.dtype}; real floating-point numbers are needed")
    return values


class NumPy:
    """NumPy; gradients by central differences of fourth order, since it has no automatic ones."""

    name = "numpy"
    differentiation = "central differences"
    _STEP = 2.0**-12  # small enough for losses as steep as a sigmoid of slope 100, large enough for a value of 1000

    def version(self) -> str:
        return np.__version__

    def array(self, values: Any, dtype: str) -> Any:
        return np.asarray(values, dtype=dtype)

    def numbers(self, returned: Any) -> Any:
        if isinstance(returned, (int, float)) and not isinstance(returned, bool):
            returned = np.asarray(returned)
        if not isinstance(returned, (np.ndarray, np.generic)):
            raise WrongReturn(f"returned {_described(returned)}; a NumPy array or a float is needed")
        return _checked(np.asarray(returned), "an array")

    def gradients(self, function: Callable[..., Any], arrays: Sequence[Any], which: Sequence[int]) -> list[Any]:
        def total(position: int, index: tuple[int, ...], by: float) -> float:
            moved = [np.array(array) for array in arrays]
            moved[position][index] += by
            return float(np.sum(self.numbers(function(*moved))))

        found = []
        for position in which:
            slopes = np.empty_like(arrays[position])
            for index in np.ndindex(slopes.shape):
                steps = (self._STEP, 2 * self._STEP)
                near, far = (total(position, index, by) - total(position, index, -by) for by in steps)
                slopes[index] = (8 * near - far) / (12 * self._STEP)
            found.append(slopes)
        return found

    def session(self) -> contextlib.AbstractContextManager[Any]:
        return np.errstate(all="ignore")  # overflow is what is looked for; it shows in the numbers


class Torch:
    """PyTorch; gradients by autograd."""

    name = "torch"
    differentiation = "autograd"

    def __init__(self) -> None:
        self._torch = importlib.import_module("torch")

    def version(self) -> str:
        return str(self._torch.__version__)

    def array(self, values: Any, dtype: str) -> Any:
        return self._torch.as_tensor(np.array(values), dtype=getattr(self._torch, dtype))

    def numbers(self, returned: Any) -> Any:
        if not isinstance(returned, self._torch.Tensor):
            raise WrongReturn(f"returned {_described(returned)}; a torch.Tensor is needed")
        if returned.device.type != "cpu":
            raise WrongReturn(f"returned a tensor on device {str(returned.device)!r}; the inputs are on 'cpu'")
        if returned.dtype == self._torch.bfloat16:
            raise WrongReturn("returned a tensor of bfloat16, which NumPy cannot hold")
        return _checked(returned.detach().numpy(), "a tensor")

    def gradients(self, function: Callable[..., Any], arrays: Sequence[Any], which: Sequence[int]) -> list[Any]:
        leaves = [array.clone().requires_grad_(k in which) for k, array in enumerate(arrays)]
        total = function(*leaves).sum()
        if not total.requires_grad:
            raise WrongReturn("returned a tensor without a gradient: it is detached from the inputs")
        found = self._torch.autograd.grad(total, [leaves[k] for k in which], allow_unused=True)
        return [
            np.zeros(tuple(arrays[k].shape)) if gradient is None else gradient.numpy()
            for k, gradient in zip(which, found, strict=True)
        ]

    def session(self) -> contextlib.AbstractContextManager[Any]:
        return contextlib.nullcontext()


class Jax:
    """JAX in double precision; gradients by ``jax.grad``."""

    name = "jax"
    differentiation = "jax.grad"

    def __init__(self) -> None:
        self._jax = importlib.import_module("jax")

    def version(self) -> str:
        return str(self._jax.__version__)

    def array(self, values: Any, dtype: str) -> Any:
        return self._jax.numpy.asarray(values, dtype=dtype)

    def numbers(self, returned: Any) -> Any:
        if not isinstance(returned, self._jax.Array):
            raise WrongReturn(f"returned {_described(returned)}; a jax.Array is needed")
        if {device.platform for device in returned.devices()} != {"cpu"}:
            raise WrongReturn("returned an array on another device; the inputs are on the CPU")
        return _checked(np.asarray(returned), "an array")

    def gradients(self, function: Callable[..., Any], arrays: Sequence[Any], which: Sequence[int]) -> list[Any]:
        found = self._jax.grad(lambda *moved: function(*moved).sum(), argnums=tuple(which))(*arrays)
        return [np.asarray(gradient) for gradient in found]

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        with self._jax.enable_x64(True), self._jax.default_device(self._jax.devices("cpu")[0]):
            yield


LIBRARIES: dict[str, Callable[[], Library]] = {"numpy": NumPy, "torch": Torch, "jax": Jax}
_MARKS = {"torch": {"torch"}, "jax": {"jax", "jaxlib", "optax"}, "numpy": {"numpy", "scipy", "sklearn"}}
INSTALL = {"torch": "pip install torch", "jax": "pip install jax"}


def used_by(function: Any) -> str:
    """Guess the library of a callable: where it, its class or what it names come from; else what its module imports.

    What it refers to is read off its code, and off that of the functions of its own module that it calls: a module may
    hold losses for several libraries.

    Examples
    --------
    >>> used_by(np.exp)
    'numpy'
    """
    layers = list(_layers(function))
    near = {name for layer in layers for name in _origins(layer)}
    far = {_top(value) for layer in layers for value in getattr(layer, "__globals__", {}).values()}
    for reached in (near, far):
        for name, marks in _MARKS.items():
            if reached & marks:
                return name
    return "numpy"


def _layers(function: Any) -> Iterator[Any]:
    """Return a callable and what it is around or calls: partial objects, decorated functions, methods, own ones."""
    seen: list[Any] = []
    todo = [function]
    while todo and len(seen) < _LAYERS:
        layer = todo.pop()
        seen.append(layer)
        yield layer
        inner = [getattr(layer, name, None) for name in ("func", "__wrapped__", "__func__")]
        if isinstance(layer, FunctionType):
            inner += [v for v in _named(layer) if isinstance(v, FunctionType) and v.__module__ == layer.__module__]
        else:
            inner.append(vars(type(layer)).get("__call__"))
        todo += [item for item in inner if callable(item) and not any(item is other for other in seen)]


def _origins(layer: Any) -> Iterator[str]:
    """Return the top-level modules that a layer comes from, and those of what its code names."""
    for owner in (layer, *type(layer).__mro__):
        yield (getattr(owner, "__module__", None) or "").partition(".")[0]
    if isinstance(layer, FunctionType):
        yield from (name for code in _codes(layer.__code__) for name in code.co_names)  # imported inside
        yield from map(_top, _named(layer))


def _named(function: FunctionType) -> list[Any]:
    """Return what a function's code refers to, among the names of its module and of the functions around it."""
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    held = [value for name, value in function.__globals__.items() if name in names]
    return held + [cell.cell_contents for cell in _cells(function)]


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Return a code object and those of the functions defined inside."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _top(value: Any) -> str:
    mark = "__name__" if isinstance(value, ModuleType) else "__module__"
    return str(getattr(value, mark, "")).partition(".")[0]


def _cells(function: Any) -> list[Any]:
    """Return the filled cells of a closure: a library may be a local name of the function around."""
    return [cell for cell in getattr(function, "__closure__", None) or () if _filled(cell)]


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # an empty cell
        return False


def _described(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text[:60]}" if len(text) <= 200 else type(value).__name__
