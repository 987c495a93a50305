r"""AUC-driven learning: the Mann-Whitney loss against contrastive losses (Optimizing What Matters; key ``mw_auc``).

The paper trains retrieval models on :math:`\mathrm{MW} = \mathbb E\log(1+e^{-(s^+-s^-)})` over all pairs of positive
and negative scores, also across queries, because it bounds the area over the ROC curve 1 - AUC, while contrastive
losses (InfoNCE) are blind to shifts of a query's scores. Forms are quoted as usual, not read in print.

**Decided**

- In nats the bound is false: if all differences are -1/10, 1 - AUC = 1 and MW = 0.744 (`area_bound_in_nats`). With
  the logarithm to base 2 it holds for every number of pairs, also with ties counted as wrong (`pair_bound`,
  `area_bound_in_bits`). A wrong pair costs at least a nat exactly for :math:`d \le -\log(e-1)`
  (`nats_suffice_beyond`, `nats_fail_before`).
- InfoNCE of a query is invariant under shifts of the query, for every number of negatives (`shift_invariance`), and Q
  queries ranked perfectly, on rising levels, have pooled AUC 1/2 + 1/(2Q) (`perfect_queries_low_auc`, Q up to 12).
- So "unrelated to AUC" is right of the AUC over all queries. Within a query it would be false, a reading that nobody
  need have meant (`contrastive_says_nothing`): with m negatives the loss is
  at least log(1 + number of negatives ranked above) (`loss_bounds_violations`), so that the query's 1 - AUC is at
  most (exp(loss) - 1)/m (`area_bounded_by_exponential`) and at most loss/log(1+m) (`area_bounded_linearly`). The
  second bound is linear, hence holds for means over queries with m negatives each. All are attained where all scores
  are equal.

**Numbers**

`theory.classification.mw_auc.mann_whitney`: `mann_whitney_loss`, `area_over_curve`, `infonce`, `query_area_bound`,
`mean_area_bound`. Exact expressions and known slips: `theory.classification.mw_auc.mw_auc_expressions`.
"""
