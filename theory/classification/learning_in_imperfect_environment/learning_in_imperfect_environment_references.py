r"""The multi-focal loss and the focal loss as references for `lossproof conform`.

`MULTI_FOCAL` takes the scores of all classes and a row of labels 0 or 1, and sums over the classes. `FOCAL` takes one
score and one label, ``-(1-p_t)^gamma log p_t``; `BALANCED_FOCAL` weighs positives by alpha and negatives by 1 - alpha,
which leaves what is known of each entry, but not what is known of their risk. All are written in the margin: the
probability of the other label is 1/(1 + e^m), never one minus a rounded number.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from theory.engine.conformance.cases import reorder_classes, swap_signs
from theory.engine.conformance.reference import SCORE_BIT, SCORES_BITS, Reference, Slip

__all__ = ["BALANCED_FOCAL", "FOCAL", "MULTI_FOCAL"]


def _entry(score: Any, label: int, focus: Any) -> Any:
    """Return ``-(1-p_t)^focus log p_t``, p_t the sigmoid of the margin."""
    import sympy

    margin = score if label else -score
    return (1 + sympy.exp(margin)) ** -focus * sympy.log(1 + sympy.exp(-margin))


def multi_focal(scores: tuple[Any, ...], labels: tuple[int, ...], *, positive_focus: Any, negative_focus: Any) -> Any:
    """Return the sum over the classes of ``-(1-p)^a log p`` where the label is 1, ``-p^b log(1-p)`` where it is 0.

    Examples
    --------
    >>> multi_focal((0, 0), (0, 1), positive_focus=1, negative_focus=0)
    3*log(2)/2
    """
    import sympy

    foci = (negative_focus, positive_focus)
    return sympy.Add(*[_entry(score, label, foci[label]) for score, label in zip(scores, labels, strict=True)])


def focal(score: Any, label: int, *, gamma: Any) -> Any:
    """Return ``-(1-p_t)^gamma log p_t``.

    Examples
    --------
    >>> focal(0, 1, gamma=2)
    log(2)/4
    """
    return _entry(score, label, gamma)


def balanced_focal(score: Any, label: int, *, gamma: Any, alpha: Any) -> Any:
    """Return ``-alpha_t (1-p_t)^gamma log p_t``, alpha_t = alpha for positives and 1 - alpha for negatives."""
    return (alpha if label else 1 - alpha) * _entry(score, label, gamma)


# -- slips ------------------------------------------------------------------------------------------------------------


def _swapped_foci(scores: tuple[Any, ...], labels: tuple[int, ...], *, positive_focus: Any, negative_focus: Any) -> Any:
    """Slip: the foci of positives and negatives exchanged."""
    return multi_focal(scores, labels, positive_focus=negative_focus, negative_focus=positive_focus)


def _averaged(scores: tuple[Any, ...], labels: tuple[int, ...], **foci: Any) -> Any:
    """Slip: the mean over the classes in place of the sum."""
    return multi_focal(scores, labels, **foci) / len(scores)


def _without_negatives(scores: tuple[Any, ...], labels: tuple[int, ...], *, positive_focus: Any, **_: Any) -> Any:
    """Slip: the classes whose label is 0 are left out."""
    import sympy

    return sympy.Add(*[_entry(s, 1, positive_focus) for s, label in zip(scores, labels, strict=True) if label])


def _of_softmax(scores: tuple[Any, ...], labels: tuple[int, ...], *, positive_focus: Any, negative_focus: Any) -> Any:
    """Slip: softmax probabilities in place of sigmoids."""
    import sympy

    total = sympy.Add(*map(sympy.exp, scores))
    odds = [sympy.log(sympy.exp(score) / (total - sympy.exp(score))) for score in scores]
    return multi_focal(tuple(odds), labels, positive_focus=positive_focus, negative_focus=negative_focus)


def _of_easy_classes(
    scores: tuple[Any, ...], labels: tuple[int, ...], *, positive_focus: Any, negative_focus: Any
) -> Any:
    """Slip: ``p^a log p`` and ``(1-p)^b log(1-p)``: classes that are right already weigh most."""
    import sympy

    foci = (negative_focus, positive_focus)
    return sympy.Add(*[_on_easy_entries(s, label, gamma=foci[label]) for s, label in zip(scores, labels, strict=True)])


def _unfocussed(scores: tuple[Any, ...], labels: tuple[int, ...], **_: Any) -> Any:
    """Slip: no focus at all: the sum of binary cross-entropies."""
    return multi_focal(scores, labels, positive_focus=0, negative_focus=0)


def _unfocussed_mean(scores: tuple[Any, ...], labels: tuple[int, ...], **_: Any) -> Any:
    """Slip: no focus at all, and the mean over the classes."""
    return _unfocussed(scores, labels) / len(scores)


def _on_easy_entries(score: Any, label: int, *, gamma: Any) -> Any:
    """Slip: ``p_t^gamma`` in place of ``(1-p_t)^gamma``: entries that are right already weigh most."""
    import sympy

    margin = score if label else -score
    return (1 + sympy.exp(-margin)) ** -gamma * sympy.log(1 + sympy.exp(-margin))


def _of_positives(score: Any, label: int, *, gamma: Any) -> Any:
    """Slip: ``(1-p)^gamma`` for both labels: p of the positive class in place of p_t."""
    import sympy

    return (1 + sympy.exp(score)) ** -gamma * _entry(score, label, 0)


def _cross_entropy(score: Any, label: int, **_: Any) -> Any:
    """Slip: the modulating factor is missing: plain binary cross-entropy."""
    return _entry(score, label, 0)


def _sigmoid_twice(score: Any, label: int, *, gamma: Any) -> Any:
    """Slip: probabilities are given where scores are expected, so that the sigmoid is applied twice."""
    import sympy

    return focal(1 / (1 + sympy.exp(-score)), label, gamma=gamma)


def _plain(score: Any, label: int, *, gamma: Any, alpha: Any) -> Any:
    """Slip: alpha is left out."""
    return focal(score, label, gamma=gamma)


def _reversed(score: Any, label: int, *, gamma: Any, alpha: Any) -> Any:
    """Slip: alpha weighs the negatives and 1 - alpha the positives: the reverse."""
    return balanced_focal(score, label, gamma=gamma, alpha=1 - alpha)


def _alpha_for_all(score: Any, label: int, *, gamma: Any, alpha: Any) -> Any:
    """Slip: alpha weighs positives and negatives alike."""
    return alpha * focal(score, label, gamma=gamma)


def _alpha_of_positives(score: Any, label: int, *, gamma: Any, alpha: Any) -> Any:
    """Slip: alpha weighs the positives, and negatives weigh 1."""
    return (alpha if label else 1) * focal(score, label, gamma=gamma)


_PAPER = "learning_in_imperfect_environment"
_MONOTONE = (f"{_PAPER}.positive_loss_decreases", f"{_PAPER}.negative_loss_increases")
_MODIFIED = (*_MONOTONE, f"{_PAPER}.modifier_never_enlarges_the_loss")

MULTI_FOCAL = Reference(
    paper=_PAPER,
    name="multi_focal",
    where="multi-focal modifier",
    says=r"\sum_k-y_k(1-p_k)^a\log p_k-(1-y_k)p_k^b\log(1-p_k)",
    inputs=SCORES_BITS,
    loss=multi_focal,
    parameters={"positive_focus": 1, "negative_focus": 2},
    invariances=(reorder_classes(),),
    slips=tuple(map(Slip.of, (
        _swapped_foci, _averaged, _without_negatives, _of_softmax, _of_easy_classes, _unfocussed,
        _unfocussed_mean,
    ))),
    claims=(*_MODIFIED, f"{_PAPER}.equal_focus_is_focal_loss", f"{_PAPER}.no_focus_is_cross_entropy"),
)  # fmt: skip

FOCAL = Reference(
    paper=_PAPER,
    name="focal",
    where="focal loss, equal foci",
    says=r"-(1-p_t)^\gamma\log p_t,\quad p_t=\sigma(s)\text{ or }1-\sigma(s)",
    inputs=SCORE_BIT,
    loss=focal,
    parameters={"gamma": 2},
    invariances=(swap_signs(),),
    slips=tuple(map(Slip.of, (_on_easy_entries, _of_positives, _cross_entropy, _sigmoid_twice))),
    claims=(
        *_MODIFIED,
        f"{_PAPER}.equal_focus_is_focal_loss",
        f"{_PAPER}.modifier_never_enlarges_the_gradient",
        f"{_PAPER}.focal_loss_is_proper",
        f"{_PAPER}.focal_minimiser",
        f"{_PAPER}.reflection_lowers_the_risk",
        f"{_PAPER}.risk_falls_through_one_half",
    ),
)  # fmt: skip

BALANCED_FOCAL = Reference(
    paper=_PAPER,
    name="balanced_focal",
    where="focal loss, equal foci, positives weighed by alpha",
    says=r"-\alpha_t(1-p_t)^\gamma\log p_t,\quad\alpha_t=\alpha\text{ or }1-\alpha",
    inputs=SCORE_BIT,
    loss=balanced_focal,
    parameters={"gamma": 2, "alpha": Fraction(1, 4)},
    slips=tuple(map(Slip.of, (_plain, _reversed, _alpha_for_all, _alpha_of_positives))),
    claims=_MODIFIED,
)
