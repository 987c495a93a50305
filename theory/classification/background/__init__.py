r"""What the newer papers rest on: calibration and consistency of binary and of the classical multi-class losses.

Binary margin losses. The conditional risk at posterior (1+t)/2 is
:math:`C_t(u)=\tfrac{1+t}2\varphi(u)+\tfrac{1-t}2\varphi(-u)`, the transform T(t) what a wrong-sign score costs at
least. Six losses (hinge, logistic, exponential, squared hinge, sigmoid, rho-margin), each statement with its domain:

- `claims_psi_transform`: the transforms without a bound on the scores; `claims_binary`: wrong-sign scores, and the
  shortcut of convex losses that is false for the rho-margin loss (1/2 instead of 0 at t = 0);
- `claims_score_bound`, `claims_branches`: scores in [-B, B], where the largest score is best and how the branches meet;
- `claims_calibration_function`: the calibration function of the zero-one loss is the transform;
- `claims_growth`, `claims_growth_smooth`: quadratic growth of smooth losses, from two derivatives at 0;
- `claims_hypothesis_sets`: the scores that linear and one-hidden-layer hypotheses take.

The numbers are in `theory.classification.margin` (transforms and inverses) and
`theory.classification.margin_calibration`.

Several classes.

- `claims_max_losses`, `claims_calibrated_points`: Crammer-Singer and Weston-Watkins at posteriors, by exact linear
  programs; `polyhedral_calibration.calibration_at` decides it for any polyhedral loss and posterior;
- `claims_max_every_n`: for every number of classes, the loss of the smallest margin is flat under every convex Phi
  while no class has more than half of the mass, which leaves no bound for three classes; Crammer-Singer is calibrated
  where one has, and its wrong predictions cost 2 p_1 - 1; the rho-margin loss has regret at least the zero-one regret;
- `claims_constrained`, `claims_constrained_exponential`: scores of sum zero, the least risks, where they are attained,
  and what a wrong prediction costs beyond them. Hinge: constant 1, tight for every n.
  Exponential: the quoted bound 2 - sqrt(4-b^2) holds but is loose, (1 - sqrt(1-b))^2 holds too. Squared hinge:
  b^2/(2-p_1-p_2); the b^2 of two classes is false for three. Numbers: `constrained`;
- `claims_quadratic_surrogate`: calibration function eps^2/(4k), exactly, for every k.

Losses as exact expressions, with the slips people make: `background_expressions`; as references for
`lossproof conform`: `margin_references`. Statements are tested in the form
in which they are usually quoted; no theorem number is given that was not read.
"""
