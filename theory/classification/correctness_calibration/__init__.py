r"""Calibration by gaining aware of prediction correctness (paper ``correctness_calibration``).

The loss, as usually quoted, is ``(max_k p_k - 1[prediction correct])^2`` with p the softmax of scores/temperature. The
argument for it is the narrow miss, which cross-entropy makes more confident. Decided:

- for scores (6/5, 1, -1) and true class 2 cross-entropy is least at the temperature ``11/(5 log 10) = 0.95544786...``
  (proved), where the wrong class has probability 0.52325041... (certified), above the 1/3 of large temperatures;
- the squared gap of a wrong prediction never increases with the temperature, for every number of classes (proved);
- over recalibration maps the expected loss exceeds its minimum by the squared top-label calibration error (proved), so
  that its minimiser is P(correct | confidence); that the least loss means classwise calibration is refuted for three
  classes, and the reverse bound, the squared classwise error at least 3/2 of the top-label one, proved for them.

Claims: `claims_correctness_narrow_miss`, `claims_correctness_minimiser`. Numbers: `correctness_loss.correctness_loss`,
``confidence``, ``cross_entropy``. Exact loss and known slips: `correctness_expressions`.
"""
