r"""Symmetric cross-entropy as a reference for `lossproof conform`: the student's scores and the teacher's posteriors.

``least`` is what log arguments of the reverse part are clipped at: 0 for no clipping, which the shared posteriors, all
positive, do not need.
"""

from __future__ import annotations

from typing import Any

from theory.classification.robust_mean_teacher_for import robust_mean_teacher_for_expressions as exact
from theory.engine.conformance.cases import reorder_classes, shift
from theory.engine.conformance.reference import SCORES_TARGETS, Reference, Slip

__all__ = ["SYMMETRIC_CROSS_ENTROPY"]


def _divergences(scores: tuple[Any, ...], teacher: tuple[Any, ...], least: Any = 0) -> Any:
    """Return KL(q, p) + KL(p, q): both entropies are taken away."""
    import sympy

    total = sympy.log(sympy.Add(*map(sympy.exp, scores)))
    logs = [score - total for score in scores]
    return sympy.Add(*[(q - sympy.exp(log)) * (sympy.log(q) - log) for q, log in zip(teacher, logs, strict=True)])


def _divergence(scores: tuple[Any, ...], teacher: tuple[Any, ...], least: Any = 0) -> Any:
    """Slip: the divergence of the student from the teacher alone, KL(q, p)."""
    import sympy

    forward = exact.symmetric_cross_entropy_forward(scores, teacher, least)
    return forward + sympy.Add(*[q * sympy.log(q) for q in teacher])


def _divergence_over_classes(scores: tuple[Any, ...], teacher: tuple[Any, ...], least: Any = 0) -> Any:
    """Slip: KL(q, p) alone, and divided by the number of classes (the mean over all entries of kl_div)."""
    return _divergence(scores, teacher, least) / len(scores)


SYMMETRIC_CROSS_ENTROPY = Reference(
    paper="robust_mean_teacher_for",
    name="symmetric_cross_entropy",
    where="symmetric cross-entropy",
    says=r"-\sum_jq_j\log p_j-\sum_jp_j\log q_j,\quad p=\mathrm{softmax}(s)",
    inputs=SCORES_TARGETS,
    loss=exact.symmetric_cross_entropy,
    parameters={"least": 0},
    invariances=(shift(), reorder_classes()),
    slips=(
        *map(Slip.of, exact.SLIPS[exact.symmetric_cross_entropy]),
        Slip.of(_divergence),
        Slip.of(_divergence_over_classes),
        Slip("divergences in place of cross-entropies: the entropies of both posteriors are taken away", _divergences),
    ),
    claims=("robust_mean_teacher_for.*",),
)
