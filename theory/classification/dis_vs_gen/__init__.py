r"""Discriminative against generative linear classifiers.

Paper: *Revisiting Discriminative vs. Generative Classifiers: Theory and Implications*.

Claimed (as usually quoted; the forms were not read in print): a convex Psi that bounds the conditional zero-one regret
by the conditional surrogate regret does so for expected regrets with minimizability gaps; for the logistic loss
``R01 - R01* <= sqrt(2) (R - R* + M)^(1/2) - M01``; naive Bayes needs O(log n) observations, logistic regression O(n).

Decided here:

- the framework for every convex Psi, given by its supporting line, and that it fails without convexity
  (`claims_dis_vs_gen_bounds.framework`); the constant sqrt(2) with gaps, for every number of classes, on distributions
  of finite support (`logistic_bound`, by the conditional bound of the comp-sum loss at tau = 1, natural logarithm);
- read for scores bounded by B the conditional bound is **false** beyond a regret d of theta = tanh(B/2); there the
  surrogate regret is at least theta d/2 (two classes; `logistic_bound_bounded_scores`,
  `logistic_bound_bounded_scores_linear`);
- the simulated Gaussian classes: one statistic decides, s^2 = (n+1)/2 for even n; hence the Bayes error ``(2/K) sum
  Q(g s/2)``, g the gaps between neighbours on the line (this step is argued), whose values are certified; the table of
  Bayes errors in the published code does **not** match its own generator (.06655 for .11034 at K = 2, n = 2;
  0 for .0079 at K = 3, n = 40), and the covariance of its mode "hard" (which its main program does not call) need not
  be positive (`claims_dis_vs_gen_designs`);
- with the Bayes error fixed (a reading of ours) the plug-in centroid rule needs m of the order of n, not log n; the
  logarithm belongs to a separation that grows with n, or to knowing each mean to a fixed accuracy
  (`claims_dis_vs_gen_samples`). These are statements on the limit formula ``Q(D/sqrt(D + n/m))``, not on the error at
  finite n.

Numbers: `gaussian_errors` (`bayes_error`, `threshold_rule_error`, `linear_rule_error`, `plug_in_error`,
`samples_needed`, `simulated_positions`, `simulated_separation`) replace test samples by exact errors;
the tails are those of `theory.classification.gaussian_tail`. `dis_vs_gen_expressions` holds both
learners' losses as exact expressions, with wrong variants.

Conventions: Q is the upper tail of the standard normal law, classes have equal weight, n is the number of features.
"""
