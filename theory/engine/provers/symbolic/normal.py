"""The zero test: a normal form for sums of products of real powers.

An expression becomes a sum of monomials, each a rational coefficient times powers of *atoms*: symbols, primes,
logarithms, sums that cannot be multiplied out (because their exponent is not a positive integer), and sums over
classes. Exponents are rational functions in lowest terms, so that ``th**(a-1)*th`` and ``th**a`` agree. An atom's
exponents that differ by integers are brought to the smallest one by multiplying out, which makes the test complete for
rational functions; for powers it is sound and incomplete.

Soundness. Atoms that are nonnegative on the domain are treated as positive, and denominators as nonzero. What is found
is an identity between formal powers of the atoms: it holds for all values of them near those that they take, zero
excepted (where a fact makes an atom vanish everywhere, for complex values). It extends to zero because all that the
kernel lets through is defined, hence continuous, on its whole domain: callers check that first. Coefficients are exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache, reduce
from typing import TypeAlias

import sympy

from theory.engine.functions import EntireQuotient, Sig
from theory.engine.provers.symbolic.signs import Signs
from theory.engine.statements.classes import outside_sums

Monomial: TypeAlias = frozenset[tuple[sympy.Expr, sympy.Expr]]  # of (atom, exponent) pairs
Form: TypeAlias = dict[Monomial, Fraction]

_ONE: Monomial = frozenset()
_MOST_TERMS = 4000
_MOST_POWER = 24
_MOST_BITS = 100_000  # of a coefficient
_LOWEST = 3  # sums over classes meet at exponents whose integer part is minus this


class NotNormal(ValueError):
    """The expression is outside what the normal form handles, or grows too large."""


class Normalizer:
    """Brings expressions to normal form.

    Parameters
    ----------
    signs
        Knows the ranges: an expression that is nonnegative on the whole domain is, generically, positive.
    each
        The per-class symbols; sums over classes are linear in everything else.

    Examples
    --------
    >>> from theory.engine.provers.symbolic.signs import POSITIVE
    >>> x, a = sympy.symbols("x a", positive=True)
    >>> test = Normalizer(Signs({x: POSITIVE, a: POSITIVE}))
    >>> test.is_zero((4 * x) ** a * x - 2 ** (2 * a) * x ** (a + 1))
    True
    """

    def __init__(self, signs: Signs, each: frozenset[sympy.Symbol] = frozenset()) -> None:
        self._signs = signs
        self._each = each
        self._cache: dict[sympy.Expr, Form] = {}
        self._sums: dict[sympy.Expr, Form] = {}
        self._signed: set[sympy.Expr] = set()

    def is_zero(self, expression: sympy.Expr) -> bool:
        """Whether the expression is identically zero; False means only that this test does not show it."""
        return not self._reduce(self.form(expression))

    def simplified(self, expression: sympy.Expr) -> sympy.Expr:
        """Return the reduced form as an expression."""
        return self._back(self._reduce(self.form(expression)))

    def form(self, expression: sympy.Expr) -> Form:
        """Return the normal form (atoms not yet brought to common exponents)."""
        if expression not in self._cache:
            self._cache[expression] = self._form(expression)
        return self._cache[expression]

    def _positive(self, expression: sympy.Expr) -> bool:
        return self._signs.enclose(expression).nonnegative

    # -- building ---------------------------------------------------------------------------------------------------

    def _form(self, expression: sympy.Expr) -> Form:
        """Bring one expression to normal form, its parts first."""
        if expression.is_Rational:
            value = Fraction(int(expression.p), int(expression.q))
            return {_ONE: value} if value else {}
        if expression.is_Symbol or expression is sympy.pi:
            return _atom(expression)
        if expression.is_Add:
            return _total(map(self.form, expression.args))
        if expression.is_Mul:
            return reduce(_multiply, map(self.form, expression.args))
        if isinstance(expression, sympy.exp) or expression is sympy.E:
            return self._exponential(sympy.Integer(1) if expression is sympy.E else expression.args[0])
        if expression.is_Pow:
            return self._power(self.form(expression.base), expression.exp, expression.base)
        if isinstance(expression, sympy.log):
            return self._logarithm(expression.args[0])
        if isinstance(expression, EntireQuotient):
            return self.form(_quotient(int(expression.args[0]), expression.args[1]))
        if isinstance(expression, Sig):
            return self._sum_over_classes(expression.args[0])
        if isinstance(expression, (sympy.Max, sympy.Min, sympy.Abs)):
            found = expression.func(*[self._back(self._reduce(self.form(argument))) for argument in expression.args])
            return _atom(found) if isinstance(found, (sympy.Max, sympy.Min, sympy.Abs)) else self.form(found)
        raise NotNormal(f"no normal form for {expression.func.__name__}")

    def _power(self, form: Form, exponent: sympy.Expr, source: sympy.Expr | None = None) -> Form:
        """Raise a form to a power; ``source`` is the base as it was written, whose sign may be known."""
        exponent = _canonical(exponent)
        if exponent.is_Integer and 0 <= exponent <= _MOST_POWER and (len(form) > 1 or not form):
            return reduce(_multiply, [form] * int(exponent), {_ONE: Fraction(1)})
        form = self._reduce(form) if len(form) > 1 else form
        if not form:
            if self._signs.enclose(exponent).positive:
                return {}
            raise NotNormal("zero to a power that is not known to be positive")
        if len(form) == 1:
            ((monomial, coefficient),) = form.items()
            return self._monomial_power(monomial, coefficient, exponent)
        factors = self._factor(form, exponent)
        if factors is not None:
            return reduce(_multiply, [self._power(factor, m * exponent) for factor, m in factors])
        base = self._back(form) if source is None else source
        if exponent.is_Integer and not self._positive(base) and self._positive(-base):
            even = self._power(_negated(form), exponent, -base)
            return _negated(even) if exponent % 2 else even
        pivot, scale, rest = self._pivot(form)
        atom = self._back(rest)
        self._sums[atom] = rest
        if self._positive(base):
            self._signed.add(atom)  # the quotient of a positive sum by a positive term
        return _multiply(self._monomial_power(pivot, scale, exponent), {frozenset({(atom, exponent)}): Fraction(1)})

    def _monomial_power(self, monomial: Monomial, coefficient: Fraction, exponent: sympy.Expr) -> Form:
        """Raise one term to a power: each factor by itself, where a real power needs them positive."""
        if not exponent.is_Integer:
            if coefficient < 0:
                raise NotNormal("a real power of a negative number")
            unsigned = [atom for atom, power in monomial if not self._atom_positive(atom)]
            if unsigned:  # (x^2)^(1/2) is not x when the sign of x is unknown
                base = self._back({monomial: coefficient})
                return {frozenset({(base, exponent)}): Fraction(1)}
            powers = {atom: power * exponent for atom, power in monomial}
            result = _product(powers)
            for prime, multiplicity in _primes(coefficient):
                result = _multiply(result, _product({sympy.Integer(prime): multiplicity * exponent}))
            return result
        if coefficient not in (1, -1) and abs(exponent) * _bits(coefficient) > _MOST_BITS:
            raise NotNormal("an exponent is too large to multiply out")
        result = _product({atom: power * exponent for atom, power in monomial})
        return {key: value * coefficient ** int(exponent) for key, value in result.items()}

    def _factor(self, form: Form, exponent: sympy.Expr) -> list[tuple[Form, int]] | None:
        """Split a polynomial sum into factors, where there are several and each may carry the exponent."""
        if len(form) > 12 or any(
            not power.is_Integer or power < 0 or not atom.is_Symbol for key in form for atom, power in key
        ):
            return None
        content, factors = sympy.factor_list(self._back(form))
        if sum(multiplicity for _, multiplicity in factors) < 2:
            return None
        for index, (factor, multiplicity) in enumerate(factors):
            if not self._positive(factor) and self._positive(-factor):
                factors[index] = (-factor, multiplicity)
                content *= (-1) ** multiplicity
        if not exponent.is_Integer and not (content > 0 and all(self._positive(factor) for factor, _ in factors)):
            return None
        parts = [(self.form(factor), multiplicity) for factor, multiplicity in factors]
        return [(self.form(content), 1), *parts]

    def _pivot(self, form: Form) -> tuple[Monomial, Fraction, Form]:
        """Divide a sum by one of its terms (as far as that is positive), and return term, coefficient and quotient.

        The term is chosen so that proportional sums give the same quotient.
        """
        found: list[tuple[str, Monomial, Fraction, Form]] = []
        for monomial, coefficient in form.items():
            pulled = frozenset((atom, power) for atom, power in monomial if self._atom_positive(atom))
            inverse = _product({atom: -power for atom, power in pulled})
            scale = abs(coefficient)
            rest = _multiply({key: value / scale for key, value in form.items()}, inverse)
            name = str(sorted((str(sorted(map(str, term))), value) for term, value in rest.items()))
            found.append((name, pulled, scale, rest))
        return min(found, key=lambda item: item[0])[1:]

    def _atom_positive(self, atom: sympy.Expr) -> bool:
        return bool(atom.is_nonnegative) or atom in self._signed or self._positive(atom)

    def _logarithm(self, argument: sympy.Expr) -> Form:
        """Write the logarithm of a product of positive factors as a sum."""
        form = self._reduce(self.form(argument))
        if not form:
            raise NotNormal("the logarithm of zero")
        if len(form) > 1:
            pivot, scale, rest = self._pivot(form)
            inner = self._back(rest)
            logs = [_atom(sympy.log(inner, evaluate=False))]
        else:
            ((pivot, scale),) = form.items()
            logs = []
        if scale < 0:
            raise NotNormal("the logarithm of a negative number")
        for atom, power in pivot:
            if not self._atom_positive(atom):
                return _atom(sympy.log(self._back(form), evaluate=False))
            inner_log = _atom(sympy.log(atom, evaluate=False)) if atom is not sympy.E else {_ONE: Fraction(1)}
            logs.append(_multiply(self.form(power), inner_log))
        for prime, multiplicity in _primes(scale):
            logs.append({frozenset({(sympy.log(prime, evaluate=False), sympy.Integer(1))}): Fraction(multiplicity)})
        return _total(logs)

    def _exponential(self, exponent: sympy.Expr) -> Form:
        """Write ``exp`` of a sum as a product: ``k*log(x)`` becomes a power of x, the rest powers of e."""
        powers: dict[sympy.Expr, sympy.Expr] = {}
        for monomial, coefficient in self._reduce(self.form(exponent)).items():
            logs = sorted((atom for atom, power in monomial if isinstance(atom, sympy.log) and power == 1), key=str)
            base = logs[0].args[0] if logs else sympy.E
            rest = monomial - {(logs[0], sympy.Integer(1))} if logs else monomial
            powers[base] = powers.get(base, sympy.Integer(0)) + self._back({rest: coefficient})
        parts = []
        for base, power in powers.items():
            single = base is sympy.E or base.is_Symbol or base.is_Integer
            parts.append(_product({base: power}) if single else self._power(self.form(base), power))
        return reduce(_multiply, parts, {_ONE: Fraction(1)})

    def _sum_over_classes(self, argument: sympy.Expr) -> Form:
        """Use linearity: factors free of per-class symbols leave the sum."""
        terms = []
        for monomial, coefficient in self._lower(self._reduce(self.form(argument))).items():
            inside = frozenset(
                (atom, power) for atom, power in monomial if (outside_sums(atom) | outside_sums(power)) & self._each
            )
            summed = _atom(Sig(self._back({inside: Fraction(1)})))
            terms.append(_multiply({monomial - inside: coefficient}, summed))
        return _total(terms)

    def _lower(self, form: Form) -> Form:
        """Multiply out real powers of per-class sums to one agreed exponent, so that sums over classes can meet."""
        terms = []
        for monomial, coefficient in form.items():
            term: Form = {_ONE: coefficient}
            for atom, power in monomial:
                shift = 0
                if atom in self._sums and not power.is_Integer and outside_sums(atom) & self._each:
                    shift = max(0, _whole_part(power) + _LOWEST)
                term = _multiply(term, _product({atom: power - shift}))
                if shift:
                    term = reduce(_multiply, [self._sums[atom]] * _few(shift), term)
            terms.append(term)
        return _total(terms)

    # -- reducing ---------------------------------------------------------------------------------------------------

    def _reduce(self, form: Form) -> Form:
        """Bring each sum's exponents that differ by integers to the smallest, by multiplying out."""
        for _ in range(12):
            changed = False
            for atom in self._sums_in(form):
                form, moved = self._align(form, atom)
                changed = changed or moved
            if not changed:
                return form
        raise NotNormal("the sums in the denominators are nested too deeply")

    def _sums_in(self, form: Form) -> list[sympy.Expr]:
        found = {atom for monomial in form for atom, _ in monomial if atom in self._sums}
        return sorted(found, key=lambda atom: (-sympy.count_ops(atom), str(atom)))  # outermost first

    def _align(self, form: Form, atom: sympy.Expr) -> tuple[Form, bool]:
        """Bring one sum's exponents together; also return whether anything was multiplied out."""
        split = []
        for monomial, coefficient in form.items():
            powers = dict(monomial)
            split.append((powers.pop(atom, sympy.Integer(0)), frozenset(powers.items()), coefficient))
        lowest = _lowest([power for power, _, _ in split])
        terms, moved = [], False
        for power, rest, coefficient in split:
            low = next(low for low in lowest if _canonical(power - low).is_Integer)
            shift = _few(int(_canonical(power - low)))
            term = _multiply({rest: coefficient}, _product({atom: low}))
            terms.append(reduce(_multiply, [self._sums[atom]] * shift, term))
            moved = moved or shift > 0
        return _total(terms), moved

    def _back(self, form: Form) -> sympy.Expr:
        """Write a form as a SymPy expression."""
        summands = []
        for monomial, coefficient in form.items():
            powers = [sympy.Pow(atom, power) for atom, power in monomial]
            summands.append(sympy.Mul(sympy.Rational(coefficient.numerator, coefficient.denominator), *powers))
        return sympy.Add(*summands)


def _atom(expression: sympy.Expr) -> Form:
    return {frozenset({(expression, sympy.Integer(1))}): Fraction(1)}


def _negated(form: Form) -> Form:
    return {monomial: -coefficient for monomial, coefficient in form.items()}


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _few(shift: int) -> int:
    """Return how often to multiply by a sum, if that is not too often."""
    if shift > _MOST_POWER:
        raise NotNormal("an exponent is too large to multiply out")
    return shift


def _lowest(powers: list[sympy.Expr]) -> list[sympy.Expr]:
    """Return the smallest of each class of exponents that differ by integers."""
    lowest: list[sympy.Expr] = []
    for power in powers:
        for index, low in enumerate(lowest):
            shift = _canonical(power - low)
            if shift.is_Integer:
                lowest[index] = power if shift < 0 else low
                break
        else:
            lowest.append(power)
    return lowest


def _product(powers: dict[sympy.Expr, sympy.Expr]) -> Form:
    """Make a monomial from powers of atoms; integer powers of primes go to the coefficient."""
    coefficient, kept = Fraction(1), {}
    for atom, given in powers.items():
        power = _canonical(given)
        if atom.is_Integer and power != 0:
            whole = _whole_part(power)
            if abs(whole) * int(atom).bit_length() > _MOST_BITS:
                raise NotNormal("an exponent is too large to multiply out")
            coefficient *= Fraction(int(atom)) ** whole
            power = _canonical(power - whole)
        if power != 0:
            kept[atom] = power
    return {frozenset(kept.items()): coefficient}


@lru_cache(maxsize=20_000)
def _canonical(power: sympy.Expr) -> sympy.Expr:
    """Return a rational function in lowest terms; exponents recur, and this is where the time goes."""
    return power if power.is_Rational or power.is_Symbol else sympy.cancel(sympy.together(power))


@lru_cache(maxsize=20_000)
def _whole_part(power: sympy.Expr) -> int:
    """Return the integer that a rational function sheds, so that p and p + 1 shed the same rest.

    It is the floor of the constant of its polynomial part.
    """
    if not power.free_symbols:
        return int(sympy.floor(power))
    numerator, denominator = sympy.fraction(power)
    polynomial, _ = sympy.div(numerator, denominator, *sorted(power.free_symbols, key=str))
    return int(sympy.floor(polynomial.as_coeff_Add()[0]))


def _multiply(left: Form, right: Form) -> Form:
    if len(left) * len(right) > _MOST_TERMS:
        raise NotNormal("the normal form grows too large")
    result: Form = {}
    for first, x in left.items():
        for second, y in right.items():
            if not first or not second:
                _accumulate(result, {first or second: x * y})
                continue
            powers = dict(first)
            for atom, power in second:
                powers[atom] = powers[atom] + power if atom in powers else power
            for monomial, factor in _product(powers).items():
                _accumulate(result, {monomial: factor * x * y})
    return result


def _total(forms: Iterable[Form]) -> Form:
    total: Form = {}
    for form in forms:
        _accumulate(total, form)
    return total


def _accumulate(total: Form, other: Form) -> None:
    for monomial, coefficient in other.items():
        value = total.get(monomial, Fraction(0)) + coefficient
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)


def _primes(value: Fraction) -> list[tuple[int, int]]:
    """Factor a positive rational into primes with their multiplicities."""
    up, down = sympy.factorint(value.numerator), sympy.factorint(value.denominator)
    return [(int(p), int(m)) for p, m in up.items()] + [(int(p), -int(m)) for p, m in down.items()]


def _quotient(k: int, z: sympy.Expr) -> sympy.Expr:
    """Write ``E_k(z)`` in elementary terms; the hole at z = 0 is removable, both sides being continuous."""
    if k == 0:
        return (sympy.exp(z) - 1) / z
    return (sympy.exp(z) - k * _quotient(k - 1, z)) / z
