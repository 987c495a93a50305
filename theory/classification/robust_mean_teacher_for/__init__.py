r"""Robust Mean Teacher: symmetric cross-entropy as consistency loss (key ``robust_mean_teacher_for``).

For test-time adaptation the paper compares student and teacher by :math:`\mathrm{SCE}(q,p) = -\sum_j q_j\log
p_j-\sum_j p_j\log q_j`, q the teacher's posterior and p the student's softmax, for its gradient that is said to be
more balanced for confident samples. Forms are quoted as usual, not read in print.

**Decided, for every number of classes**

- The gradient in the scores is :math:`p-q-p(\log q-\langle p,\log q\rangle)` (`gradient`).
- It does not vanish where the student agrees with the teacher (`agreement_is_stationary` is refuted): there descent
  raises the most probable class, except for a uniform teacher (`agreement_sharpens`). The best student of a teacher
  without zeros is :math:`r = q/(\lambda-\log q)`, also with a clipped logarithm (`least_value`): sharper than the
  teacher, as r/q grows with q. That there is such a lambda is argued there, not proved.
- For a one-hot teacher the reverse part is infinite unless log 0 is clipped, say at -a; the gradient is then
  :math:`-(1-p_y)(1+a\,p_y)` (`clipped_gradient`).

**Decided, for two classes** (readings of "balanced"; the paper's words are no formula)

- The gradient exceeds cross-entropy's where the student is at most as sure as the teacher
  (`gradient_is_larger_for_unsure_students`), but not in general (`gradient_is_larger`).
- At agreement its size q(1-q) log(q/(1-q)) grows with the teacher's confidence up to 4/5, falls from 9/10 on and tends
  to 0 (`grows_up_to_four_fifths`, `falls_from_nine_tenths`, `fades_at_certainty`; `grows_with_confidence` is refuted):
  what "balanced" means depends on the regime.

**Numbers**

`theory.classification.robust_mean_teacher_for.symmetric_cross_entropy`: `loss`, `gradient`, `best_student`. Exact
expressions and known slips: ``robust_mean_teacher_for_expressions``.
"""
