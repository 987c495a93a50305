r"""*Incorporating Surrogate Gradient Norm to Improve Offline Optimization Techniques*.

A surrogate of an unknown function is trained under a constraint on the norm of its gradient, of the mean over examples,
with a multiplier that rises while the constraint is violated; the norm's gradient is taken by a finite difference.

**Sources.** The paper was not read; the method has the form in which it is usually quoted. The bounds are ours.

**What is decided, and what is glue.** Decided in every dimension: the gradient of the norm as a limit along a line;
that a perturbation of size rho changes the surrogate by at most :math:`\rho\|\nabla G\|+M\rho^2/2`
(`claims_ignite_norm`) and one of them by at least :math:`\rho\|\nabla G\|-M\rho^2/2` (`claims_ignite_penalty`).
Argued: Taylor's theorem for the surrogate, and the error :math:`M_2r/2` of the finite difference, which tests look at.

- The norm of the mean gradient is not the mean of the norms: the equality is refuted, the inequality proved. A small
  penalty says nothing about single examples.
- A multiplier that is not cut off at 0 turns negative where the constraint holds with room (refuted by a witness).

**Numbers**

`theory.optimisation.ignite.norm`; `experiments.optimisation.sharpness`.

>>> import numpy as np
>>> exact(np.array([3.0, 4.0]), np.diag([1.0, 2.0])).tolist()
[0.6, 1.6]
"""

from theory.optimisation.ignite.norm import exact, finite_difference, multiplier_step, penalised_gradient

__all__ = ["exact", "finite_difference", "multiplier_step", "penalised_gradient"]
