r"""LaTeX of expressions and names: names of several letters stand upright, which SymPy sets as products of letters.

>>> import sympy
>>> print(tex(sympy.sqrt(sympy.Symbol("noise")) + sympy.Symbol("tau1")))
\sqrt{\mathrm{noise}} + \tau_{1}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy

__all__ = ["SIGNS", "tex", "tex_name"]

SIGNS = {">=": r"\ge", ">": ">", "<=": r"\le", "<": "<", "==": "="}
_GREEK = frozenset(
    """alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi
    varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega""".split()
)
_SHORT = {"lam": "lambda", "eps": "varepsilon"}  # lambda is a word of Python
_ACCENTS = ("bar", "hat", "tilde")
_INDEXED = re.compile(r"([A-Za-z])([cijk]|(?<=[a-z])[A-Z])")  # pj: p of class j; lH: l of the layer H
_HEAD = re.compile(r"([A-Za-z]+)(\d*)")


def tex(expression: sympy.Basic) -> str:
    r"""Return the LaTeX of a SymPy expression, its symbols set by `tex_name`.

    Examples
    --------
    >>> import sympy
    >>> print(tex(2 * sympy.Symbol("noise") * sympy.Symbol("ridge")), tex(2 * sympy.Symbol("x") * sympy.Symbol("y")))
    2 \, \mathrm{noise} \, \mathrm{ridge} 2 x y
    """
    import sympy

    names = {symbol: tex_name(symbol.name) for symbol in expression.atoms(sympy.Symbol)}
    if "e" in names.values():  # a variable is no base of powers of Euler's number
        exp = sympy.Function("exp")
        expression = expression.replace(sympy.exp, exp).xreplace({sympy.E: exp(1)})
    words = any(r"\mathrm" in name for name in names.values())  # two in a row would run into one
    return str(sympy.latex(expression, symbol_names=names, mul_symbol=r" \, " if words else None))


def tex_name(name: str) -> str:
    r"""Return the LaTeX of a variable's name.

    Greek letters by name, digits and what follows an underscore as subscripts, ``pj`` as p with subscript j, accents of
    one letter as such, and any other name of several letters upright.

    Examples
    --------
    >>> print(*map(tex_name, ["x", "beta", "lam0", "v_1", "pj", "xbar", "tau_max", "noise"]))
    x \beta \lambda_{0} v_{1} p_{j} \bar{x} \tau_{\mathrm{max}} \mathrm{noise}
    """
    head, *rest = name.split("_")
    match = _HEAD.fullmatch(head)
    if match is None or "" in rest:
        return _upright(name)
    letters, digits = match.groups()
    indexed = None if letters in _GREEK else _INDEXED.fullmatch(letters)
    stem, first = indexed.groups() if indexed else (letters, "")
    below = [first + digits, *rest] if first or digits else rest
    return _letters(stem) + (f"_{{{','.join(map(_part, below))}}}" if below else "")


def _letters(letters: str) -> str:
    """Return the LaTeX of a name without subscripts."""
    letters = _SHORT.get(letters, letters)
    if len(letters) == 1:
        return letters
    if letters in _GREEK:
        return f"\\{letters}"
    for accent in _ACCENTS:
        stem = letters.removesuffix(accent)
        if stem != letters and (len(stem) == 1 or stem in _GREEK):
            return rf"\{accent}{{{_letters(stem)}}}"
    return _upright(letters)


def _part(part: str) -> str:
    """Return the LaTeX of a subscript."""
    return _letters(part) if part.isalpha() and not _INDEXED.fullmatch(part) else part


def _upright(name: str) -> str:
    escaped = name.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}"
