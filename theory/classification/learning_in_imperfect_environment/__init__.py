r"""Learning in imperfect environment (paper ``learning_in_imperfect_environment``): the multi-focal modifier.

For one class with probability p the loss, as usually quoted, is ``-(1-p)^a log p`` of a positive and
``-p^b log(1-p)`` of a negative label, with a focus that differs between positives and negatives, frequent and rare
classes. Decided (`claims_multi_focal_modifier`): equal foci give the focal loss, foci 0 binary cross-entropy; the loss
of a positive decreases in p, that of a negative increases; the modifier never enlarges the loss, nor the gradient in p
of a positive with p >= 1/2 (all proved), but it does enlarge gradients of badly classified entries ("never" is refuted
for focus 2).

The focal loss is not proper (`claims_focal_propriety`): at focus 2 and posterior 9/10 the only stationary prediction
in [1/100, 99/100] is 0.69421280... (certified). A wrong-sided prediction is improved by reflection at 1/2, and at 1/2
the risk falls towards the more probable class (proved, every focus >= 0). That the loss is classification-calibrated
follows, but the step is prose and no claim: the risk is continuous and grows without bound towards the impossible side,
so that its infimum over wrong-sided predictions is attained, hence larger than the infimum over all.

Numbers: `multi_focal.multi_focal_loss`, and ``posterior_behind``, which undoes the distortion. Exact losses and
known slips: `learning_in_imperfect_environment_references`.
"""
