r"""Confidence by Mahalanobis distance.

Paper: *A Simple Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks*.

Claimed (as usually quoted): Gaussian class-conditionals with a tied covariance have a softmax of linear scores as
posterior; the confidence score ``M(x) = max_k -(x - mu_k)' S^-1 (x - mu_k)``; moving the input by
``eps sign(grad M)`` raises the score.

Decided here (`claims_mahalanobis`):

- the posterior identity for every number of classes and, in an eigenbasis of the covariance, every dimension;
- the converse fails: a softmax classifier is the posterior of many Gaussian models, whose scores differ (a witness);
- invariance of the distance under every invertible affine map, shown for two features and any covariance; the
  Euclidean distance has none;
- for a diagonal covariance (variances v) a step eps raises the term of the nearest class exactly as long as
  ``eps sum 1/v < 2 sum |x - mu|/v``; read for every eps the claim is **false**: long steps overshoot.

For x of class k the k-th term of the score is minus a chi-square variable with d degrees of freedom (not decided here:
a law, to be sampled).

Numbers: `gaussian_discriminant` (`fit`, `gda_posterior`, `mahalanobis_score`, `preprocessed`, `TiedGaussians`), by
Cholesky factors. `mahalanobis_expressions` holds exact expressions and wrong variants. The covariance is divided by m.
"""
