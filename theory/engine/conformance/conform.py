"""Hold an implementation of a loss against the paper's: values, gradients, invariances, minimum, safe range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from theory.engine.conformance import checks, ranges
from theory.engine.conformance.cases import batches
from theory.engine.conformance.diagnosis import diagnose
from theory.engine.conformance.exact import ExactLoss
from theory.engine.conformance.findings import DIFFERS, SKIPPED, Conformance, Finding
from theory.engine.conformance.implementation import REDUCTIONS, Failed, Implementation, make
from theory.engine.conformance.inputs import Batch
from theory.engine.conformance.libraries import DTYPES, INSTALL, LIBRARIES, used_by
from theory.engine.conformance.reference import Exact, Reference
from theory.engine.conformance.references import inherited, references, resolve
from theory.engine.errors import BadInput


def conform(
    function: Callable[..., Any],
    claim: str | Any,
    *,
    library: str | None = None,
    reduction: str = "auto",
    order: Sequence[str] | None = None,
    labels: str | None = None,
    parameters: Mapping[str, Exact] | None = None,
    passes: Mapping[str, str] | None = None,
    keywords: Mapping[str, Any] | None = None,
    tolerance: float = checks.TOLERANCE["float64"],
    name: str | None = None,
) -> Conformance:
    """Hold a callable against the loss that a claim is about.

    Parameters
    ----------
    function
        Called with the tensors of a batch in the order of the reference's inputs, such as scores (size, classes) and
        labels (size,); returns a number an example, (size,) or (size, 1), or one reduced number.
    claim
        Id of a loss or of a claim about one, a `Claim`, a `Reference`, or a paper key with one loss.
    library
        ``"numpy"``, ``"torch"`` or ``"jax"``; guessed from where the callable comes from if None.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``; ``"auto"`` takes the one that the returned shape and numbers fit best.
    order
        Names of the inputs in the order of the callable's positional arguments.
    labels
        How labels are given: ``"index"``, ``"onehot"``, ``"sign"`` (-1, 1) or ``"zero-one"``.
    parameters
        Values of the loss's parameters, exact (int or Fraction); the reference's own where not given.
    passes
        Parameter -> keyword by which the callable takes it; the range in which that works is then checked too.
    keywords
        Keyword arguments that the callable is always given.
    tolerance
        Largest error of a value x that agrees, in units of 1 + |x|, in float64.
    name
        What to call the implementation in the table.

    Returns
    -------
    Conformance
        ``outcome`` is ``"conforms"``, ``"differs"`` or ``"skipped"``; prints as a table.

    Raises
    ------
    BadInput
        If the claim, a parameter or an option is unknown; the message says what there is.

    Examples
    --------
    >>> import numpy as np
    >>> def mine(scores, labels):
    ...     return np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(labels)), labels]
    >>> found = conform(mine, "comp_sum.cross_entropy")
    >>> found.outcome, [item.check for item in found.findings if item.outcome == "limited"]
    ('conforms', ['float16', 'float32', 'float64'])
    """
    reference = claim if isinstance(claim, Reference) else resolve(claim, references()[0])
    _check_options(function, reference, library, reduction, tolerance)
    values = _parameters(reference, parameters or {})
    called = name or str(getattr(function, "__qualname__", type(function).__name__))
    chosen = library or used_by(function)
    try:
        arrays = LIBRARIES[chosen]()
    except ImportError:
        missing = Finding("library", SKIPPED, f"{chosen} is not installed: {INSTALL[chosen]}")
        return Conformance(called, reference.id, {"library": chosen}, (missing,))
    implementation = make(function, arrays, reference, order=order, labels=labels, keywords=keywords, passes=passes)
    setting = _setting(implementation, values)
    return _compare(called, implementation, values, setting, reduction, tolerance)


def _check_options(function: Any, reference: Reference, library: str | None, reduction: str, tolerance: float) -> None:
    if not callable(function):
        raise BadInput(f"{function!r:.80} is not callable; a function of {_inputs(reference)} is needed")
    if library is not None and library not in LIBRARIES:
        raise BadInput(f"library is {library!r}; allowed: {', '.join(LIBRARIES)}")
    if reduction not in ("auto", *REDUCTIONS):
        raise BadInput(f"reduction is {reduction!r}; allowed: auto, {', '.join(REDUCTIONS)}")
    if not 0 < tolerance < 1:
        raise BadInput(f"tolerance is {tolerance!r}; allowed: between 0 and 1")


def _inputs(reference: Reference) -> str:
    return ", ".join(item.name for item in reference.inputs)


def _parameters(reference: Reference, given: Mapping[str, Exact]) -> dict[str, Exact]:
    for name, value in given.items():
        if name not in reference.parameters:
            known = ", ".join(reference.parameters) or "it has none"
            raise BadInput(f"{reference.id} has no parameter {name!r}; its parameters: {known}")
        if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
            raise BadInput(f"parameter {name} is {value!r}; exact numbers are needed: int or Fraction")
    return {**reference.parameters, **given}


def _setting(implementation: Implementation, values: Mapping[str, Exact]) -> dict[str, str]:
    library = implementation.library
    setting = {"library": f"{library.name} {library.version()}"}
    if implementation.labels:
        setting["labels"] = implementation.labels
    return setting | {name: str(value) for name, value in values.items()}


def _compare(
    called: str,
    implementation: Implementation,
    values: Mapping[str, Exact],
    setting: Mapping[str, str],
    reduction: str,
    tolerance: float,
) -> Conformance:
    reference = implementation.reference
    shared = batches(reference)
    exact = ExactLoss(reference, reference.loss, values)
    try:
        chosen = checks.choose_reduction(implementation, exact, shared[0], values, reduction)
        comparison = checks.Comparison(implementation, exact, values, chosen, tolerance)
        findings = [checks.value(comparison, shared)]
    except Failed as failure:
        return Conformance(called, reference.id, setting, (Finding("value", DIFFERS, str(failure)),))
    setting = {**setting, "reduction": chosen}
    if findings[0].outcome == DIFFERS:
        return Conformance(called, reference.id, setting, findings, _diagnosis(comparison, shared))
    findings += list(_others(comparison, shared))
    from theory.engine.discovery import collect

    return Conformance(called, reference.id, setting, findings, (), inherited(reference, collect()))


def _diagnosis(comparison: checks.Comparison, shared: Sequence[Batch]) -> list[str]:
    try:
        return diagnose(comparison, shared)
    except Failed:  # it fails on some batch: then no numbers are there to match
        return []


def _others(comparison: checks.Comparison, shared: Sequence[Batch]) -> list[Finding]:
    """Return the findings of every check after the value; one that fails to run is a difference of its own."""
    reference = comparison.implementation.reference
    todo: list[tuple[str, Callable[[], Finding]]] = [("gradient", partial(checks.gradient, comparison, shared))]
    todo += [(change.name, partial(checks.invariance, comparison, shared, change)) for change in reference.invariances]
    if not reference.whole_batch:
        todo.append(("examples", partial(checks.independence, comparison, shared)))
    if reference.minimum is not None:
        todo.append(("minimum", partial(checks.minimum, comparison)))
    for dtype in DTYPES:
        todo.append((dtype, partial(ranges.sizes, comparison, dtype)))
        names = comparison.implementation.passes
        todo += [(f"{name}, {dtype}", partial(ranges.parameter, comparison, name, dtype)) for name in names]
    findings = []
    for check, run in todo:
        try:
            findings.append(run())
        except Failed as failure:
            findings.append(Finding(check, DIFFERS, str(failure)))
    return findings
