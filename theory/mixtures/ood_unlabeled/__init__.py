r"""Unlabelled data from a shifted mixture: *Out-Of-Domain Unlabeled Data Improves Generalization*.

Two classes :math:`N(y\mu,\sigma^2I_d)`, y = +-1 equally likely, separation :math:`s=|\mu|/\sigma`; m labelled points, n
unlabelled ones from a mixture whose mean may be shifted. The paper trains a robust self-supervised loss (RSS) on both
and bounds the excess error of a linear rule. Its authors' summary: it improves on labelled data alone when
:math:`n\ge\Omega(m^2/d)`, and brings the labels needed for an accuracy from :math:`O(d/\varepsilon^2)` to
:math:`O(d/\varepsilon)` with :math:`n=O(d/\varepsilon^6)`.

**Sources.** The paper itself was not read. Read on the authors' poster, in its source: the loss, the robust loss and
the RSS estimator, Theorems 4.1 and 4.2, the corollary of the latter, the contributions, and the table of the
simulation; claims about them name the place. Read in the authors' published notebook of the simulation:
hyper-parameters and restarts are chosen by the accuracy on the test set, of 500 combinations for the baseline and of
4000 for RSS. A claim has the form "as printed" only if the poster asserts it
(`labels_of_order_d_over_epsilon_suffice`); what merely follows from a printed formula, and everything else, is ours.

**What is decided**, by exact proofs for all values of the parameters unless said otherwise:

- the printed loss, the robust loss at the Euclidean cost, both generalisation bounds and their corollaries
  (`claims_ood_printed`, `claims_ood_printed_bounds`, `claims_ood_printed_corollaries`);
- choosing on the test set (`claims_ood_selection`, for d = 200, s = 1, in ball arithmetic): the best of 4000 random
  directions, without any data, has an accuracy above .598 with probability at least 1/2 and above .59, which the table
  lists for ERM with 10 labels, with probability at least .89; the best of 500 one above .582 with
  probability at least 1/2. The accuracies listed for ERM are those of the limit formula within .01; the first
  principal component of the unlabelled points has, in its limit formula, more than is listed for RSS from n = 2000 on;
- exponents of the rate :math:`B=[(d/m)^{1/2}(d/N)^{1/4}]^{1/2}`, N = 2n + m: :math:`B\le(d/m)^{1/2}` exactly where
  :math:`N\ge m^2/d`; :math:`B\le\varepsilon` for :math:`n\ge d^3/(m^2\varepsilon^8)`, which is
  :math:`d/\varepsilon^6` at :math:`m=d/\varepsilon` (`claims_ood_rate`);
- self-training on the population: the next direction is :math:`(1-2Q(a))\mu+2\sigma\varphi(a)\theta` with
  :math:`a=s\cos t`, so that for every s > 0 and t < 90 degrees

  .. math:: \frac1{1+s^2e^{a^2/2}}\le\frac{\tan t'}{\tan t}\le\frac1{1+s^2},

  the right side being the limit at a right angle, hence the best uniform factor (`claims_ood_self_training`);
- the factor is smaller at smaller angles; :math:`\log(\tan t_0/\varepsilon)/\log(1+s^2)` rounds reach tan t <= epsilon;
  the unlabelled mean's direction is the only fixed point; the excess error is at most
  :math:`s\tan^2t/(2\sqrt{2\pi})` (`claims_ood_fixed_point`);
- if the unlabelled mean is at the angle omega to mu, all of this happens around the wrong direction: the error ends at
  :math:`Q(s\cos\omega)\ge Q(s)+s(1-\cos\omega)\varphi(s)`, however large n is; a common shift of the test classes only
  harms a rule that is better than guessing; an adversary of radius r sigma makes of Q(sc) exactly Q(sc - r), and the
  mean's direction stays the best (`claims_ood_shift`);
- the leading eigenvector of unlabelled points against the mean of labelled ones, as limit formulas: the difference of
  cos^2 has the sign of :math:`n-m(1+1/s^2)-d/s^4` (`claims_ood_pca`);
- robust terms for a quadratic cost, hinge and zero-one loss, in every dimension: both suprema, attained; weak duality
  for an empirical sample, and equality for a plan that meets complementarity (`claims_ood_robust`);
- the labelled plug-in rule, sign <w, x> with w the mean of m points :math:`y_ix_i`, whose expected error is E:

  - for all d, m and s, inequalities draw by draw and closing steps; the averages over draws are argued
    (`theory.mixtures.claims_plug_in_exact`): E falls with m and rises with d;

    .. math:: E\ge Q\Bigl(s\sqrt{\tfrac{ms^2+3}{ms^2+d+2}}\Bigr),\qquad
       E-Q(s)\le\frac{.3003\sqrt{d-1}+1/\sqrt{d-3}}{\sqrt{2\pi m}}\quad(d\ge4);

  - for all d/m and s (`theory.mixtures.claims_plug_in_limit`): the excess of the limit formula
    :math:`Q(s/\sqrt{1+d/(ms^2)})` is at most :math:`.1198\sqrt{d/m}`, a constant that is approached where
    :math:`s^2=.618\,d/m` tends to 0; at d = 1 the exact excess is above it for some s;
  - at named sizes, in ball arithmetic by two formulas (`theory.mixtures.claims_plug_in_sizes`): values of E; at
    s = 1, 3/2, 2 the excess falls like 1/m, by log-log slopes between m = 64d and 256d, and is
    :math:`\varphi(s)(d-1)/(2sm)` within 1 % at m = 64d; along :math:`s^2=.618\,d/m` it falls like
    :math:`\sqrt{d/m}`.

**Where it is false or loose.**

- :math:`n\ge m^2/d` read as necessary: **false** for the eigenvector, in the limit formulas. For d far below m a
  constant times m unlabelled points are enough; m of them or fewer never are (`square_of_labels_is_needed`,
  `unlabelled_points_win`, `labelled_points_win`).
- It is a threshold between two bounds. At n = 0 the rate is :math:`(d/m)^{3/8}`, weaker than :math:`(d/m)^{1/2}` for
  d < m; and at a fixed separation the excess from labels alone falls faster than either, of the order d/m: at most
  :math:`d/(2\sqrt{2\pi}\,sm)` in the limit formula. That it is of the order :math:`\sqrt{d/m}` is **false** at a fixed
  separation and right along the worst ones (`excess_falls_like_the_root`, `worst_case_falls_like_the_root`).
- Consistency under a shift: **false** for self-training, whatever n is, unless the two means are parallel.
- Of the printed statements, the loss has the sign turned round, neither bound is free of units, and the third
  corollary fails in small dimension: see `claims_ood_printed`.

**Not decided.** The map of self-training is that of infinitely many points, labelled by a direction that does not
depend on them; labels from a model trained on the same labelled points are correlated with them. The limits of the
eigenvector are quoted from the spiked covariance model. The sign of the eigenvector is taken as known. Nothing here
bounds the error of RSS itself. The law of the plug-in weights, Stein's identity and Jensen's inequality enter the
claims on its exact error as named assumptions. Candidates chosen on the test set were trained in the authors' code; the
claims on choosing are about directions that were not.

**Functions.** `theory.mixtures.self_training` (`self_training_map`, `contraction_factor`, `rounds_needed`,
`error_at_angle`), `theory.mixtures.pca` (`pca_alignment`, `plug_in_alignment`, `unlabelled_needed`),
`theory.mixtures.robust` (`robust_hinge`, `robust_zero_one`, `worst_case_hinge`, `worst_case_zero_one`),
`theory.mixtures.plug_in` (`plug_in_error`, exact up to rounding; `plug_in_limit`, `plug_in_excess_expansion`,
`worst_separation`). The exact expressions are in `ood_unlabeled_expressions`.

Conventions: Q is the upper tail of the standard normal law, phi its density; errors are those of rules through the
origin.
"""
