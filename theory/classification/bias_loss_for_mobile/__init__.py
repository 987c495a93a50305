r"""Bias loss for mobile neural networks (paper ``bias_loss_for_mobile``): cross-entropy weighted by feature variance.

The weight, as usually quoted, is ``z(v) = exp(alpha v) - beta`` with v >= 0 the scaled variance. It increases with v
(proved), but is positive only for ``v > log(beta)/alpha`` (proved, both directions); "always positive" is refuted for
beta in (0, 4]. Below the threshold the loss rewards wrong predictions (proved). With ``0 < beta < 1`` the threshold is
negative, so that all weights are positive.

Claims: `claims_bias_loss_weight`. Numbers: `bias_loss.bias_weight`, ``weight_threshold``, ``bias_loss``. Exact loss and
known slips: `bias_loss_expressions`.
"""
