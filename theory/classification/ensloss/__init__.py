r"""EnsLoss: random calibrated losses, drawn by their derivative (paper key ``ensloss``).

What the paper does. Instead of one surrogate loss, every gradient step draws the *derivative* of a random convex,
calibrated loss at the margins of its batch: normal draws go through an inverse Box-Cox transform, are negated,
clipped at -1, sorted, and handed to the margins in order; beyond the margin 1 they are multiplied by a falling tail
factor. Three conditions on the derivative g are to make every drawn loss a proper one: g nondecreasing (convex), g(0)
< 0 (calibrated), and a tail condition ("superlinear raising-tail": bounded below). The paper's text was not read in
print: its statements are claims "as usually quoted"; steps and constants of the sampler are those of the authors'
public code, and "superlinear raising-tail" is read as ``z g(z) -> 0``.

What is decided here, and how.

* *Calibration.* A convex loss is calibrated if and only if g is continuous at 0 and g(0) < 0. Proved step function by
  step function, for any number of steps (`claims_ensloss_calibration`): wrong-sign scores cost at least ``t |g(0)|
  |u|``, short right-sign ones save at least half of that; a kink or a flat origin loses posteriors up to an explicit
  one. The passage from step functions to integrals is an assumption in words. Finite averages of such losses are such
  losses.
* *Bounded below.* The exact criterion, for g <= 0, is that the integral of g to infinity converges. ``z g(z) -> 0``
  is necessary (proved, with ``(z/2)|g(z)| <= phi(z/2) - phi(z)``) but **not sufficient**: ``g = -1/(z log z)`` is the
  witness. ``|g| <= K z^-p``, p > 1, is sufficient, with the bound K/(p-1), and not necessary: the loss
  ``e/log(z+e-1)``, whose derivative is of the order ``1/(z log^2 z)``. One bound must hold for all losses that are
  averaged: the average of the tails z^-p over p in (1, 2) is not integrable (`claims_ensloss_tail`). What is proved are
  inequalities for any number of steps; the passage to integrals is an assumption in words here too.
  `derivative_tail.tail` decides formulas.
* *The published tail factor 1/z* has the exponent p = 1: the log-hinge ``1 - z``, then ``-log z``, is **unbounded
  below**, and the shift by 1e-6 makes every drawn loss fall linearly. For posteriors 1/2 <= eta < 1 it does no harm:
  the minimiser of the conditional risk is ``eta/(1-eta)``, the least risk ``1 - eta log(eta/(1-eta))``, and the
  psi-transform ``(1+t)/2 log((1+t)/(1-t)) >= t``. At eta = 1 the least risk is minus infinity: a bound of the
  zero-one excess risk by the excess surrogate risk needs a finite least risk (`claims_ensloss_log_hinge`).
* *The sampler.* Sorted, clipped and scaled derivatives are nondecreasing and nonpositive for every draw (proved step
  by step, for two neighbours of the sorted sequence; that it is sorted needs no proof). That they are *negative* is
  **false**: for lam > 0 a draw ``z <= -1/lam`` gives the derivative 0, until the code subtracts its 1e-6
  (`claims_ensloss_sampler`).

Conventions. The margin is ``z = y f(x)``, y = +-1; psi(t) is taken at the posterior (1+t)/2; logarithms are natural.

Public functions: `box_cox_sampler.inverse_box_cox`, ``normal_draws``, ``tail_factor``, ``loss_derivatives``;
`derivative_loss.PiecewiseLinear`, ``conditions``, ``loss_value``, ``psi_transform``; `derivative_tail.tail`;
`leading_term.leading_term`; exact expressions of the losses and of common slips in `ensloss_expressions`.
"""
