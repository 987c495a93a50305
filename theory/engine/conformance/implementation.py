"""A callable as it is called: order of the arguments, encoding of the labels, reduction, and what it may return."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from theory.engine.conformance.inputs import Batch
from theory.engine.conformance.libraries import Library, WrongReturn
from theory.engine.conformance.reference import Exact, Reference
from theory.engine.errors import BadInput

REDUCTIONS = ("none", "mean", "sum")
ENCODINGS = {"label": ("index", "onehot"), "sign": ("sign", "zero-one", "index"), "bit": ("zero-one", "index", "sign")}


class Failed(Exception):
    """The callable raised or returned what cannot be compared; the message says which."""


@dataclass(frozen=True)
class Implementation:
    """A user's callable with everything that is needed to call it.

    Attributes
    ----------
    function
        The callable.
    library
        Which arrays it takes.
    order
        Names of the reference's inputs in the order of the callable's positional arguments.
    labels
        Encoding of the discrete input: ``"index"``, ``"onehot"``, ``"sign"`` or ``"zero-one"``.
    keywords
        Keyword arguments that it is always given.
    passes
        Name of a parameter of the reference -> the keyword by which the callable takes it.
    """

    function: Callable[..., Any]
    library: Library
    reference: Reference
    order: tuple[str, ...]
    labels: str
    keywords: Mapping[str, Any] = field(default_factory=dict)
    passes: Mapping[str, str] = field(default_factory=dict)

    def arguments(self, batch: Batch, dtype: str) -> list[Any]:
        """Return the callable's positional arguments for a batch."""
        by_name = {item.name: item for item in self.reference.inputs}
        found = []
        for name in self.order:
            item = by_name[name]
            values = batch.floats(name)
            if item.discrete:
                found.append(self._labels(values.astype(np.int64), item.kind, batch.classes, dtype))
            else:
                found.append(self.library.array(values, dtype))
        return found

    def _labels(self, values: Any, kind: str, classes: int, dtype: str) -> Any:
        if self.labels == "onehot":
            return self.library.array(np.eye(classes)[values], dtype)
        if kind == "sign" and self.labels != "sign":
            values = (values + 1) // 2
        if kind == "bit" and self.labels == "sign":
            values = 2 * values - 1
        return self.library.array(values, "int64" if self.labels == "index" else dtype)

    def call(self, arguments: Sequence[Any], parameters: Mapping[str, Exact] | None = None) -> Any:
        """Call it and return what it returns, in its own library's terms.

        Raises
        ------
        Failed
            If it raises; the message is its own.
        """
        keywords = dict(self.keywords)
        for name, keyword in self.passes.items():
            if parameters is not None and name in parameters:
                keywords[keyword] = float(parameters[name])
        try:
            return self.function(*arguments, **keywords)
        except (Exception, SystemExit) as error:  # foreign code: whatever it raises is the finding
            raise Failed(f"raised {type(error).__name__}: {_first_line(error)}") from error

    def values(self, batch: Batch, dtype: str, parameters: Mapping[str, Exact]) -> Any:
        """Return the values on a batch as a NumPy array.

        Raises
        ------
        Failed
            If it raises or returns no floating-point array of the shape of a batch, (size, 1) or ().
        """
        with self.library.session():
            returned = self.call(self.arguments(batch, dtype), parameters)
            try:
                numbers = self.library.numbers(returned)
            except WrongReturn as error:
                raise Failed(str(error)) from error
        allowed = [()] if self.reference.whole_batch else [(), (batch.size,), (batch.size, 1)]
        if numbers.shape not in allowed:
            given = " and ".join(f"{name} {np.shape(batch.floats(name))}" for name in self.order)
            raise Failed(f"returned shape {numbers.shape} for {given}; allowed: {', '.join(map(str, allowed))}")
        return numbers.reshape(-1) if numbers.shape else numbers

    def gradients(self, batch: Batch, dtype: str, parameters: Mapping[str, Exact]) -> dict[str, Any]:
        """Return the derivatives of the summed values by each differentiated input, as NumPy arrays.

        Raises
        ------
        Failed
            If the callable cannot be differentiated.
        """
        names = [item.name for item in self.reference.inputs if item.differentiated]
        which = [self.order.index(name) for name in names]
        with self.library.session():
            try:
                found = self.library.gradients(
                    lambda *moved: self.call(moved, parameters), self.arguments(batch, dtype), which
                )
            except (Failed, WrongReturn) as error:
                raise Failed(str(error)) from error
            except Exception as error:  # the library's own complaints about the callable's graph
                raise Failed(f"cannot be differentiated: {type(error).__name__}: {_first_line(error)}") from error
        return dict(zip(names, found, strict=True))


def make(
    function: Callable[..., Any],
    library: Library,
    reference: Reference,
    *,
    order: Sequence[str] | None = None,
    labels: str | None = None,
    keywords: Mapping[str, Any] | None = None,
    passes: Mapping[str, str] | None = None,
) -> Implementation:
    """Check the calling convention and return the implementation.

    Raises
    ------
    BadInput
        If something is named that the reference does not have; the message says what it has.
    """
    names = [item.name for item in reference.inputs]
    chosen = list(names if order is None else order)
    if sorted(chosen) != sorted(names):
        raise BadInput(f"order is {', '.join(chosen)}; {reference.id} takes {', '.join(names)}, each once")
    kinds = [item.kind for item in reference.inputs if item.discrete]
    allowed = ENCODINGS[kinds[0]] if kinds else ()
    encoding = labels if labels is not None else (allowed[0] if allowed else "")
    if encoding and encoding not in allowed:
        raise BadInput(f"labels are {encoding!r}; allowed for {reference.id}: {', '.join(allowed) or 'it has none'}")
    for name in passes or {}:
        if name not in reference.parameters:
            known = ", ".join(reference.parameters) or "it has none"
            raise BadInput(f"{reference.id} has no parameter {name!r}; its parameters: {known}")
    return Implementation(
        function, library, reference, tuple(chosen), encoding, dict(keywords or {}), dict(passes or {})
    )


def reduced(values: Sequence[Any], reduction: str) -> list[Any]:
    """Return exact per-example values under a reduction, as a list."""
    if reduction == "none":
        return list(values)
    total = sum(values[1:], values[0])
    return [total if reduction == "sum" else total / len(values)]


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0][:200]
