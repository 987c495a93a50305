"""Isolated roots: a system of equations has exactly one solution in a box, and it lies in a given smaller box."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from theory.engine import terms
from theory.engine.statements.base import Statement
from theory.engine.statements.forall import Domain
from theory.engine.statements.tex import tex, tex_name

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True, eq=False)
class UniqueRoot(Statement):
    """The equations ``expression = 0`` have exactly one common solution in ``domain``, and it lies in ``enclosure``.

    Parameters
    ----------
    domain
        A bounded box.
    equations
        As many SymPy expressions, in the domain's symbols, as there are variables; each is to vanish.
    enclosure
        A box in the same variables, inside the domain; decimals such as ``1.25`` are exact.

    Raises
    ------
    ValueError
        If there are not as many equations as variables, a range is unbounded, integer or a point, the variables of
        the two boxes differ, or the enclosure is not inside the domain.

    Examples
    --------
    >>> domain = Domain("x in [1,2]")
    >>> (x,) = domain
    >>> UniqueRoot(domain, (x**2 - 2,), Domain("x in [1.414, 1.415]")).scope()
    'x in [1, 2]'
    """

    domain: Domain
    equations: tuple[sympy.Expr, ...]
    enclosure: Domain

    kind: ClassVar[str] = "unique_root"

    def __post_init__(self) -> None:
        import sympy

        equations = tuple(sympy.sympify(equation) for equation in self.equations)
        object.__setattr__(self, "equations", equations)
        outer, inner = self.domain.ranges, self.enclosure.ranges
        if len(equations) != len(outer):
            raise ValueError(
                f"{len(equations)} equations for {len(outer)} variables; allowed: as many equations as variables"
            )
        if [item.name for item in inner] != [item.name for item in outer]:
            raise ValueError(
                f"the enclosure ({self.enclosure}) must name the variables of the domain ({self.domain}), in order"
            )
        for big, small in zip(outer, inner, strict=True):
            if None in (big.low, big.high, small.low, small.high) or big.integer or small.integer:
                raise ValueError(f"a root is isolated in a bounded box of reals, not in {big} and {small}")
            if not big.low <= small.low < small.high <= big.high:  # type: ignore[operator]
                raise ValueError(f"the enclosure {small} must have a width and lie inside {big}")
        for equation in equations:
            foreign = equation.free_symbols - set(self.domain.symbols)
            if foreign:
                raise ValueError(
                    f"{sorted(map(str, foreign))} not among the symbols of {self.domain}; same name is not enough"
                )
            if equation.has(sympy.Float):
                raise ValueError(f"floats are not exact: write Rational(1, 10) instead of 0.1 in {equation}")

    @cached_property
    def _json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "domain": self.domain.to_json(),
            "equations": [terms.from_sympy(equation) for equation in self.equations],
            "enclosure": [[str(item.low), str(item.high)] for item in self.enclosure.ranges],
        }

    def to_json(self) -> dict[str, Any]:
        return self._json

    def latex(self) -> str:
        names = ", ".join(tex_name(item.name) for item in self.domain.ranges)
        who = rf"({names}),\; " if len(self.domain.ranges) > 1 else ""
        system = r",\; ".join(f"{tex(equation)} = 0" for equation in self.equations)
        return rf"\exists!\, {who}{self.domain.latex()}:\quad {system};\quad {self.enclosure.latex()}"

    def scope(self) -> str:
        return str(self.domain)
