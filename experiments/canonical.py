"""Plain data as text with exactly one spelling, so that equal data have equal hashes: canonical JSON.

Keys are sorted, nothing is padded, characters beyond ASCII are escaped, and floats are written as Python's ``repr``,
which reads back as the same float. JSON has no NaN and no infinities: they are ``{"$float": "nan"}`` and so on; keys
that begin with ``$`` are therefore nobody else's.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

__all__ = ["decode", "encode", "is_name"]

_FLOAT = "$float"
_DEEPEST = 64
_AS_THEY_ARE = (bool, int, str, type(None))
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def encode(value: Any) -> str:
    """Return the canonical JSON of None, booleans, integers, floats, texts, and lists and dictionaries of them.

    Tuples become lists, NumPy scalars the Python numbers they hold. 1 and 1.0 stay different.

    Raises
    ------
    ValueError
        If something else is in the value, a key is not as :func:`is_name` says, or the nesting is deeper than 64.

    Examples
    --------
    >>> encode({"m": (1, 2.5), "d": float("nan")})
    '{"d":{"$float":"nan"},"m":[1,2.5]}'
    >>> decode(encode({"m": (1, 2.5)}))
    {'m': [1, 2.5]}
    """
    return json.dumps(_plain(value, 0), sort_keys=True, separators=(",", ":"), allow_nan=False)


def decode(text: str) -> Any:
    """Return what :func:`encode` wrote.

    Raises
    ------
    ValueError
        If the text is not JSON, or holds NaN or infinity in another spelling.
    """
    try:
        return json.loads(text, object_hook=_float_back, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is float:
        return value if math.isfinite(value) else {_FLOAT: repr(value)}
    if depth >= _DEEPEST:
        raise ValueError(f"the data are nested deeper than {_DEEPEST} levels")
    if kind in (list, tuple):
        return [_plain(item, depth + 1) for item in value]
    if kind is dict:
        return {_key(name): _plain(item, depth + 1) for name, item in value.items()}
    raise ValueError(f"{value!r:.80} is a {kind.__name__}; allowed: None, bool, int, float, str, list, tuple, dict")


def is_name(name: Any) -> bool:
    """Whether something can be a key: a text of characters that UTF-8 can write, not beginning with $.

    >>> is_name("d"), is_name("$d"), is_name(chr(0xD800))
    (True, False, False)
    """
    if type(name) is not str or name.startswith("$"):
        return False
    try:
        name.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
    return True


def _key(name: Any) -> str:
    if is_name(name):
        return str(name)
    raise ValueError(f"{name!r:.80} is a key; allowed: texts of UTF-8 that do not begin with $")


def _float_back(item: dict[str, Any]) -> Any:
    if _FLOAT not in item:
        return item
    if len(item) == 1 and item[_FLOAT] in _NOT_FINITE:
        return _NOT_FINITE[item[_FLOAT]]
    raise ValueError(f"{item!r:.80} is no float")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not canonical JSON")
