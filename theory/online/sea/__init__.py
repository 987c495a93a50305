r"""SEA: *Optimistic Online Mirror Descent for Bridging Stochastic and Adversarial Online Convex Optimization*.

The stochastically extended adversary (SEA) draws the loss :math:`f_t` of each round from a distribution with mean
:math:`F_t`, which it may choose round by round: between independent losses (no drift) and an adversary (no noise).
:math:`\sigma^2_{1:T}` is the expected sum of the largest gradient variances, :math:`\Sigma^2_{2:T}` that of the largest
squared drifts of the mean gradient. D is the diameter of the decision set, G bounds the gradients, the mean losses are
L-smooth; the comparator u is fixed but for dynamic regret. The learner is optimistic mirror descent whose guess is the
last gradient.

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
  factor is 2, the price of the adaptive step and the sum of these prices (`claims_omd_rounds`);
- what a gradient difference is made of: factors 4, 4, 4, 4 on each path; 1, 3, 3, 3 in expectation, as the noise of the
  round has no cross terms (`claims_sea_variation`);
- convex losses: any delta, the best one :math:`\delta=10D^2L^2`, and
  :math:`5\sqrt{10}D^2L+\tfrac{5\sqrt5}2DG+5\sqrt2D\sqrt{\sigma^2_{1:T}}+5D\sqrt{\Sigma^2_{2:T}}`; sharper with the
  factors in expectation (`claims_sea_convex`); and with the root kept whole
  :math:`\tfrac52D\sqrt{10D^2L^2+5G^2+4\sigma^2_{1:T}+3\Sigma^2_{2:T}}-\tfrac{43}{24}\sqrt{10}D^2L`
  (`claims_sea_convex_unsplit`);
- strongly convex losses: the total variation over the largest one in the logarithm, with every constant
  (`claims_sea_strongly_convex`); exp-concave losses, by Newton steps (`claims_sea_exp_concave`). The constants as
  usually quoted for these are refuted by a run of the algorithm: their price of smoothness is free of :math:`\beta`
  (`claims_sea_exp_concave_quoted`);
- dynamic regret, against a comparator whose path has length P: with a fixed step (`claims_omd_dynamic`), and for an
  online ensemble of N learners, of the order of log T many, that is given D, L, G and T, but neither P nor the
  variations. The weights are those of optimistic Hedge, whose round keeps the squared distance that they move, by
  Pinsker's inequality (`claims_ensemble_meta`); the learners' rounds, the play's moves and the grid of steps
  (`claims_ensemble_base`);
  :math:`C\sqrt{8L^2D^2\ln N+5G^2+4\sigma^2_{1:T}+3\Sigma^2_{2:T}}+\tfrac34LC^2+4LA` with :math:`A=D^2+2DP`,
  :math:`C=D\sqrt{2\ln N}+\tfrac32\sqrt A` (`claims_ensemble_bound`). The rate as usually quoted,
  :math:`P+\sqrt{1+P}(\sqrt{\sigma^2}+\sqrt{\Sigma^2})`, mixes units: with a constant free of D and L it fails, with
  :math:`LA` for P and A for 1 + P it holds, N counting as constant (`claims_ensemble_as_listed`);
- rates as listed without their roots, or without the factor of largest variation, fail at every constant: they do not
  scale as regret does (`claims_sea_as_listed`);
- special cases: independent losses, corrupted ones (:math:`\Sigma^2\le8GC`), random order (:math:`\Sigma^2\le4G^2`,
  without a logarithm of T) (`claims_sea_special`).

**Numbers**

`theory.online.sea.numbers`: the bounds as numbers, also importable from here. `theory.online.sea.bounds`: the same as
objects with their terms and assumptions. `theory.online.sea.run`: the algorithm, and the inequalities that each path
obeys; `theory.online.sea.ensemble` the same for the online ensemble. Steps: `theory.online.mirror_descent`.

>>> round(convex_bound(2.0, 1.0, 1.5, 16000.0, 0.0), 1)
1868.9
"""

from theory.online.sea.numbers import (
    convex_bound,
    convex_bound_sharper,
    dynamic_bound,
    exp_concave_bound,
    optimal_delta,
    strongly_convex_bound,
    strongly_convex_bound_published,
    strongly_convex_bound_rounds,
)

__all__ = [
    "convex_bound",
    "convex_bound_sharper",
    "dynamic_bound",
    "exp_concave_bound",
    "optimal_delta",
    "strongly_convex_bound",
    "strongly_convex_bound_published",
    "strongly_convex_bound_rounds",
]
