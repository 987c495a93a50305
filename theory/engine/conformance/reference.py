r"""A paper's loss in exact form, with what is known about it: what an implementation is held against.

A reference is found through an entry point of the group ``lossproof.losses``, whose value names a module; the
references are that module's attributes. It writes nothing twice: the loss is one SymPy expression, from which values
to fifty digits and gradients follow.

>>> import sympy
>>> def logistic(score, label, scale=1):
...     return scale * sympy.log(1 + sympy.exp(-label * score))
>>> reference = Reference(
...     paper="demo", name="logistic", where="definition", says=r"\log(1+e^{-yu})",
...     inputs=SCORE_SIGN, loss=logistic, parameters={"scale": 1},
... )
>>> reference.id, [item.name for item in reference.inputs]
('demo.logistic', ['scores', 'labels'])
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from theory.engine.conformance.inputs import Batch, Input

__all__ = [
    "PAIRED_SCORES",
    "PROBABILITY_BIT",
    "SCORES_BITS",
    "SCORES_LABEL",
    "SCORES_TARGETS",
    "SCORE_BIT",
    "SCORE_SIGN",
    "Exact",
    "Input",
    "Invariance",
    "Minimum",
    "Reference",
    "Slip",
]

Exact = int | Fraction

SCORES_LABEL = (Input("scores", "real", per_class=True, differentiated=True), Input("labels", "label"))
SCORE_SIGN = (Input("scores", "real", differentiated=True), Input("labels", "sign"))
SCORE_BIT = (Input("scores", "real", differentiated=True), Input("labels", "bit"))
SCORES_BITS = (Input("scores", "real", per_class=True, differentiated=True), Input("labels", "bit", per_class=True))
PROBABILITY_BIT = (Input("probabilities", "probability", differentiated=True), Input("labels", "bit"))
SCORES_TARGETS = (
    Input("scores", "real", per_class=True, differentiated=True),
    Input("targets", "simplex", per_class=True),
)
PAIRED_SCORES = (
    Input("positives", "real", differentiated=True),
    Input("negatives", "real", differentiated=True),
)


@dataclass(frozen=True)
class Invariance:
    """A change of the inputs that leaves every value of the loss as it is.

    Attributes
    ----------
    name, says
        A word for the table, and the statement.
    change
        From a batch of exact numbers to one that must have the same values.
    """

    name: str
    says: str
    change: Callable[[Batch], Batch]


@dataclass(frozen=True)
class Slip:
    """A known mis-implementation: the formula that people write in place of the paper's.

    Attributes
    ----------
    says
        What went wrong, in words that the owner of the code recognises.
    loss
        The wrong loss, with the signature of `Reference.loss`.
    """

    says: str
    loss: Callable[..., Any]

    @classmethod
    def of(cls, function: Callable[..., Any], adapt: Callable[..., Any] | None = None) -> Slip:
        """Return the slip that a function is, in the words of its docstring ("Slip: the words.").

        Parameters
        ----------
        function
            The wrong loss.
        adapt
            What makes of it a loss with the signature of `Reference.loss`, where it has another.

        Examples
        --------
        >>> def halved(score, label):
        ...     "Slip: half the square."
        >>> Slip.of(halved).says
        'half the square'
        """
        first = (function.__doc__ or function.__name__.replace("_", " ")).strip().splitlines()[0]
        says = re.sub(r"^Slip( \([a-z ]+\))?: ", "", first).removesuffix(".")
        return cls(says, adapt(function) if adapt else function)


@dataclass(frozen=True)
class Minimum:
    """The exact least conditional risk, min over scores of ``sum_y p_y loss(scores, y)``, where it is attained.

    Attributes
    ----------
    says
        Where and how much, in LaTeX.
    scores
        From the posterior (a tuple of fractions) and the parameters to the minimising scores.
    value
        From the same to the least risk.
    posteriors
        At which posteriors it is tried.
    """

    says: str
    scores: Callable[..., Any]
    value: Callable[..., Any]
    posteriors: Sequence[tuple[Fraction, ...]]


@dataclass(frozen=True, eq=False)
class Reference:
    """A loss as its paper defines it.

    Attributes
    ----------
    paper, name, where, says, form
        Source as in a claim; the id is ``"<paper>.<name>"``.
    inputs
        The arguments of a batch, in order; `SCORES_LABEL` and the others cover the common ones.
    loss
        From exact numbers or symbols to a SymPy expression. Its arguments are those of one example (a tuple of
        classes where `Input.per_class`) and the parameters; with ``whole_batch`` a tuple over the batch of those.
    parameters
        Name -> default value, exact.
    whole_batch
        Whether the loss is one number of a whole batch (F1, AUC) and no mean over examples.
    sizes
        Numbers of classes that are tried.
    invariances, minimum, slips
        What else is known.
    claims
        Ids or globs of the claims about this loss: what an implementation that conforms inherits.
    """

    paper: str
    name: str
    where: str
    says: str
    inputs: tuple[Input, ...]
    loss: Callable[..., Any]
    form: str = "as usually quoted"
    parameters: Mapping[str, Exact] = field(default_factory=dict)
    whole_batch: bool = False
    sizes: tuple[int, ...] = (3, 5)
    invariances: tuple[Invariance, ...] = ()
    minimum: Minimum | None = None
    slips: tuple[Slip, ...] = ()
    claims: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        if not any(item.differentiated for item in self.inputs):
            raise ValueError(f"{self.id}: no input is differentiated")
        kinds = [item.kind for item in self.inputs]
        if self.minimum is not None and kinds not in (["real", "label"], ["real", "sign"], ["real", "bit"]):
            raise ValueError(f"{self.id}: a least conditional risk needs scores and labels")

    @property
    def id(self) -> str:
        """``"<paper>.<name>"``."""
        return f"{self.paper}.{self.name}"

    @property
    def per_class(self) -> bool:
        """Whether an input has a row of classes, so that the number of classes matters."""
        return any(item.per_class for item in self.inputs)

    @property
    def ragged(self) -> bool:
        """Whether the inputs are samples of their own length (scores of positives, scores of negatives)."""
        return self.whole_batch and not any(item.discrete or item.per_class for item in self.inputs)
