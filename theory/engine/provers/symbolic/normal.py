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

from fractions import Fraction
from functools import reduce

import sympy

from theory.engine.functions import EntireQuotient, Sig
from theory.engine.provers.symbolic import forms
from theory.engine.provers.symbolic.forms import Form, Monomial, NotNormal
from theory.engine.provers.symbolic.signs import Signs
from theory.engine.statements.classes import outside_sums

__all__ = ["Normalizer", "NotNormal"]

_LOWEST = 3  # sums over classes meet at exponents whose integer part is minus this


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
            return {forms.ONE: value} if value else {}
        if expression.is_Symbol or expression is sympy.pi:
            return forms.atom(expression)
        if expression.is_Add:
            return forms.total(map(self.form, expression.args))
        if expression.is_Mul:
            return reduce(forms.multiply, map(self.form, expression.args))
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
            return forms.atom(found) if isinstance(found, (sympy.Max, sympy.Min, sympy.Abs)) else self.form(found)
        raise NotNormal(f"no normal form for {expression.func.__name__}")

    def _power(self, form: Form, exponent: sympy.Expr, source: sympy.Expr | None = None) -> Form:
        """Raise a form to a power; ``source`` is the base as it was written, whose sign may be known."""
        exponent = forms.canonical(exponent)
        if exponent.is_Integer and 0 <= exponent <= forms.MOST_POWER and (len(form) > 1 or not form):
            return reduce(forms.multiply, [form] * int(exponent), {forms.ONE: Fraction(1)})
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
            return reduce(forms.multiply, [self._power(factor, m * exponent) for factor, m in factors])
        base = self._back(form) if source is None else source
        if exponent.is_Integer and not self._positive(base) and self._positive(-base):
            even = self._power(forms.negated(form), exponent, -base)
            return forms.negated(even) if exponent % 2 else even
        pivot, scale, rest = self._pivot(form)
        atom = self._back(rest)
        self._sums[atom] = rest
        if self._positive(base):
            self._signed.add(atom)  # the quotient of a positive sum by a positive term
        return forms.multiply(
            self._monomial_power(pivot, scale, exponent), {frozenset({(atom, exponent)}): Fraction(1)}
        )

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
            result = forms.product(powers)
            for prime, multiplicity in forms.primes(coefficient):
                result = forms.multiply(result, forms.product({sympy.Integer(prime): multiplicity * exponent}))
            return result
        if coefficient not in (1, -1) and abs(exponent) * forms.bits(coefficient) > forms.MOST_BITS:
            raise NotNormal("an exponent is too large to multiply out")
        result = forms.product({atom: power * exponent for atom, power in monomial})
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
            inverse = forms.product({atom: -power for atom, power in pulled})
            scale = abs(coefficient)
            rest = forms.multiply({key: value / scale for key, value in form.items()}, inverse)
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
            logs = [forms.atom(sympy.log(inner, evaluate=False))]
        else:
            ((pivot, scale),) = form.items()
            logs = []
        if scale < 0:
            raise NotNormal("the logarithm of a negative number")
        for atom, power in pivot:
            if not self._atom_positive(atom):
                return forms.atom(sympy.log(self._back(form), evaluate=False))
            inner_log = forms.atom(sympy.log(atom, evaluate=False)) if atom is not sympy.E else {forms.ONE: Fraction(1)}
            logs.append(forms.multiply(self.form(power), inner_log))
        for prime, multiplicity in forms.primes(scale):
            logs.append({frozenset({(sympy.log(prime, evaluate=False), sympy.Integer(1))}): Fraction(multiplicity)})
        return forms.total(logs)

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
            parts.append(forms.product({base: power}) if single else self._power(self.form(base), power))
        return reduce(forms.multiply, parts, {forms.ONE: Fraction(1)})

    def _sum_over_classes(self, argument: sympy.Expr) -> Form:
        """Use linearity: factors free of per-class symbols leave the sum."""
        terms = []
        for monomial, coefficient in self._lower(self._reduce(self.form(argument))).items():
            inside = frozenset(
                (atom, power) for atom, power in monomial if (outside_sums(atom) | outside_sums(power)) & self._each
            )
            summed = forms.atom(Sig(self._back({inside: Fraction(1)})))
            terms.append(forms.multiply({monomial - inside: coefficient}, summed))
        return forms.total(terms)

    def _lower(self, form: Form) -> Form:
        """Multiply out real powers of per-class sums to one agreed exponent, so that sums over classes can meet."""
        terms = []
        for monomial, coefficient in form.items():
            term: Form = {forms.ONE: coefficient}
            for atom, power in monomial:
                shift = 0
                if atom in self._sums and not power.is_Integer and outside_sums(atom) & self._each:
                    shift = max(0, forms.whole_part(power) + _LOWEST)
                term = forms.multiply(term, forms.product({atom: power - shift}))
                if shift:
                    term = reduce(forms.multiply, [self._sums[atom]] * forms.few(shift), term)
            terms.append(term)
        return forms.total(terms)

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
        lowest = forms.lowest([power for power, _, _ in split])
        terms, moved = [], False
        for power, rest, coefficient in split:
            low = next(low for low in lowest if forms.canonical(power - low).is_Integer)
            shift = forms.few(int(forms.canonical(power - low)))
            term = forms.multiply({rest: coefficient}, forms.product({atom: low}))
            terms.append(reduce(forms.multiply, [self._sums[atom]] * shift, term))
            moved = moved or shift > 0
        return forms.total(terms), moved

    def _back(self, form: Form) -> sympy.Expr:
        """Write a form as a SymPy expression."""
        summands = []
        for monomial, coefficient in form.items():
            powers = [sympy.Pow(atom, power) for atom, power in monomial]
            summands.append(sympy.Mul(sympy.Rational(coefficient.numerator, coefficient.denominator), *powers))
        return sympy.Add(*summands)


def _quotient(k: int, z: sympy.Expr) -> sympy.Expr:
    """Write ``E_k(z)`` in elementary terms; the hole at z = 0 is removable, both sides being continuous."""
    if k == 0:
        return (sympy.exp(z) - 1) / z
    return (sympy.exp(z) - k * _quotient(k - 1, z)) / z
