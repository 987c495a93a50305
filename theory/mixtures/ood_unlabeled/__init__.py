r"""Unlabelled data from a shifted mixture: *Out-Of-Domain Unlabeled Data Improves Generalization*.

Two classes :math:`N(y\mu,\sigma^2I_d)`, y = +-1 equally likely, separation :math:`s=|\mu|/\sigma`; m labelled points, n
unlabelled ones from a mixture whose mean may be shifted. The paper trains a robust self-supervised loss (RSS) on both
and bounds the excess error of a linear rule. As usually quoted: it improves on labelled data alone when
:math:`n\ge\Omega(m^2/d)`, and brings the labels needed for an accuracy from :math:`O(d/\varepsilon^2)` to
:math:`O(d/\varepsilon)` with :math:`n=O(d/\varepsilon^6)`.

The paper was not read in print. What is marked as printed was read on the authors' poster; the rest is ours.

**What is decided**, by exact proofs for all values of the parameters unless said otherwise:

- the printed loss, the robust loss at the Euclidean cost, both generalisation bounds and their corollaries
  (`claims_ood_printed`, `claims_ood_printed_bounds`, `claims_ood_printed_corollaries`); what choosing on the test set
  does by itself (`claims_ood_selection`);
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
  for an empirical sample, and equality for a plan that meets complementarity (`claims_ood_robust`).

The exact error of the labelled plug-in rule, for all d and m, is the business of `theory.mixtures.plug_in`.

**Where it is false or loose.**

- :math:`n\ge m^2/d` read as necessary: **false** for the eigenvector, in the limit formulas. For d far below m a
  constant times m unlabelled points are enough; m of them or fewer never are (`square_of_labels_is_needed`,
  `unlabelled_points_win`, `labelled_points_win`).
- It is a threshold between two bounds. At n = 0 the rate is :math:`(d/m)^{3/8}`, weaker than :math:`(d/m)^{1/2}` for
  d < m; and at a fixed separation the error from labels alone falls faster than either, of the order
  d/m (limit formula of the plug-in rule).
- Consistency under a shift: **false** for self-training, whatever n is, unless the two means are parallel.
- Of the printed statements, the loss has the sign turned round, neither bound is free of units, and the third
  corollary fails in small dimension: see `claims_ood_printed`.

**Not decided.** The map of self-training is that of infinitely many points, labelled by a direction that does not
depend on them; labels from a model trained on the same labelled points are correlated with them. The limits of the
eigenvector are quoted from the spiked covariance model. The sign of the eigenvector is taken as known. Nothing here
bounds the error of RSS itself.

**Functions.** `theory.mixtures.self_training` (`self_training_map`, `contraction_factor`, `rounds_needed`,
`error_at_angle`), `theory.mixtures.pca` (`pca_alignment`, `plug_in_alignment`, `unlabelled_needed`),
`theory.mixtures.robust` (`robust_hinge`, `robust_zero_one`, `worst_case_hinge`, `worst_case_zero_one`). The exact
expressions are in `ood_unlabeled_expressions`.

Conventions: Q is the upper tail of the standard normal law, phi its density; errors are those of rules through the
origin.
"""
