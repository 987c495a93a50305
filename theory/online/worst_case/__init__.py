"""Exact worst cases of methods: performance estimation with rational certificates, and an exact adversary.

Each method's function returns a `problem.Problem`; its ``certify()`` returns the worst case between exact bounds,
with a worst function and the multipliers that prove the bound, all accepted by the independent checker.

Examples
--------
>>> print(gradient_descent(3, 1).certify())
gradient descent, N = 3, h = 1: worst case = 1/14 L R^2 (8 multipliers)
"""

from theory.online.worst_case.adversary import orthogonal_adversary
from theory.online.worst_case.descent import gradient_descent
from theory.online.worst_case.optimised import optimised_gradient
from theory.online.worst_case.projected import projected_descent
from theory.online.worst_case.proximal import proximal_point

__all__ = [
    "gradient_descent",
    "optimised_gradient",
    "orthogonal_adversary",
    "projected_descent",
    "proximal_point",
]
