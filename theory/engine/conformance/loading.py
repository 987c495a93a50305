"""The callable that ``module:function`` names: imported as Python imports it, never evaluated as text."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from theory.engine.conformance.libraries import INSTALL
from theory.engine.errors import BadInput

# Libraries of losses: if one is missing that is a skip, and no misspelt module.
_DISTRIBUTIONS = {
    "libauc": "libauc",
    "optax": "optax",
    "pytorch_metric_learning": "pytorch-metric-learning",
    "sklearn": "scikit-learn",
} | {name: command.rpartition(" ")[2] for name, command in INSTALL.items()}


class MissingLibrary(Exception):
    """The module needs a library that is not installed; the message says what to install."""


def load(name: str, keywords: Mapping[str, Any]) -> tuple[Callable[..., Any], Mapping[str, Any]]:
    """Import a callable, and the keyword arguments that each call of it is to be given.

    Parameters
    ----------
    name
        ``"package.module:function"``, ``"package.module:Class"`` or ``"path/file.py:function"``. A class is made
        with the keywords, a function is given them at every call.
    keywords
        Keyword arguments.

    Raises
    ------
    BadInput
        If the name is malformed, there is no such module or attribute, or it is not callable.
    MissingLibrary
        If the module imports a library that is not installed.

    Examples
    --------
    >>> load("math:exp", {})[0](0)
    1.0
    """
    place, separator, attribute = name.rpartition(":")
    if not separator or not place or not attribute:
        raise BadInput(f"{name!r} names no callable; allowed: module:function, module:Class or file.py:function")
    found: Any = _module(place)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise BadInput(f"{place} has no {attribute!r}" + _similar(found, part))
        found = getattr(found, part)
    if not callable(found):
        raise BadInput(f"{name} is {type(found).__name__}, which cannot be called")
    if not isinstance(found, type):
        return found, keywords
    try:
        made: Any = found(**keywords)
    except Exception as error:  # foreign code
        raise BadInput(f"{name} cannot be made with {dict(keywords)}: {type(error).__name__}: {error}") from error
    if not callable(made):
        raise BadInput(f"objects of {name} cannot be called")
    return made, {}


def _module(place: str) -> ModuleType:
    try:
        if place.endswith(".py"):
            return _from_file(Path(place))
        sys.path.insert(0, str(Path.cwd()))  # as `python -m` does
        try:
            return importlib.import_module(place)
        finally:
            sys.path.remove(str(Path.cwd()))
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if place == missing or place.startswith(f"{missing}."):
            top = missing.partition(".")[0]
            if top in _DISTRIBUTIONS and missing == top:
                raise MissingLibrary(_say(top)) from error
            raise BadInput(f"there is no module {missing!r} (looked for {place}, also in {Path.cwd()})") from error
        raise MissingLibrary(_say(missing)) from error
    except BadInput:
        raise
    except (Exception, SystemExit) as error:  # foreign code
        raise BadInput(f"{place} cannot be imported: {type(error).__name__}: {error}") from error


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise BadInput(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise BadInput(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent.resolve()))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent.resolve()))
    return module


def _say(missing: str) -> str:
    top = missing.partition(".")[0]
    return f"{top} is not installed: pip install {_DISTRIBUTIONS.get(top, top)}"


def _similar(owner: Any, wanted: str) -> str:
    import difflib

    close = difflib.get_close_matches(wanted, dir(owner), n=3)
    return f"; did you mean {' or '.join(close)}?" if close else ""
