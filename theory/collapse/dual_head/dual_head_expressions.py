"""Exact expressions of the claims on dual-head distillation: sigmoids, coefficients of the two gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sympy

__all__ = ["binary_coefficient", "cross_entropy_coefficient", "sigmoid"]


def sigmoid(z: Any) -> sympy.Expr:
    """Return ``1/(1 + e^(-z))``."""
    import sympy

    return 1 / (1 + sympy.exp(-z))


def cross_entropy_coefficient(p: Any, classes: Any) -> sympy.Expr:
    """Return the coefficient of the gradient of cross-entropy, p the probability of the own class."""
    return p - 1 - (1 - p) / (classes - 1)


def binary_coefficient(student: Any, teacher: Any, student_off: Any, teacher_off: Any) -> sympy.Expr:
    """Return that of the sum of binary divergences: own logits, then the others', of student and teacher."""
    own = sigmoid(student) - sigmoid(teacher)
    return own - (sigmoid(student_off) - sigmoid(teacher_off))
