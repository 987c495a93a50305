r"""Dual heads: *Dual-Head Knowledge Distillation: Enhancing Logits Utilization with an Auxiliary Head*.

A student learns from labels by the cross-entropy of the softmax of its logits, and from a teacher by a binary
Kullback-Leibler divergence between the logistic functions of the logits, class by class. With one linear head both
losses act on the same weights; the proposal is a second head for the binary one on the same backbone.

**Sources.** Of the paper only the abstract was read. As usually quoted, it claims that the two losses conflict in the
linear head, so that training with both collapses, explained by the geometry of neural collapse, and that they do not
conflict in the backbone, which is why a second head helps. That they conflict in the head at every scale is our
reading. All formulas here are derived; temperature 1, weights of the losses left out since they are positive. The
divergence between the softmaxes of teacher and student, with which cross-entropy is often joined, is not modelled: it
can turn the sign of the first coefficient.

**What is derived.** At collapsed features (a simplex ETF; logits a of the own class, :math:`-a/(K-1)` of the others)
the gradient of either loss on the weights of class k is a multiple of the mean of class k. For the cross-entropy the
multiple is :math:`-(1-p)K/(K-1)<0`, for the binary loss it has the sign of :math:`a_s-a_t`, student less teacher:

- in a shared head the losses conflict if and only if the student's scale exceeds the teacher's;
- the gradient on a feature of class k is the *same* multiple of the weights of class k: "no conflict in the backbone"
  does not follow from the geometry. It holds if and only if the scale of the head with the binary loss is at most the
  teacher's (heads aligned with the means); a second head changes which scale that is, and nothing else.

**Claims.** `claims_dual_head`. Numbers (`gradients`): the coefficients of the model, and cosines between the gradients
of any features and heads.

**Numbers**

>>> from theory.collapse.dual_head.gradients import simplex_coefficients
>>> for student in (2.0, 5.0):
...     found = simplex_coefficients(10, student, 4.0)
...     print(round(found.cross_entropy, 6), round(found.binary_kl, 6))
-0.548612 -0.155206
-0.037359 0.037399
"""
