"""Identify a Python function by what it does: its source, what it closes over, what it calls nearby.

A statement on a finite world is made of functions. Its digest must change whenever they may answer otherwise,
and must not change with a comment, with the hash seed or with the machine.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import inspect
import json
import textwrap
import types
from collections.abc import Callable
from fractions import Fraction
from typing import Any


def fingerprint(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the name of a function and a SHA-256 of what it does.

    The hash covers the source (without comments), default arguments, values closed over or bound by
    ``functools.partial``, and the same for functions and constants of its own module that it names. What
    comes from other modules counts by name only.

    Raises
    ------
    ValueError
        If the source cannot be read, or the function holds a value that has no canonical text (a float, an
        object).

    Examples
    --------
    >>> fingerprint(textwrap.dedent)["name"]
    'textwrap:dedent'
    >>> at_least = lambda bound: (lambda x: x >= bound)
    >>> fingerprint(at_least(2)) == fingerprint(at_least(3))
    False
    """
    seen: list[Any] = []
    content = _describe(function, seen)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    base = _unwrapped(function)
    return {"name": f"{base.__module__}:{base.__qualname__}", "sha256": digest}


def canonical(value: Any) -> str:
    """Return a text for an exact value that is the same in every process.

    Allowed are bool, int, Fraction, str, None and tuples, lists, sets and dicts of them.

    Raises
    ------
    ValueError
        For anything else; floats are not exact.

    Examples
    --------
    >>> canonical((1, Fraction(1, 2), frozenset({"b", "a"})))
    "(1, Fraction(1, 2), {'a', 'b'})"
    """
    if value is None or isinstance(value, (bool, int, Fraction, str)):
        return repr(value)
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(map(canonical, value)) + ")"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(canonical, value))) + "}"
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{canonical(key)}: {canonical(item)}" for key, item in value.items())) + "}"
    raise ValueError(
        f"{value!r} ({type(value).__name__}) has no exact canonical text; "
        "allowed: bool, int, Fraction, str, None, tuples, lists, sets, dicts"
    )


def _unwrapped(function: Callable[..., Any]) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    inner = inspect.unwrap(function)
    if not inspect.isfunction(inner):
        raise ValueError(f"{function!r} is not a plain Python function, so its source cannot be identified")
    return inner


def _describe(function: Callable[..., Any], seen: list[Any]) -> Any:
    """Return nested lists of texts; ``seen`` stops recursion at functions that are described already."""
    if isinstance(function, functools.partial):
        bound = [_held(item, seen) for item in function.args] + [
            [k, _held(v, seen)] for k, v in sorted(function.keywords.items())
        ]
        return ["partial", _describe(function.func, seen), bound]
    plain = _unwrapped(function)
    name = f"{plain.__module__}:{plain.__qualname__}"
    if plain in seen:
        return ["again", name]
    seen.append(plain)
    held = {
        key: cell.cell_contents for key, cell in zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True)
    }
    held |= {f"default {number}": item for number, item in enumerate(plain.__defaults__ or ())}
    held |= {f"default {key}": item for key, item in (plain.__kwdefaults__ or {}).items()}
    return [
        name,
        _source(plain),
        [[key, _held(item, seen)] for key, item in sorted(held.items())],
        _nearby(plain, seen),
    ]


def _held(item: Any, seen: list[Any]) -> Any:
    """Describe a value that the function holds: whatever a control may change must be told apart."""
    if isinstance(item, functools.partial) or inspect.isfunction(inspect.unwrap(item)):
        return _describe(item, seen)
    if inspect.isclass(item) or inspect.isbuiltin(item):
        return f"{item.__module__}:{item.__qualname__}"
    return canonical(item)


def _nearby(function: Any, seen: list[Any]) -> list[Any]:
    """Describe the functions and constants of the function's own module that it names."""
    described = []
    for name in sorted(_names(function.__code__) & set(function.__globals__)):
        item = function.__globals__[name]
        if callable(item):
            inner = inspect.unwrap(item)
            if inspect.isfunction(inner) and inner.__module__ == function.__module__:
                described.append([name, _describe(inner, seen)])
        else:
            with contextlib.suppress(ValueError):  # modules and objects: by the name in the source
                described.append([name, canonical(item)])
    return described


def _names(code: types.CodeType) -> set[str]:
    nested = [_names(item) for item in code.co_consts if isinstance(item, types.CodeType)]
    return set(code.co_names).union(*nested)


def _source(function: Any) -> str:
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        raise ValueError(f"the source of {function.__module__}:{function.__qualname__} cannot be read") from None
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:  # a lambda in the middle of an expression: its lines, as they stand
        return text
