r"""Naive Bayes against logistic regression on Gaussian classes: how many samples each needs, in which regime.

Paper: *Revisiting Discriminative vs. Generative Classifiers: Theory and Implications* (key ``dis_vs_gen``).

Three regimes (`designs`): ``growing``, the published simulation, whose separation grows with the number n of features;
``fixed``, the same number of features at a Bayes error that does not change; ``correlated``, in which naive Bayes is
wrong about the law and has a larger asymptotic error than logistic regression, both known exactly.

What is found (`claims_dis_vs_gen_sampling` decides it, ``lossproof simulate dis_vs_gen`` shows it):

- ``growing``, two classes, n = 50 to 400: naive Bayes comes within .01 of the Bayes error with 5 to 7 samples, logistic
  regression with 1.1 to 1.6 n; O(log n) holds, and is not tight here;
- ``fixed``: naive Bayes needs 1.5 to 1.9 n samples (n = 50 to 400), so that O(log n) is false without the growing
  separation; logistic regression needs 18 to 26 n (n = 50 to 200);
- both designs are well-specified for both learners, which have one asymptotic error: logistic regression does not
  overtake at large m. (At fixed Bayes error it is even slightly ahead below about 8 samples, as naive Bayes learns n
  variances from m - 2 degrees of freedom.) Two regimes, naive Bayes ahead at small m and logistic regression at large
  m, are found in ``correlated``.

Where this differs from the published code: samples are drawn afresh, not from a pool of 100 n points; errors of two
classes are exact, not frequencies on 10^4 points; sizes lie on a geometric grid. Samples without all classes are drawn
again, as there.
"""
