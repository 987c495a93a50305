r"""The Z-loss: *The Z-loss: a shift and scale invariant classification loss belonging to the Spherical Family*.

With the Z-score :math:`z_c=(o_c-\mu)/\sigma` of the target's score among the scores :math:`o` of all D classes
(:math:`\sigma` the population standard deviation), the loss is

.. math:: L(o,c)=\tfrac1a\log\bigl(1+e^{a(b-z_c)}\bigr),\qquad a>0.

It does not change under :math:`o\mapsto\alpha o+\beta`, alpha > 0, and it belongs to the spherical family: it sees the
scores through their sum, their sum of squares and the target's score only. The gradient in the scores is then
``A o + B 1 + C e_c``, and an output layer of width d can be trained at a cost of O(d^2) an example, whatever D is.
The statements of the paper are tested in the form in which they are usually quoted.

What is decided here, for every number of classes unless said otherwise, all by proof:

- `claims_z_loss_invariance`: the invariance; alpha < 0 turns the Z-scores round; ``z_c^2 <= D - 1``, attained exactly
  where all other scores are equal; hence the infimum and the supremum of the loss, ``log(1 + exp(a (b -+ r)))/a`` with
  r = sqrt(D - 1). The loss is bounded and never 0.
- `claims_z_loss_gradient`: the gradient, its orthogonality to the ones and to the scores, A, B and C; the same for the
  Taylor softmax, the spherical softmax and the squared error.
- `claims_z_loss_update`: the factored step, the rank-one update of the inverse, the updates of W'1 and of W'W, and of
  the Gram matrix of the centred rows, entry by entry, for every D and d. One example: the batched update (Woodbury's
  formula) of the code is tested in numbers only.
- `claims_z_loss_ranking`: at a minimiser of the conditional risk, p_1 > p_2 implies z_1 > z_2: strict rank
  preservation, hence top-k calibration for all k at once. Three steps are argued in that module's text and are no part
  of the object that is proved: that a minimiser exists (a continuous function on a sphere), that the two necessary
  conditions hold there (no gain from an exchange, zero gradient), and that a wrong order then costs more than the least
  risk by a positive amount (it is a closed set of the sphere).
- `claims_z_loss_linear`: the limits in a and b, and the linear Z-loss -z_c: it adds up to 0 over the classes, is
  bounded, and its conditional regret is an explicit sum of squares, so that its minimiser is ordered as the
  probabilities. By the same argument a symmetric bounded loss can thus be top-k calibrated for every k.

Where the definition fails: equal scores have no Z-score, and the loss has no continuous extension to them. For D = 2
the loss is constant on each side of ``o_1 = o_2``: its gradient vanishes. Computing the variance as ``Q/D - (M/D)^2``
loses all digits where the mean is large beside the standard deviation.

In numbers:

- `z_loss_values`: `z_scores`, `z_loss`, `z_loss_gradient`;
- `spherical_family`: `spherical_statistics` (`SphericalStatistics`), and A, B, C (`SphericalGradient`) from them by
  `z_loss_coefficients`, `taylor_softmax_coefficients`, `spherical_softmax_coefficients`, `squared_error_coefficients`;
- `factored_output`: `FactoredOutputLayer`, the output layer with O(d^2) steps;
- `z_loss_expressions`: the losses as exact expressions, and common slips in writing them.

Conventions: natural logarithms; population standard deviation; the loss of one example; nothing is averaged.
"""
