"""How witnesses read: where a statement fails, which two numbers are compared there, and which relation was claimed.

Numbers are shortened here; a witness's data keep them exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Context, Inexact
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from theory.engine.checker.rows import value as evaluate
from theory.engine.provers import balls
from theory.engine.terms import Term, names

__all__ = ["CLAIMED", "apart", "at", "broken", "failure", "item", "number", "summed"]

Number = Fraction | arb

CLAIMED = {"<=": "at most", ">=": "at least", "==": "equal to", "<": "less than", ">": "more than"}
_SHORT, _LONG = 9, 12  # characters of a fraction and of an integer that are written out
_EASY = 20  # denominators of fractions whose size is seen at once
_MOST = 8  # variables, or further classes, that are named
_ITEM = 200  # characters of an item of a finite world
_DIGITS = (6, 9, 12, 16, 20, 30, 50, 70)
_TWO_ARGUMENTS = 3  # length of a maximum of two terms, such as a positive part
_PRECISION = 400  # bits, for as many digits
_DECIMAL = Fraction(1, 10**4)  # smaller ones are written with a power of ten, as balls are
_NEAR = Fraction(1, 10**5)  # 0.99999999 and 1 look alike, 1 - 1.00e-8 does not


def number(value: Number, digits: int = 9) -> str:
    """Return a number: exactly if that is short, or else about.

    Parameters
    ----------
    value
        The number.
    digits
        Most digits of a decimal that is written out.

    Examples
    --------
    >>> number(Fraction(3, 2)), number(Fraction(125643, 100000)), number(Fraction(273, 2**28))
    ('3/2', '1.25643', 'about 1.01700e-6')
    >>> number(1 - Fraction(1, 2**60))
    'about 1 - 8.67e-19'
    """
    exact = _exactly(value, digits)
    if exact:
        return exact
    if isinstance(value, Fraction):
        whole = round(value)
        rest = value - whole
        if 0 < abs(whole) < 1 / _NEAR and abs(rest) < _NEAR:
            return f"about {whole} {'+' if rest > 0 else '-'} {_rounded(abs(rest), 3)}"
    return _about(_rounded(value, _DIGITS[0]))


def apart(first: Number, second: Number) -> tuple[str, str]:
    """Return two numbers exactly if they are short, or else about: with six digits, or as many as tell them apart.

    Examples
    --------
    >>> apart(Fraction(1, 3), Fraction(1, 2))
    ('1/3', '1/2')
    >>> apart(arb(2).sqrt(), Fraction(141421, 10**5))
    ('about 1.41421356', '1.41421')
    >>> apart(Fraction(10**7 + 1, 3), Fraction(10**7, 3))
    ('about 3333333.67', 'about 3333333.33')
    >>> apart(Fraction(458, 153), Fraction(8281, 2000))
    ('458/153 (about 2.99346)', '4.1405')
    """
    pairs = [(_rounded(first, digits), _rounded(second, digits)) for digits in _DIGITS]
    shown = next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])
    return _comparable(first, shown[0]), _comparable(second, shown[1])


def failure(relation: str, sides: Sequence[Number], terms: Sequence[Term]) -> str:
    """Return in words that ``left relation right`` is claimed and fails.

    Parameters
    ----------
    relation
        One of ``>= > <= < ==``.
    sides
        Their values.
    terms
        Their terms: of a maximum or minimum it is said of how many.

    Examples
    --------
    >>> failure("<=", (arb(2).sqrt(), Fraction(1, 2)), (["max", "x", "y", 0], ["/", 1, 2]))
    'the left side, the largest of 3 numbers, is about 1.41421 and the right side 1/2, claimed is left <= right'
    """
    if not all(isinstance(side, Fraction) or side.is_finite() for side in sides):
        return f"left {relation} right is claimed, and fails"
    left, right = apart(*sides)
    if left == right:
        equal = sides[0] == sides[1] or not left.startswith("about ")
        alike = "" if equal else f", alike in {_DIGITS[-1]} digits"
        return f"both sides are {left}{alike}, claimed is left {relation} right"
    kinds = [_kind(term) for term in terms]
    return f"the left side{kinds[0]} is {left} and the right side{kinds[1]} {right}, claimed is left {relation} right"


def broken(
    relations: Sequence[Sequence[Any]], place: int, values: Mapping[str, arb], meanings: Mapping[str, str]
) -> str:
    """Return in words that one of several relations between named numbers fails.

    Parameters
    ----------
    relations
        ``(left, relation, right)``, in terms.
    place
        Which one, from 0.
    values, meanings
        The numbers, and what they are, by name.

    Examples
    --------
    >>> broken([["x", "<", ["/", 4, 3]]], 0, {"x": arb(2).sqrt()}, {"x": "the root"})
    'the left side is about 1.41421 and the right side 4/3, claimed is left < right; x, the root, is about 1.41421'
    """
    left, relation, right = relations[place]
    with balls.working(_PRECISION):
        sides = [evaluate(side, values, []) for side in (left, right)]
    where = f"relation {place + 1} of {len(relations)}: " if len(relations) > 1 else ""
    used = names(left) | names(right)
    named = [f"; {name}, {meanings[name]}, is {number(values[name])}" for name in values if name in used]
    return f"{where}{failure(relation, sides, (left, right))}{''.join(named)}"


def at(point: Mapping[str, Number], *terms: Term) -> str:
    """Return where: the variables that occur in the terms, or all of them if no term is given.

    Examples
    --------
    >>> at({"beta": Fraction(1, 2), "one": Fraction(1)}, ["+", "beta", 1])
    'at beta = 1/2'
    >>> at({})
    ''
    """
    used = set().union(*map(names, terms)) if terms else set(point)
    shown = [f"{name} = {number(value)}" for name, value in point.items() if name in used]
    return f"at {_listed(shown, 'variable', ', ')}" if shown else ""


def summed(rows: Sequence[Mapping[str, Fraction]]) -> str:
    """Return the values of the classes that are summed over, alike ones once.

    Examples
    --------
    >>> summed([{"p": Fraction(1, 4)}] * 3 + [{"p": Fraction(1, 8)}])
    'with sums over 4 classes (p = 1/4, 3 times; p = 1/8)'
    >>> summed([])
    'with empty sums'
    """
    if not rows:
        return "with empty sums"
    counted = Counter(", ".join(f"{name} = {number(value)}" for name, value in row.items()) for row in rows)
    shown = [values + (f", {times} times" if times > 1 else "") for values, times in counted.items()]
    return f"with sums over {len(rows)} class{'es' * (len(rows) > 1)} ({_listed(shown, 'kind', '; ')})"


def item(value: Any) -> str:
    """Return an item of a finite world.

    Examples
    --------
    >>> item((2, Fraction(1, 2), "equal", (True,)))
    '(2, 1/2, equal, (True))'
    """
    if isinstance(value, tuple | list):
        shown = f"({', '.join(map(item, value))})"
    else:
        shown = number(value) if isinstance(value, Fraction) else str(value)
    return shown if len(shown) <= _ITEM else f"{shown[: _ITEM - 3]}..."


def _listed(parts: Sequence[str], thing: str, mark: str) -> str:
    left = len(parts) - _MOST
    more = [f"and {left} more {thing}{'s' * (left > 1)}"] if left > 0 else []
    return mark.join([*parts[:_MOST], *more])


def _kind(term: Term) -> str:
    heads = {"max": "largest", "min": "least"}
    known = isinstance(term, list) and term[0] in heads and len(term) > _TWO_ARGUMENTS
    return f", the {heads[term[0]]} of {len(term) - 1} numbers," if known else ""


def _comparable(value: Number, rounded: str) -> str:
    """Return a number beside another one: of a fraction with a large denominator its decimals too."""
    exact = _exactly(value)
    if "/" not in exact or Fraction(exact).denominator <= _EASY:
        return exact or _about(rounded)
    return _decimal(Fraction(exact), 9) or f"{exact} ({_about(rounded)})"


def _about(rounded: str) -> str:
    return rounded if rounded.startswith("0 (") else f"about {rounded}"


def _exactly(value: Number, digits: int = 9) -> str:
    """Return a rational in full, as a fraction or a decimal; "" if it is not known to be one, or is long."""
    if isinstance(value, arb):
        if not (value.is_exact() and value.is_finite() and abs(value) < 10**_LONG):
            return ""
        value = balls.fraction(value.fmpq())
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 4 * max(digits, _LONG):
        return ""  # Python itself refuses to write some thousands of digits
    text = str(value)
    if len(text) <= (_LONG if value.denominator == 1 else _SHORT):
        return text
    return _decimal(value, digits)


def _decimal(value: Fraction, digits: int) -> str:
    """Return a fraction as a decimal, or "" if it has more digits."""
    try:
        decimal = Context(prec=digits, traps=[Inexact]).divide(value.numerator, value.denominator)
    except Inexact:
        return ""
    return f"{decimal:f}" if abs(value) >= _DECIMAL else f"{decimal:e}"


def _rounded(value: Number, digits: int) -> str:
    if isinstance(value, arb):
        if value.contains(0):
            return f"0 (within {value.abs_upper().str(1, radius=False)})"
        return value.str(digits, radius=False)
    with balls.working(_PRECISION):
        return arb(fmpq(value.numerator, value.denominator)).str(digits, radius=False)
