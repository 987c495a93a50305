r"""RankMixup (paper ``rankmixup``): ranking losses that ask mixed samples to be less confident than raw ones.

Forms as usually quoted: the ranking loss ``max(0, max p(mixed) - max p(raw) + margin)``, and one minus the normalised
discounted cumulative gain (NDCG) of confidences against mixing coefficients. Which of the two are the gains and which
the keys was not read, and does not matter to what is decided:

- the ranking loss is zero exactly where the raw confidence is ahead by the margin (proved); order alone is not enough
  (refuted, with a margin);
- swapping two items into order never lowers the gain; the largest k gains have the largest sum, for any k and any
  number of items; larger partial sums never lower ``sum_k G_k (d_k - d_{k+1})``, the gain after Abel summation, for any
  decreasing discounts (proved);
- the partial sums of a list are at most those of the sorted list, and all equal only in order, for all lists of up to
  five gains out of four values (certified): by Abel summation NDCG is at most 1 there, and 1 only in order.

Claims: `claims_rankmixup_margin`, `claims_rankmixup_gain`. Numbers: `ranking_loss.mixup_ranking_loss`,
``normalized_gain``. Exact losses and known slips: `rankmixup_expressions`.
"""
