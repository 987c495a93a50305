r"""h-calibration (paper ``h_calibration``): what surrounds its objective and can be checked.

The paper replaces canonical calibration by a bounded error of ``P(y = k | report)`` and gives a differentiable
objective for it. That objective is not decided here: its form was not read. Decided are the facts it stands on, for
reports with finitely many values (groups):

- the expected Brier and log scores are calibration plus refinement, for any number of groups and classes, and the
  calibration part of the log score is not negative (`claims_h_calibration_decomposition`, proved);
- for binary outcomes the calibration error of order one is at most that of order two, and, for reports and frequencies
  strictly between 0 and 1, at most the root of half the Kullback-Leibler calibration error
  (`claims_h_calibration_errors`, proved);
- the binned estimate of a calibrated model's error is not zero on average (refuted), but at least
  ``sqrt(c(1-c)/(2n))`` in a bin of n outcomes, certified for n up to 30 and confidences ``c = j/12`` in [1/n, 1 - 1/n]
  (`claims_h_calibration_binning`).

Numbers: `calibration_error.brier_parts`, ``log_parts``, ``calibration_error``, ``binned_calibration_error``, and the
exact ``claims_h_calibration_binning.mean_gap``. Exact losses and known slips: `h_calibration_expressions`.
Logarithms are natural; a group has probability w, report q, class frequency r.
"""
