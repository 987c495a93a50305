"""The power-mean bound on [0, 1] for 95 (n, tau): the box prover against the same bisection on ``mpmath.iv``.

The bound is ``((phi(b)^(2-tau) - 1) / ((tau-1) n^(tau-1)) >= b^2 / (2 n^(tau-1))`` with
``phi(b) = ((1+b)^a + (1-b)^a) / 2`` and ``a = 1/(2-tau)``: both sides vanish at b = 0 to second order.
The slow side bisects on [1/100, 1] only, where there is no zero, by natural interval extension and mean-value form with
derivatives by hand; it gets a cap of cells for each pair, and what is left then counts as not decided.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from mpmath import iv
from sympy import Integer, Rational

from benchmarks.rows import Row
from theory.engine.evidence import Budget, Certificate
from theory.engine.provers.enclosure import boxes
from theory.engine.statements.forall import Domain, ForAll

CLASSES = (2, 3, 5, 10, 100)
EXPONENTS = tuple(1 + Fraction(k, 20) for k in range(1, 20))
CELL_CAP = 200


def statement(n: int, tau: Fraction) -> ForAll:
    """Return the bound for one pair."""
    domain = Domain("b in [0,1]")
    (b,) = domain
    exact = Rational(tau.numerator, tau.denominator)
    a, scale = 1 / (2 - exact), Integer(n) ** (exact - 1)
    mean = ((1 + b) ** a + (1 - b) ** a) / 2
    return ForAll(domain, (mean ** (2 - exact) - 1) / ((exact - 1) * scale), ">=", b**2 / (2 * scale))


def interval_cells(n: int, tau: Fraction) -> int | None:
    """Bisect in ``mpmath.iv``; return the number of cells, or None if the cap is reached."""
    t = iv.mpf(tau.numerator) / tau.denominator
    a, scale = 1 / (2 - t), iv.mpf(n) ** (t - 1)

    def value(b: Any) -> Any:
        mean = ((1 + b) ** a + (1 - b) ** a) / 2
        return (mean ** (2 - t) - 1) / ((t - 1) * scale) - b**2 / (2 * scale)

    def slope(b: Any) -> Any:
        mean = ((1 + b) ** a + (1 - b) ** a) / 2
        inner = ((1 + b) ** (a - 1) - (1 - b) ** (a - 1)) / 2
        return mean ** (1 - t) * inner / ((t - 1) * scale) - b / scale

    stack, cells = [(Fraction(1, 100), Fraction(1))], 0
    while stack:
        low, high = stack.pop()
        cells += 1
        if cells > CELL_CAP:
            return None
        cell = iv.mpf([_float(low), _float(high)])
        middle = iv.mpf(_float((low + high) / 2))
        if value(cell).a > 0 or (value(middle) + slope(cell) * (cell - middle)).a > 0:
            continue
        stack += [((low + high) / 2, high), (low, (low + high) / 2)]
    return cells


def _float(x: Fraction) -> float:
    return x.numerator / x.denominator


def run(*, smoke: bool = False) -> list[Row]:
    """Return the rows."""
    pairs = [(n, tau) for n in CLASSES for tau in EXPONENTS][: 2 if smoke else None]
    statements = [statement(n, tau) for n, tau in pairs]
    for prepared in statements:
        prepared.to_json()
    method = boxes(zero_at="b")
    method.decide(statements[0], Budget())  # first call: imports
    start = time.perf_counter()
    certificates = [method.decide(prepared, Budget()) for prepared in statements]
    deciding = time.perf_counter() - start
    found = [certificate for certificate in certificates if isinstance(certificate, Certificate)]
    start = time.perf_counter()
    for prepared in statements:
        method.refute(prepared, Budget())
    refuting = time.perf_counter() - start
    start = time.perf_counter()
    for prepared, certificate in zip(statements, certificates, strict=True):
        if isinstance(certificate, Certificate):
            method.recheck(prepared, certificate, Budget())
    checking = time.perf_counter() - start
    start = time.perf_counter()
    counts = [interval_cells(n, tau) for n, tau in pairs]
    slow = time.perf_counter() - start
    done = [count for count in counts if count is not None]
    sizes = f"{len(pairs)} pairs"
    return [
        Row(
            "certifying the bound on [0, 1]",
            deciding,
            slow,
            f"mpmath.iv on [1/100, 1], at most {CELL_CAP} cells a pair",
            sizes,
            f"{len(found)} pairs certified in {sum(len(item.data['tree']) for item in found)} cells; theirs"
            f" {len(done)} pairs in {sum(done)} cells, and does less: no zero, and a cap",
            yardstick=True,
        ),
        Row("looking for counterexamples first", refuting, sizes=sizes),
        Row("independent check of the certificates", checking, sizes=sizes),
    ]
