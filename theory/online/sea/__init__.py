r"""SEA: *Optimistic Online Mirror Descent for Bridging Stochastic and Adversarial Online Convex Optimization*.

The stochastically extended adversary (SEA) draws the loss :math:`f_t` of each round from a distribution with mean
:math:`F_t`, which it may choose round by round: between independent losses (no drift) and an adversary (no noise).
:math:`\sigma^2_{1:T}` is the expected sum of the largest gradient variances, :math:`\Sigma^2_{2:T}` that of the largest
squared drifts of the mean gradient. D is the diameter of the decision set, G bounds the gradients, the mean losses are
L-smooth; the comparator u is fixed. The learner is optimistic mirror descent whose guess is the last gradient.

**Sources.** The paper was not read. Its bounds have the form "as usually quoted"; what no form is given for is ours.

**What is decided, and what is glue.** The steps are decided, exactly and for all values of the parameters; a theorem is
their composition. Not decided, but said under the assumptions of each claim: that potentials telescope
(`rounds_telescope` is the sum of abstract rounds; that the named potentials are such is read off their formulas), that
expectation passes a root or a logarithm to the outside (Jensen), that a projection satisfies the first-order
conditions, and that a matrix may be turned diagonal. So the claims called theorem end in an inequality between numbers,
and those that hold prove no bound on expected regret by themselves.

- one round, in every dimension and for every regulariser: the three-point identity, the regret of a round as an
  identity where the decision set does not bind and as an inequality where it does (`claims_omd_identities`); the
  potentials for steps that do not increase, for strongly convex losses with the step :math:`2/(\lambda t)` and why the
  factor is 2, the price of the adaptive step and the sum of these prices (`claims_omd_rounds`); a comparator that moves
  (`claims_omd_dynamic`);
- what a gradient difference is made of: factors 4, 4, 4, 4 on each path; 1, 3, 3, 3 in expectation, as the noise of the
  round has no cross terms (`claims_sea_variation`);
- convex losses: any delta, the best one :math:`\delta=10D^2L^2`, and
  :math:`5\sqrt{10}D^2L+\tfrac{5\sqrt5}2DG+5\sqrt2D\sqrt{\sigma^2_{1:T}}+5D\sqrt{\Sigma^2_{2:T}}`; sharper with the
  factors in expectation (`claims_sea_convex`); and with the root kept whole
  :math:`\tfrac52D\sqrt{10D^2L^2+5G^2+4\sigma^2_{1:T}+3\Sigma^2_{2:T}}-\tfrac{43}{24}\sqrt{10}D^2L`
  (`claims_sea_convex_unsplit`);
- strongly convex losses: the total variation over the largest one in the logarithm, with every constant
  (`claims_sea_strongly_convex`); exp-concave losses, by Newton steps (`claims_sea_exp_concave`);
- rates as listed without their roots, or without the factor of largest variation, fail at every constant: they do not
  scale as regret does (`claims_sea_as_listed`);
- special cases: independent losses, corrupted ones (:math:`\Sigma^2\le8GC`), random order (:math:`\Sigma^2\le4G^2`,
  without a logarithm of T) (`claims_sea_special`).

**Numbers**

`theory.online.sea.numbers`: the bounds as numbers, also importable from here. `theory.online.sea.bounds`: the same as
objects with their terms and assumptions. `theory.online.sea.run`: the algorithm, and the inequalities that each path
obeys. Steps: `theory.online.mirror_descent`.

>>> round(convex_bound(2.0, 1.0, 1.5, 16000.0, 0.0), 1)
1868.9
"""

from theory.online.sea.numbers import (
    convex_bound,
    convex_bound_sharper,
    exp_concave_bound,
    optimal_delta,
    strongly_convex_bound,
    strongly_convex_bound_published,
    strongly_convex_bound_rounds,
)

__all__ = [
    "convex_bound",
    "convex_bound_sharper",
    "exp_concave_bound",
    "optimal_delta",
    "strongly_convex_bound",
    "strongly_convex_bound_published",
    "strongly_convex_bound_rounds",
]
