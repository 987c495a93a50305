r"""Label distributionally robust losses: *Label Distributionally Robust Losses for Multi-class Classification*.

The paper replaces the label of an example by the worst of all label distributions, at a price for leaving the uniform
one: with gaps :math:`d_k = f_k - f_y + c\,1_{k\ne y}` the LDR-KL loss is

.. math::
    \psi_\lambda(f,y) = \max_q \sum_k q_k d_k - \lambda\,\mathrm{KL}(q\,\|\,\tfrac1K)
        = \lambda\log\frac1K\sum_k e^{d_k/\lambda}.

The paper was not read in print: its statements are tested as they are usually quoted, what is ours is marked derived.

**What is decided**, for every number of classes K unless said otherwise, by exact proofs (the cone programs by rigorous
enclosure):

- duality: no label distribution does worse, and the softmax of (f + c)/lambda reaches it (`claims_ldr_duality`; four
  instances also as cone programs in `claims_ldr_cone`); lambda = 1 without margin is cross-entropy minus log K;
- lambda -> 0: :math:`0\le\max_k d_k-\psi_\lambda\le\lambda\log K`; at lambda = 0 equal scores minimise the conditional
  risk wherever no class has more than half of the mass, so that end is not calibrated
  (`claims_ldr_small_temperature`);
- lambda -> infinity: :math:`|\psi_\lambda-\bar d-\mathrm{Var}(d)/(2\lambda)|\le\frac7{24}D\,\mathrm{Var}(d)/\lambda^2`
  where :math:`|d_k-\bar d|\le D\le\lambda`; the limit is symmetric, with sum c (K-1) over the labels
  (`claims_ldr_large_temperature`);
- the slope in lambda is -KL, supporting and not positive, so psi is convex and does not increase; slope and curvature
  Var/lambda^3 as derivatives for three classes (`claims_ldr_temperature`);
- top-k calibration for all k at once, for 0 < lambda < infinity and every margin c >= 0, with a rate: scores that rank
  a pair wrongly or tie it exceed the infimum of the conditional risk by at least
  :math:`\lambda(p_i-p_j)^2/(2(p_i+p_j))`, whatever the margin and the other classes (`claims_ldr_rank`);
- ALDR-KL: the update of lambda stays in [lambda0 (1 - 1/alpha), lambda0]; it stands still exactly where its objective
  is stationary, since the slope of the objective is alpha log K/lambda0 times the move of the update: for every K as a
  parabola that touches the objective from below, for three classes as a derivative (`claims_ldr_temperature`).

**Where it is false or loose.**

- That needs the divergence of softmax((f + c)/lambda). The published code takes softmax(f/lambda), without the margin:
  its update stands still elsewhere.
- "A top-1 consistent, symmetric loss cannot be top-k consistent for all k": false as it stands. The loss
  1 - (f_y - mean f)/|f - mean f| is symmetric, lies in [0, 2], and its minimisers rank strictly at every posterior
  (`claims_ldr_symmetric`); the pairwise sigmoid is symmetric, bounded, smooth everywhere, and a wrong order has its
  price too (`claims_ldr_pairwise_sigmoid`, pair by pair, and for three classes together). So neither bounded with
  attained minima nor bounded and smooth is what is missing. It is true for losses in [0, M] of sum (K-1) M that come
  near 0 and are equivariant, as the mean absolute error is, and for convex losses >= 0, which are then constant
  (`claims_ldr_negative`).

**Conventions.** Natural logarithms; scores as they are (the published code first divides them by their mean absolute
value); c is added to every class but the label; the reference distribution is uniform, in the duality any positive
weights.

**Functions.** `ldr_kl.ldr_kl`, `ldr_kl.ldr_kl_gradient`, `ldr_kl.worst_case_weights`, `ldr_kl.worst_case_objective`,
`ldr_kl.label_divergence`, `ldr_kl.temperature_update`; `conditional_ldr.conditional_risk`,
`conditional_ldr.conditional_minimiser`, `conditional_ldr.wrong_order_cost`; `symmetric_losses.normalised_score_loss`,
`symmetric_losses.pairwise_sigmoid_loss`; the exact expressions and common slips are in `ldr_expressions`, what
implementations are held against in `ldr_references`.
"""
