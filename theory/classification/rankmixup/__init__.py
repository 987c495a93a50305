r"""RankMixup (paper ``rankmixup``): ranking losses that ask mixed samples to be less confident than raw ones.

Forms as usually quoted: the ranking loss ``max(0, max p(mixed) - max p(raw) + margin)``, and one minus the normalised
discounted cumulative gain (NDCG) of confidences against mixing coefficients. Which of the two are the gains and which
the keys was not read, and does not matter to what is decided:

- the ranking loss is zero exactly where the raw confidence is ahead by the margin (proved); order alone is not enough
  (refuted, with a margin);
- swapping two items into order never lowers the gain; the largest k gains have the largest sum, for any k and any
  number of items; larger partial sums give a larger gain for any decreasing discounts (proved);
- NDCG is at most 1, and 1 only in order, for all lists of up to five gains out of four values (certified).

Claims: `claims_rankmixup_margin`, `claims_rankmixup_gain`. Numbers: `ranking_loss.mixup_ranking_loss`,
``normalized_gain``. Exact losses and known slips: `rankmixup_expressions`.
"""
