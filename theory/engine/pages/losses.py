"""The section of a page about the losses that `lossproof conform` holds implementations against."""

from __future__ import annotations

from collections.abc import Iterable

from theory.engine.conformance.reference import Input, Reference
from theory.engine.pages.markup import bullets, code, escaped, fields, formula, heading

_KINDS = {
    "real": "any real numbers",
    "probability": "probabilities",
    "simplex": "rows of probabilities",
    "ball": "points of the open unit ball",
    "label": "a class 0, ..., n-1",
    "sign": "-1 or 1",
    "bit": "0 or 1",
}


def losses_text(losses: Iterable[Reference]) -> str:
    """Return a subsection a loss: formula, inputs, what is known about it, and how it is often got wrong."""
    return "\n".join(["What an implementation can be held against:\n", *map(_loss, losses)])


def _loss(loss: Reference) -> str:
    known = [
        ("Definition", f"{escaped(loss.where)} ({escaped(loss.form)})"),
        ("Inputs", "; ".join(map(_input, loss.inputs))),
        ("Parameters", ", ".join(code(f"{name} = {value}") for name, value in loss.parameters.items())),
        ("One value for", "a whole batch" if loss.whole_batch else "each example"),
        ("Unchanged by", "; ".join(escaped(item.says) for item in loss.invariances)),
        ("Least conditional risk", escaped(loss.minimum.says) if loss.minimum else ""),
        ("Known slips", bullets(escaped(item.says) for item in loss.slips) if loss.slips else ""),
    ]
    return "\n".join(
        [
            heading(loss.id, "~"),
            formula(loss.says),
            ".. rst-class:: facts\n",
            fields(known),
            f".. code-block:: console\n\n   $ lossproof conform MODULE:FUNCTION --to {loss.id}\n",
        ]
    )


def _input(item: Input) -> str:
    shape = " for each class" if item.per_class and item.kind != "simplex" else ""
    return f"{code(item.name)}, {escaped(_KINDS.get(item.kind, item.kind) + shape)}"
