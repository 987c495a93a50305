r"""The probability margin attack: margins of probabilities instead of scores (key ``pma``).

The paper attacks with :math:`p_y - \max_{k\ne y}p_k`, p = softmax of the scores z. Forms are quoted as usual, not
read in print. All statements are for every number of classes.

**Decided**

- The probability margin has the sign of the logit margin :math:`z_y-\max_{k\ne y}z_k`: an attack succeeds on both or
  on neither (`same_sign`, and the identity behind it, `margin_is_scaled_tanh`). A logit margin g makes a probability
  margin of at most tanh(g/2), attained with two classes (`margin_is_capped`).
- Its gradient is :math:`p_y(e_y-p)-p_k(e_k-p)` with k the strongest other class (`gradient_true_class`,
  `gradient_rival`, `gradient_other_class`) and adds up to zero (`gradient_adds_up_to_zero`).
- The gradient vanishes as p_y tends to 1, to first order: the true class's component lies between :math:`p_y(1-p_y)`
  and :math:`2p_y(1-p_y)` (`gradient_vanishes_no_faster`, `gradient_vanishes`), as that of cross-entropy does; the
  gradient :math:`e_y-e_k` of the logit margin does not vanish. That the whole gradient vanishes, not only this
  component, is argued in the text of `gradient_vanishes`. So the probability margin alone is no remedy for vanishing
  gradients of confident models.

**Numbers**

`theory.classification.pma.probability_margin`: `probability_margin`, `logit_margin`, `probability_margin_gradient`.
Exact expressions and known slips: `theory.classification.pma.pma_expressions`.
"""
