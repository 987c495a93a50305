r"""Random features: *More is Better in Modern Machine Learning*.

In full: *when Infinite Overparameterization is Optimal and Overfitting is Obligatory*.
Ridge regression with a ridge :math:`\delta` on k random features and n samples, in the eigenvalues :math:`\lambda_i` of
the limiting kernel, for a target with coefficients :math:`v_i` and labels with noise of variance :math:`\sigma^2`.

**Sources.** The paper was not read; of the authors' published code (github.com/dkarkada/more-is-better) the files
theory.py and plots/plotting.ipynb were. As usually quoted, the paper says that test and train error are close to those
of an *eigenframework*, which the code has for the test error: with :math:`\kappa,\gamma\ge0` of

.. math:: n=\sum_i\frac{\lambda_i}{\lambda_i+\gamma}+\frac\delta\kappa,\qquad
          k=\sum_i\frac{\lambda_i}{\lambda_i+\gamma}+\frac{k\kappa}\gamma,

sums z of :math:`\lambda_i/(\lambda_i+\gamma)` and q of their squares, the test error is

.. math:: \frac{\sum_i\bigl(\frac\gamma{\lambda_i+\gamma}-\frac{\kappa\lambda_i}{(\lambda_i+\gamma)^2}\frac k{k-q}\bigr)
          v_i^2+\sigma^2}{1-\frac{q(k-2z)+z^2}{n(k-q)}}

and the training error :math:`(\delta/n\kappa)^2` times it; that at the best ridge more samples and more features do not
hurt, so that infinitely many features are best; and that for eigenvalues :math:`i^{-\alpha}` and squared coefficients
:math:`i^{-\beta}` the best ratio of training error to test error follows from an equation in
:math:`\alpha,\beta` and the noise, and is 0 for smooth targets and little noise: overfitting is obligatory. The curve
of the test error is in the code, with the noise over the *test error* of interpolation without noise, which is
:math:`\alpha` times the bias that we divide by: s here is :math:`\alpha` times the relative noise there.

**The assumption.** That the errors of random features are those of the eigenframework rests on the universality of
random matrices (features act as if they were Gaussian), for n and k that are large. It is named with each claim and
decided by none; a simulation with Gaussian features is held against it.

**What is decided, given the eigenframework.**

- at most one gamma for each ridge > 0, and ends of a bracket in closed form (the lower one counts where z is at most n
  and k at it; otherwise it is z = min(n, k)); the published test error has a form without subtraction,
  :math:`n((B+\sigma^2)(b+w)+Cw)/(a(b+w)+wb)` with :math:`a=n-z`, :math:`b=k-z`, :math:`w=z-q`; the
  training error is :math:`(1-z/n)^2` times it; kernel ridge regression is the limit of many features
  (`claims_more_is_better_fixed_point`);
- more is better (`claims_more_is_better_monotone`): every gamma with z below n and k is the solution for *one* ridge
  > 0, with more of either too, and at the same gamma the test error increases neither with n nor with k, for every
  finite spectrum, target and noise; it falls wherever something is missed and something learned. So the infimum of the
  test error over ridges > 0 increases in neither;
- at a fixed ridge neither holds: two samples may be better than four, three features better than five; without ridge
  the error grows without bound, from both sides, towards every n = k below the number of eigenvalues, unless labels
  are 0 (`claims_more_is_better_double_descent`);
- power laws (`claims_more_is_better_power_law`): with :math:`y=z/n` and s the noise over the bias of interpolation, the
  test error of many samples is proportional to :math:`(y^{1-\beta}+s)/(\alpha-(\alpha-1)y)`. Interpolation (y = 1) is
  better than every other y if :math:`s<(\beta-\alpha)/(\alpha-1)`; otherwise the best y is the only root of
  :math:`(\alpha-1)(\beta y+sy^\beta)=\alpha(\beta-1)`. Without noise interpolation is best if :math:`\beta\ge\alpha`;
  in general it is not.

Argued: that a bracket has a root, by continuity, so that ridges > 0 and gammas with z below n and k are one to one;
that an infimum over more gammas is no larger; that ridge 0, a limit of small ridges, changes no infimum (gamma is then
the root of z = min(n, k), or tends to 0 where there are no more eigenvalues than that); that sums over eigenvalues
become integrals for power laws. The infimum need not be attained: without a target no ridge is large enough.
Not modelled: ridges below 0, which may do better where the best ridge >= 0 is 0.

**Numbers**

>>> from theory.regression.more_is_better import best_ridge, eigenframework, fitting_ratio
>>> eigenvalues, coefficients = [i**-1.5 for i in range(1, 401)], [i**-0.75 for i in range(1, 401)]
>>> small = eigenframework(eigenvalues, coefficients, [50, 100, 200], 100, 1e-3, 0.3)
>>> best = best_ridge(eigenvalues, coefficients, [50, 100, 200], 100, 0.3)
>>> small.test_error.round(3).tolist(), best.test_error.round(3).tolist()
([1.528, 4.193, 1.011], [0.914, 0.775, 0.677])
>>> round(fitting_ratio(2.0, 1.5), 4), fitting_ratio(2.0, 3.0, 0.9), round(fitting_ratio(2.0, 3.0, 2.0), 4)
(0.1111, 0.0, 0.0145)
"""

from __future__ import annotations

from theory.lazy import lazily

_HOMES = {
    ".prediction": ("Eigenframework", "best_ridge", "eigenframework"),
    ".power_law": ("bias_constant", "fitting_ratio", "modes_constant", "noise_threshold", "relative_noise"),
}

__all__ = sorted(name for names in _HOMES.values() for name in names)  # noqa: PLE0605 (the table is the list)
__getattr__, __dir__ = lazily(__name__, _HOMES)
