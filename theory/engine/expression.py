"""Formulas of users, read through a whitelist over Python's ``ast``.

Nothing is ever evaluated as Python: the syntax tree is walked and each allowed node is rebuilt in SymPy. Sizes
are bounded before SymPy sees them (text, nodes, nesting, exponents, digits), and a constant must be a real
number of moderate size: SymPy evaluates constants on its own, and ``exp(10**9*log(2))`` would fill the memory.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.engine.errors import BadInput

if TYPE_CHECKING:
    import sympy

MAX_LENGTH = 2000  # characters
MAX_DEPTH = 50  # nested brackets, operators or calls
MAX_NODES = 500
MAX_EXPONENT = 1000  # absolute value of a constant exponent
MAX_BITS = 1000  # of any integer, so that every constant is also a finite double
MAX_ARGUMENTS = 8  # of max and min

_CHARACTERS = re.compile(r"[A-Za-z0-9_+\-*/()., \t]*")
_LITERAL = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def _sympy() -> Any:
    """Import SymPy when a formula is built, not when this module is listed."""
    import sympy

    return sympy


def _extreme(name: str) -> Callable[..., sympy.Expr]:
    """Return max or min that compares numbers only: SymPy's comparison of expressions can be slow."""

    def build(*arguments: sympy.Expr) -> sympy.Expr:
        head = getattr(_sympy(), name)
        exact = all(argument.is_Rational for argument in arguments)
        return head(*arguments) if exact or len(set(arguments)) == 1 else head(*arguments, evaluate=False)

    return build


_max, _min = _extreme("Max"), _extreme("Min")

# name -> (number of arguments, 0 for two or more; SymPy builder; the same in doubles, for constants)
Function = tuple[int, Callable[..., Any], Callable[..., float]]
DEFAULT: Mapping[str, Function] = {
    "exp": (1, lambda x: _sympy().exp(x), math.exp),
    "expm1": (1, lambda x: _sympy().exp(x) - 1, math.expm1),
    "log": (1, lambda x: _sympy().log(x), math.log),
    "log1p": (1, lambda x: _sympy().log(1 + x), math.log1p),
    "log2": (1, lambda x: _sympy().log(x) / _sympy().log(2), math.log2),
    "sqrt": (1, lambda x: _sympy().sqrt(x), math.sqrt),
    "abs": (1, lambda x: _sympy().Abs(x, evaluate=bool(x.is_Rational or x.is_Symbol)), abs),
    "max": (0, _max, max),
    "min": (0, _min, min),
    "relu": (1, lambda x: _max(_sympy().Integer(0), x), lambda x: max(0.0, x)),
    "tanh": (1, lambda x: _sympy().tanh(x), math.tanh),
    "sinh": (1, lambda x: _sympy().sinh(x), math.sinh),
    "cosh": (1, lambda x: _sympy().cosh(x), math.cosh),
    "atan": (1, lambda x: _sympy().atan(x), math.atan),
    "erf": (1, lambda x: _sympy().erf(x), math.erf),
    "erfc": (1, lambda x: _sympy().erfc(x), math.erfc),
    "sigmoid": (1, lambda x: 1 / (1 + _sympy().exp(-x)), lambda x: 1 / (1 + math.exp(-x))),
    "softplus": (1, lambda x: _sympy().log(1 + _sympy().exp(x)), lambda x: math.log1p(math.exp(x))),
}
CONSTANTS = ("pi", "e")


def parse(text: str, variables: tuple[str, ...] = ("u",), *, functions: Mapping[str, Function] = DEFAULT) -> sympy.Expr:
    """Read a formula into SymPy, exactly: ``0.1`` is 1/10.

    Parameters
    ----------
    text
        The formula: names, integers, decimals, ``+ - * / **``, brackets and calls of listed functions.
    variables
        The names that may occur; each becomes a real symbol.
    functions
        The functions that may be called (`DEFAULT`): number of arguments, SymPy builder, the same in doubles.

    Raises
    ------
    BadInput
        If the text is anything else, too long, too deep, or holds a constant that is not a real number of
        magnitude 1e-300 to 1e300. The message says what was found where, and what is allowed.

    Examples
    --------
    >>> parse("log(1 + exp(-u))")
    log(1 + exp(-u))
    >>> parse("0.1*u**2")
    u**2/10
    >>> parse("u.__class__")
    Traceback (most recent call last):
    ...
    theory.engine.errors.BadInput: attribute access at column 1 of 'u.__class__'; allowed: the variable u, ...
    """
    _check_text(text, variables, functions)
    padding = len(text) - len(text.lstrip(" \t"))
    body = text.replace("\t", " ").strip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tokenizer warns about "1if": the walk below rejects it
            tree = ast.parse(body, mode="eval")
    except SyntaxError as error:
        column = (error.offset or 1) + padding
        raise BadInput(f"cannot read {_shown(text)} at column {column}: {error.msg}") from None
    except (ValueError, MemoryError, RecursionError):
        raise BadInput(f"{_shown(text)} is nested too deeply; allowed: {MAX_DEPTH} levels") from None
    return _Builder(text, body, padding, variables, functions).expression(tree.body)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _check_text(text: str, variables: tuple[str, ...], functions: Mapping[str, Function]) -> None:
    for name in variables:
        usable = isinstance(name, str) and name.isascii() and name.isidentifier()
        if not usable or name in functions or name in CONSTANTS:
            raise BadInput(f"the variable is called {name!r}; allowed: an ASCII identifier, no function or constant")
    if not isinstance(text, str):
        raise BadInput(f"a formula is text, not {type(text).__name__}")
    if not text.strip():
        raise BadInput("the formula is empty; write for example: log(1+exp(-u))")
    if len(text) > MAX_LENGTH:
        raise BadInput(f"the formula has {len(text)} characters; allowed: {MAX_LENGTH}")
    match = _CHARACTERS.match(text)
    end = match.end() if match else 0
    if end < len(text):
        hint = " (a power is written **)" if text[end] == "^" else ""
        raise BadInput(
            f"character {text[end]!a} at column {end + 1} of the formula; allowed: ASCII letters, "
            f"digits, _ + - * / ( ) . , and blanks{hint}"
        )
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise BadInput(f"{_shown(text)} has {deepest} nested brackets; allowed: {MAX_DEPTH}")


_WORDS: dict[type, str] = {
    ast.Attribute: "attribute access",
    ast.Subscript: "a subscript",
    ast.Lambda: "a lambda",
    ast.Compare: "a comparison",
    ast.BoolOp: "and/or",
    ast.IfExp: "if/else (write max, min, abs)",
    ast.Tuple: "a comma outside a call",
    ast.Starred: "an unpacking *",
    ast.NamedExpr: "an assignment",
    ast.Call: "a call",
}

Built = tuple[Any, float | None]  # the SymPy expression, and its value in doubles if it is a constant


class _Builder:
    """One walk over one syntax tree."""

    def __init__(
        self,
        text: str,
        body: str,
        padding: int,
        variables: tuple[str, ...],
        functions: Mapping[str, Function],
    ) -> None:
        import sympy

        self.text, self.body, self.padding, self.functions = text, body, padding, functions
        self.symbols = {name: sympy.Symbol(name, real=True) for name in variables}
        self.constants = {"pi": (sympy.pi, math.pi), "e": (sympy.E, math.e)}
        self.nodes = 0

    def expression(self, node: ast.expr) -> sympy.Expr:
        return self.build(node, 0)[0]

    def fail(self, node: ast.expr, found: str, *, listed: bool = True) -> BadInput:
        column = node.col_offset + 1 + self.padding
        plural = "s" if len(self.symbols) > 1 else ""
        allowed = (
            f"; allowed: the variable{plural} {', '.join(self.symbols)}, numbers, pi, e, + - * / **, "
            f"brackets and {', '.join(sorted(self.functions))}"
        )
        return BadInput(f"{found} at column {column} of {_shown(self.text)}{allowed if listed else ''}")

    def build(self, node: ast.expr, depth: int) -> Built:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.fail(node, f"more than {MAX_NODES} parts", listed=False)
        if depth > MAX_DEPTH:
            raise self.fail(node, f"more than {MAX_DEPTH} nested operations", listed=False)
        match node:
            case ast.Constant():
                built = self.number(node)
            case ast.Name():
                built = self.name(node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                inner, value = self.build(node.operand, depth + 1)
                negative = isinstance(node.op, ast.USub)
                built = (-inner, None if value is None else -value) if negative else (inner, value)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow()):
                built = self.operation(node, self.build(node.left, depth + 1), self.build(node.right, depth + 1))
            case ast.Call(func=ast.Name()):
                built = self.call(node, depth)
            case _:
                found = _WORDS.get(type(node)) or f"{type(getattr(node, 'op', node)).__name__.lower()!r}"
                raise self.fail(node, found)
        return self.bounded(node, built)

    def bounded(self, node: ast.expr, built: Built) -> Built:
        """Refuse what is not finite or whose exact numbers are too long."""
        import sympy

        expression, value = built
        if expression.has(sympy.zoo, sympy.nan, sympy.oo, -sympy.oo, sympy.I):
            raise self.fail(node, "a division by zero or a number that is not real", listed=False)
        if value is not None and not (math.isfinite(value) and abs(value) <= 1e300):
            raise self.fail(node, "a constant of magnitude above 1e300", listed=False)
        for item in expression.args or (expression,):
            if item.is_Rational and max(item.p.bit_length(), item.q.bit_length()) > MAX_BITS:
                raise self.fail(node, f"a number of more than {MAX_BITS} bits", listed=False)
        if expression.is_Pow and expression.exp.is_Rational and abs(expression.exp) > MAX_EXPONENT:
            raise self.fail(node, f"an exponent above {MAX_EXPONENT}", listed=False)
        return built

    def number(self, node: ast.Constant) -> Built:
        import sympy

        literal = self.body[node.col_offset : node.end_col_offset]
        if _LITERAL.fullmatch(literal) is None:
            raise self.fail(node, f"{_shown(literal)}")
        value = Fraction(literal)
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            raise self.fail(node, f"a number of more than {MAX_BITS} bits", listed=False)
        return sympy.Rational(value.numerator, value.denominator), float(value)

    def name(self, node: ast.Name) -> Built:
        if node.id in self.symbols:
            return self.symbols[node.id], None
        if node.id in self.constants:
            return self.constants[node.id]
        raise self.fail(node, f"the name {_shown(node.id)}")

    def operation(self, node: ast.BinOp, left: Built, right: Built) -> Built:
        (a, x), (b, y) = left, right
        constant = x is not None and y is not None
        match node.op:
            case ast.Add():
                return a + b, x + y if constant else None  # type: ignore[operator]
            case ast.Sub():
                return a - b, x - y if constant else None  # type: ignore[operator]
            case ast.Mult():
                return a * b, x * y if constant else None  # type: ignore[operator]
            case ast.Div():
                if b.is_zero or y == 0:
                    raise self.fail(node, "a division by zero", listed=False)
                return a / b, x / y if constant else None  # type: ignore[operator]
            case _:
                return self.power(node, left, right)

    def power(self, node: ast.BinOp, left: Built, right: Built) -> Built:
        (a, x), (b, y) = left, right
        if y is not None and abs(y) > MAX_EXPONENT:
            raise self.fail(node, f"an exponent above {MAX_EXPONENT}", listed=False)
        if a.is_Rational and y is not None and max(a.p.bit_length(), a.q.bit_length()) * abs(y) > MAX_BITS:
            raise self.fail(node, f"a power of more than {MAX_BITS} bits", listed=False)
        if x is not None and x <= 0 and not (b.is_Integer and (x < 0 or b > 0)):
            raise self.fail(node, "a power whose base is not positive and whose exponent is no integer", listed=False)
        value = self.double(node, math.pow, x, y) if x is not None and y is not None else None
        return a**b, value

    def call(self, node: ast.Call, depth: int) -> Built:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in self.functions:
            raise self.fail(node, f"a call of {_shown(name)}")
        count, build, in_doubles = self.functions[name]
        if node.keywords:
            raise self.fail(node, f"a keyword in the call of {name}")
        lowest, highest = (count, count) if count else (2, MAX_ARGUMENTS)
        if not lowest <= len(node.args) <= highest:
            takes = str(count) if count else f"2 to {MAX_ARGUMENTS}"
            raise self.fail(node, f"{name} with {len(node.args)} arguments (it takes {takes})", listed=False)
        parts = [self.build(argument, depth + 1) for argument in node.args]
        value = None
        if all(part[1] is not None for part in parts):
            value = self.double(node, in_doubles, *[part[1] for part in parts])
        arguments = [part[0] for part in parts]
        if any(argument.has(_sympy().log) and _largest(argument) > MAX_EXPONENT for argument in arguments):
            raise self.fail(node, f"a logarithm times a number above {MAX_EXPONENT} inside {name}", listed=False)
        return build(*arguments), value

    def double(self, node: ast.expr, function: Callable[..., float], *arguments: float | None) -> float:
        """Evaluate a constant in doubles, only to refuse those that are not real or not of moderate size."""
        try:
            value = function(*arguments)
        except OverflowError:
            raise self.fail(node, "a constant of magnitude above 1e300", listed=False) from None
        except (ValueError, ZeroDivisionError):
            raise self.fail(node, "a constant that is not a real number", listed=False) from None
        never_zero = function in (math.exp, math.erfc) or (function is math.pow and arguments[0])
        if never_zero and abs(value) < 1e-300:
            raise self.fail(node, "a constant of magnitude below 1e-300", listed=False)
        return value


def _largest(expression: sympy.Expr) -> Any:
    """Return the largest absolute value of a rational number in an expression."""
    return max((max(abs(item.p), item.q) for item in expression.atoms(_sympy().Rational)), default=0)
