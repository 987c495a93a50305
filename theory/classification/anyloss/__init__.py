r"""AnyLoss: classification metrics made differentiable by an amplified sigmoid (key ``anyloss``).

Han, Moniz and Chawla, 2024. The paper passes the predicted probability p through :math:`A(p) = 1/(1+e^{-L(p-1/2)})`
and puts A in place of the hard prediction in the confusion matrix; any metric of its four entries becomes a loss.
Forms are quoted as usual, not read in print. N is the number of examples of a batch, P that of its positives,
:math:`S = \sum_i A_i`.

**Decided**

- The soft entries TP, FN, FP, TN add up to N for every batch (`soft_counts_add_up`), and each differs from the count
  by at most :math:`\sum_i 1/(1+e^{L|p_i-1/2|})` (`entry_error_above`, `entry_error_below`), which is
  :math:`N/(1+e^{Lm})` where every p is m away from 1/2 (`entry_error_with_margin`). Whether p = 1/2 counts as
  positive does not matter.
- Gradients of the losses of accuracy, F1, F-beta, balanced accuracy and geometric mean for every batch size: one
  example moves, the others enter by their sums (`accuracy_gradient`, `f1_gradient`, `f_beta_gradient`,
  `balanced_accuracy_gradient`, `geometric_mean_gradient`). They fade like :math:`e^{-L|p-1/2|}` (`gradient_fades`).
- The F1 loss does not reach 0 at finite L: its least value is that of perfect predictions (`f1_least_loss`).
- Amplification and number formats: L = 73 is the largest integer at which double precision keeps the computed A(1)
  below 1, L = 33 in single, L = 15 in half precision (`double_survives`, `single_survives`, `half_survives` and their
  ``_dies`` partners). The advice "L = 73 is safe" is false in single precision (`seventy_three_in_single`).

**Numbers**

`theory.classification.anyloss.soft_confusion`: `amplified`, `amplified_slope`, `soft_counts`, `loss`, `gradient`;
stable where 1 - A cancels. `theory.classification.anyloss.amplification`: `largest_amplification`, `dead_from`,
`precision_bits`. Exact expressions and known slips: `theory.classification.anyloss.anyloss_expressions`.
"""
