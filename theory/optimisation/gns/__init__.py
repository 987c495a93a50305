r"""Gradient-normalised smoothness: *Gradient-Normalized Smoothness for Optimization with Approximate Hessians*.

A Newton step with a positive semidefinite approximation H of the Hessian, regularised by the norm of the gradient g:
:math:`h=-(H+\lambda)^{-1}g`, :math:`\lambda=\|g\|/\gamma`. The gradient-normalised smoothness :math:`\gamma` of f at x
is the largest number such that

.. math:: \|\nabla f(x+h)-g-Hh\|\le\frac{\|g\|\,\|h\|}\gamma\qquad\text{for }\|h\|\le\gamma,\
   \langle Hh,h\rangle\le\|g\|\,\|h\|,

and a step with at most this gamma decreases f by :math:`\gamma\|n\|^2/(8\|g\|)`, where n is the new gradient. The
method tries a gamma, accepts the step if it does decrease f so, then doubles gamma, else halves it: one method for all
classes of functions at once, exact Hessian or not.

**Sources.** The paper was not read. The progress with 1/8, the bounds of gamma and the harmonic rule have the form "as
usually quoted". The region :math:`\langle Hh,h\rangle\le\|g\|\,\|h\|` is our reading of a local region that the
definition needs; norms are Euclidean, in the coordinates of the metric. Everything else is derived.

**What is decided, and what is glue.** Decided, exactly: inequalities between vectors at one step, in every dimension,
and between numbers. Not decided, but said under the assumptions of each claim: the step from a bound of derivatives to
one of the residual (an integral along the step), convexity's :math:`f(x)-f(x+h)\ge-\langle n,h\rangle` and
:math:`f(x)-f^*\le\|g\|D`, and that decreases telescope. The paper's rates are not restated: `claims_gns_rates` has what
the progress adds up to, exactly, and leaves orders of magnitude alone.

- one step: the published 1/8; **1/2 for convex f**, from the residual at this one h alone. Both constants are best
  (`claims_gns_progress`);
- lower bounds of gamma: :math:`((1+\nu)\|g\|/A)^{1/(1+\nu)}` for Hoelder continuous Hessians (:math:`\|g\|/L` for
  L-smooth f and H = 0, :math:`\sqrt{2\|g\|/L_2}` for Lipschitz continuous Hessians), best for every :math:`\nu`;
  :math:`c/M` for quasi-self-concordant f, :math:`e^c=1+2c`, c = 1.25643120862616967..., best, attained by
  :math:`e^x-(1+c)x`; the harmonic rule for another H; the step stays where gamma speaks of it. Without the region the
  bound c/M is refuted, and no multiple of it is left: there :math:`\gamma<\sqrt{2\|g\|}` for :math:`e^x-(1-b)x`
  (`claims_gns_radius`);
- gamma of functions of one variable by its definition, at every h, with verdicts both ways (`claims_gns_scalar`);
- what steps add up to (`claims_gns_rates`): :math:`aKm^2\le f(x_0)-f^*` for the smallest gradient norm m, and the two
  steps that compose to :math:`F_0/F_K\ge(1+\tfrac\gamma{2D}\rho)^K`, :math:`\rho=(\|g_K\|/\|g_0\|)^{1/K}`, for
  convex f and all :math:`\gamma_k\ge\gamma`.

The harmonic rule needs its h in the region of the first matrix. If the second matrix is smaller, its region is larger
and the rule fails: let H = 1, f' = -1 + h up to :math:`|h|\le1` and anything beyond; for 9/10 in place of H the rule
promises 10, but the region now reaches to 10/9, where nothing is known.

**Numbers**

`theory.optimisation.gns.smoothness` (importable from here): gamma of quadratics, bounds from both sides otherwise.
`theory.optimisation.gns.newton`: the method, with either test; every trial step is held against the claims.
`theory.optimisation.gns.problems`: logistic regression, log-sum-exp, systems of equations. The stricter test does not
pay by itself: in the quick size of ``lossproof simulate gns`` the constant 1/2 takes more gradients than 1/8 on every
problem with H (log-sum-exp 307 against 154), as it refuses steps that were good enough. What 1/2 buys is the guarantee.

>>> from theory.optimisation.gns.newton import CONVEX, minimise
>>> from theory.optimisation.gns.problems import log_sum_exp
>>> problem = log_sum_exp([[1.0, 0.0], [-1.0, 1.0], [0.0, -1.0]], [0.0, 0.1, 0.2], mu=0.5)
>>> path = minimise(problem, acceptance=CONVEX)
>>> path.converged, bool(abs(path.values[-1] - problem.minimum) < 1e-12)
(True, True)
>>> round(self_concordant_radius(1.0), 6)
1.256431
"""

from theory.optimisation.gns.smoothness import (
    SELF_CONCORDANCE,
    gamma_of_quadratic,
    gamma_of_scalar,
    gamma_of_steps,
    harmonic,
    holder_radius,
    self_concordant_radius,
)

__all__ = [
    "SELF_CONCORDANCE",
    "gamma_of_quadratic",
    "gamma_of_scalar",
    "gamma_of_steps",
    "harmonic",
    "holder_radius",
    "self_concordant_radius",
]
