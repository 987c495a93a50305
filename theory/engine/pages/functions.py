"""The functions, classes and constants of a module: which are public, and the text that makes Sphinx document them."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Any

from theory.engine.conformance.reference import Reference
from theory.engine.pages.markup import heading

SHORT = 60  # characters: a constant's value is shown up to that


def public(module: ModuleType) -> list[str]:
    """Return the public names that a module defines, in the order of its source.

    Those of ``__all__``, or else those without an underscore in front. What it imports is documented elsewhere, and
    references are shown with the losses.
    """
    listed = getattr(module, "__all__", None)
    names = list(listed) if listed is not None else [name for name in vars(module) if not name.startswith("_")]
    found = [name for name in names if _documented(module, name, listed is not None)]
    return sorted(found, key=lambda name: _line(vars(module)[name]))


def _documented(module: ModuleType, name: str, listed: bool) -> bool:
    value = vars(module).get(name)
    if value is None or isinstance(value, (ModuleType, Reference)):
        return False
    if inspect.isclass(value) or inspect.isroutine(value):
        return getattr(value, "__module__", "") == module.__name__
    return listed  # a constant does not tell where it is from


def _line(value: Any) -> int:
    """Line in the source; constants come first."""
    try:
        return inspect.getsourcelines(inspect.unwrap(value))[1]
    except (OSError, TypeError):
        return 0


def module_text(module: ModuleType, *, title: str, line: str) -> str:
    """Return the section about a module's functions.

    Parameters
    ----------
    module
        An imported module.
    title, line
        The heading and the character that underlines it.
    """
    parts = [heading(title, line), f".. automodule:: {module.__name__}\n"]
    parts += [_directive(module, name) for name in public(module)]
    return "\n".join(parts)


def _directive(module: ModuleType, name: str) -> str:
    value, full = vars(module)[name], f"{module.__name__}.{name}"
    if inspect.isclass(value):
        return f".. autoclass:: {full}\n   :members:\n"
    if inspect.isroutine(value):
        return f".. autofunction:: {full}\n"
    return f".. autodata:: {full}\n" + ("" if len(repr(value)) <= SHORT else "   :no-value:\n")
