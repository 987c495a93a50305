r"""A claim: statement, assumptions, source, method and controls; a function that builds the first and the last.

>>> from theory.engine.words import Domain, ForAll, boxes
>>> @claim(paper="demo", where="Lemma 1", says=r"x^2 \ge c\,(2x-1)", expected="certified")
... def square_above_tangent(c=1):
...     domain = Domain("x in [2,3]")
...     (x,) = domain
...     return ForAll(domain, x**2, ">", c * (2 * x - 1)), boxes()
>>> square_above_tangent.false_if("the line were twice as steep", c=2)
>>> square_above_tangent.id, square_above_tangent.controls[0].expect_holds
('demo.square_above_tangent', False)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from theory.engine.evidence import Evidence, Prover

Stated = tuple[Any, Prover]  # what a claim's function returns: the statement and the method that decides it
Constant = int | Fraction  # what its arguments are: exact numbers that a control may change
FORMS = ("as printed", "as in the published code", "as usually quoted", "derived")
STRENGTHS = ("identity", "tight", "upper", "lower", "rate", "asymptotic", "figure", "lemma")


@dataclass(frozen=True)
class Control:
    """A neighbour of the claim, got by changing arguments, whose verdict is known beforehand.

    Parameters
    ----------
    says
        What was changed, in words: "the constant were 1 % larger".
    arguments
        The changed keyword arguments of the claim's function.
    expect_holds
        False for `Claim.false_if` (the refuter must find a witness), True for `Claim.true_if` (it must be decided).
    """

    says: str
    arguments: Mapping[str, Any]
    expect_holds: bool


@dataclass(eq=False)
class Claim:
    """One statement of a paper with the method that decides it. Made by the decorator `claim`.

    Attributes
    ----------
    id
        ``"<paper>.<name of the function>"``.
    paper, where, says
        Source: key in ``papers.toml``, place in the paper, and the printed statement in LaTeX.
    expected
        The verdict on record.
    strength
        A label (`STRENGTHS`); relation and direction of the statement decide what is asserted.
    form
        One of `FORMS`: ``"as printed"``, ``"as in the published code"`` (read there, not in the paper), ``"as usually
        quoted"`` (the form was not read in the source) or ``"derived"`` (our own).
    corrects
        Id of the claim that this one corrects or sharpens, "" if none.
    assumptions
        Hypotheses in words that the statement object does not carry itself.
    uses
        Ids of claims that this one rests on, beside those its certificate names.
    limit
        Seconds after which the worker that decides it (claim and controls together) is killed.
    stored
        Whether its certificate is kept with the package, because it was dear to find.
    """

    build: Callable[..., Stated]
    paper: str
    where: str
    says: str
    expected: Evidence
    strength: str = "lower"
    form: str = "derived"
    corrects: str = ""
    assumptions: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    limit: float = 60.0
    stored: bool = False
    controls: list[Control] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.__doc__ = self.build.__doc__
        self.__module__ = self.build.__module__
        self.name = self.build.__name__
        self.id = f"{self.paper}.{self.name}"

    def statement(self) -> Any:
        """Return the statement object itself, built with the claim's own constants."""
        return self.build()[0]

    def __repr__(self) -> str:
        return f"<claim {self.id}, on record: {self.expected.value}>"

    def _repr_html_(self) -> str:
        from theory.engine.report.mathml import formula
        from theory.engine.shown import Html, table

        neighbours = [
            ("true neighbour" if control.expect_holds else "false neighbour", control.says) for control in self.controls
        ]
        rows = [
            ("says", Html(formula(self.says))),
            ("source", f"{self.paper}, {self.where} ({self.form})"),
            ("on record", self.expected.value),
            *(("assumes", item) for item in self.assumptions),
            ("rests on", ", ".join(self.uses)),
            ("corrects", self.corrects),
            *neighbours,
        ]
        return table([row for row in rows if row[1]], caption=self.id)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.says}$"

    def false_if(self, says: str, **arguments: Any) -> None:
        """Add a false neighbour: with these arguments changed the refuter must find a witness."""
        self._add(Control(says, arguments, expect_holds=False))

    def true_if(self, says: str, **arguments: Any) -> None:
        """Add a true neighbour (for refuted claims): with these arguments changed the method must decide it."""
        self._add(Control(says, arguments, expect_holds=True))

    def _add(self, control: Control) -> None:
        defaults = {name: parameter.default for name, parameter in inspect.signature(self.build).parameters.items()}
        for name, value in control.arguments.items():
            if name not in defaults:
                raise ValueError(
                    f"{self.id}: control {control.says!r} changes {name!r}; arguments are {sorted(defaults)}"
                )
            if defaults[name] == value:
                raise ValueError(f"{self.id}: control {control.says!r} leaves {name!r} at its default {value!r}")
        if not control.arguments:
            raise ValueError(f"{self.id}: control {control.says!r} changes no argument")
        self.controls.append(control)


def claim(
    *,
    paper: str,
    where: str,
    says: str,
    expected: str,
    strength: str = "lower",
    form: str = "derived",
    corrects: str = "",
    assumptions: tuple[str, ...] = (),
    uses: tuple[str, ...] = (),
    limit: float = 60.0,
    stored: bool = False,
) -> Callable[[Callable[..., Stated]], Claim]:
    """Turn a function of perturbable constants that returns ``(statement, method)`` into a `Claim`.

    Parameters are the attributes of `Claim`; every argument of the decorated function needs a default, the value that
    is claimed.

    Raises
    ------
    ValueError
        If ``expected``, ``strength`` or ``form`` is not a known word, or an argument of the function has no default.
    """
    if expected not in [kind.value for kind in Evidence]:
        raise ValueError(f"expected is {expected!r}; allowed: {', '.join(kind.value for kind in Evidence)}")
    if strength not in STRENGTHS:
        raise ValueError(f"strength is {strength!r}; allowed: {', '.join(STRENGTHS)}")
    if form not in FORMS:
        raise ValueError(f"form is {form!r}; allowed: {', '.join(FORMS)}")

    def decorate(build: Callable[..., Stated]) -> Claim:
        for name, parameter in inspect.signature(build).parameters.items():
            if parameter.default is inspect.Parameter.empty:
                raise ValueError(
                    f"{paper}.{build.__name__}: argument {name!r} needs a default, the value that is claimed"
                )
        return Claim(
            build=build,
            paper=paper,
            where=where,
            says=says,
            expected=Evidence(expected),
            strength=strength,
            form=form,
            corrects=corrects,
            assumptions=assumptions,
            uses=uses,
            limit=limit,
            stored=stored,
        )

    return decorate
