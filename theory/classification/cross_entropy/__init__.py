r"""Comp-sum losses, the family of cross-entropy: what is claimed of them, and decided.

The losses :math:`\Phi^\tau(\sum_{y'\ne y} e^{h_{y'}-h_y})` (logistic at tau = 1, mean absolute error at tau = 2) and
what their excess risk says about the zero-one excess risk, for every number of classes. The numbers come from
`theory.classification.comp_sum` (transform, bound, threshold, growth), `theory.classification.calibration` and
`theory.classification.minimizability`; the modules of this package state and decide the claims:

- the published bound and its tightness (`claims_published_bound`, `claims_tightness`, `claims_simplified`),
- the transform without the number of classes (`claims_n_free`, `claims_n_free_distribution`, `claims_sharp_quadratic`,
  `claims_threshold`, `claims_threshold_failure` and the lemmas that they rest on),
- minimizability gaps, averaging and learning bounds (`claims_gaps`, `claims_averaging`, `claims_learning_bound`),
- smooth adversarial comp-sum losses (`claims_adversarial`, `claims_adversarial_smooth`).

Conventions: natural logarithms; beta is the conditional zero-one regret; statements of the paper are tested in the form
in which they are usually quoted.
"""
