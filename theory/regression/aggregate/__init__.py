r"""Bags: *Learning from Aggregate responses: Instance Level versus Bag Level Loss Functions*.

n examples are split into bags of m, independently of the data, and the learner sees features and the mean response
:math:`\bar y_a` of each bag. The bag-level loss compares :math:`\bar y_a` with the mean prediction of the bag, the
instance-level loss with each prediction; R is the mean squared deviation of predictions from their bag's mean, and the
interpolating estimator minimises :math:`L_{bag}+\rho R+\lambda|\theta|^2`.

**Sources.** Of the paper only the abstract was read. As usually quoted, it claims that for squared loss the
instance-level loss is the bag-level loss plus a regulariser, proposes the interpolating estimator, gives its bias and
variance for isotropic normal features as n and d grow with :math:`d/n\to\psi` through a system of fixed-point
equations, and releases clipped bag means with Laplace noise for label privacy, where it finds a best bag size. All
formulas here are derived.

**What is derived, and how far.** With Z1 the scaled bag means and Z2 the contrasts within bags, which are independent
standard normal matrices, everything follows from :math:`s=\lim\tfrac1d\operatorname{tr}Q`, the positive root of

.. math:: \frac1s=\lambda+\frac\beta{1+\psi s}+\frac{(1-\beta)\rho}{1+\rho\psi s},\qquad\beta=\tfrac1m,

which is the usual equation for sample covariance matrices with weighted rows. That the traces converge to it is argued
(leave-one-out), not decided; twelve configurations that a stream chose are held against sampling at d = 60. Exact at
every size are bias and variance of the two unpenalised losses (`finite_size`, `bags`), by expectations of Wishart and
matrix Beta matrices that are argued, not decided; their distance from the limit falls like 1/n.

- any :math:`\rho\ge0`, also above 1, any ridge :math:`\lambda\ge0`; where neither determines the estimator, the limit
  :math:`\lambda\to0`, said so in the result; infinite at :math:`\psi m=1` for the bag-level loss, at :math:`\psi=1`
  with :math:`\rho>0`. For bags of one :math:`\rho` plays no part (`bags`);
- the best pair is :math:`\rho=0`, :math:`\lambda=\psi\sigma^2/r^2`: Z2 carries no information on the parameter, and
  ridge on bag means is the posterior mean. The interpolating estimator is of use only where the ridge is missing or
  not the best;
- privacy adds :math:`2c^2/(m\epsilon^2)` to the noise of a response, c being the sensitivity of the *sum*: 2C for
  responses in [-C, C], C for [0, C]; the noise scale C/(m epsilon) with [-C, C] protects at level 2 epsilon (`optima`);
- best bag size (`bag_size`): one, at every epsilon, with the best ridge. Without ridge larger bags can win, as
  shrinkage: for the instance-level loss the risk is a quadratic in 1/m; for the bag-level loss it increases as long as
  :math:`\psi m<1`, but much noise makes the least-norm solution of :math:`\psi m>1` better, which shrinks, and with
  :math:`\sigma^2<r^2` has a best finite size there. If :math:`\sigma^2\ge r^2` that branch only falls to the risk of
  estimating nothing.

**Claims.** The identities between the losses (`claims_aggregate_losses`), the fixed point, its only root and the
derivatives behind bias and variance (`claims_aggregate_fixed_point`), special cases (`claims_aggregate_special`), the
best ridge (`claims_aggregate_optimum`), privacy (`claims_aggregate_privacy`) and the best bag size
(`claims_aggregate_bag_size`). By sampling, within declared margins: the limit at the twelve configurations, the exact
risk of the instance-level loss at one size, and a distinguishing test against the private averages
(`experiments.bag_regression.claims_bag_sampling`). Numbers only, tested but not decided: the limits
:math:`\lambda\to0` of designs that leave the estimator open, and with them the bag-level loss at :math:`\psi m>1`;
the other exact risks; that no pair beats the best ridge.

Not modelled: what clipping does to the responses, features that are not isotropic or not normal, bags formed with a
look at the data.

**Numbers**

`theory.regression.bags` holds the functions.

>>> from theory.regression.bags import asymptotic_risk, best_rho, instance_level_risk, joint_optimum, optimal_bag_size
>>> limit = asymptotic_risk(0.25, bag_size=3, rho=1.0, ridge=0.0, noise_variance=1.0)
>>> round(limit.bias, 4), round(limit.variance, 4)
(0.5185, 0.1111)
>>> round(instance_level_risk(240, features=60, bag_size=3, noise_variance=1.0), 4)  # n = 4 d
0.6313
>>> round(best_rho(0.25, 3, 0.0, 1.0).risk, 4), round(joint_optimum(0.25, 3, 1.0).risk, 4)
(0.603, 0.5352)
>>> optimal_bag_size(0.5, 0.25, 1.0, sensitivity=1.0, loss="instance").bag_size
5.0
"""
