r"""*Weighted least-squares approximation with determinantal point processes and generalized volume sampling*.

A function u is approximated in a space of dimension m from n values, by weighted least squares. How near the result is
to the best approximation Pu depends on the Gram matrix :math:`G=\frac1n\sum_iw(x_i)\varphi(x_i)\varphi(x_i)^\top` of an
orthonormal basis: given :math:`|G-I|\le\delta` the mean squared error is at most a constant times the best one.

**Sources.** Of the paper only the abstract was read. As usually quoted, it draws the points from projection
determinantal processes and from volume-rescaled sampling instead of independently from the density :math:`k_m/m`,
:math:`k_m=|\varphi|^2` the Christoffel function, shows that n of the order m log m points suffice, and finds repeated
draws of the process better in practice. Claims of the form "as usually quoted" are the common knowledge of the field on
these laws and on weighted least squares, derived again here; the matrix Chernoff bound alone is quoted and not derived.

**What is derived, and how far.**

- Independent points: with the density :math:`k_m/m` and weights :math:`m/k_m`, E G = I and every term of G has the norm
  m/n, which no other density makes smaller. Then :math:`P(|G-I|>\delta)\le2m\,e^{-c_\delta n/m}` (quoted), so that
  :math:`n\ge m\log(2m/\eta)/c_\delta` fails with probability at most :math:`\eta`. The lower tail, all that the error
  needs, has a better exponent: at :math:`\delta=1/2` it saves 29 % of the points, and more for small m. Without weights
  and with points of the measure the bound has the supremum of :math:`k_m` instead of m, which is :math:`m^2` for
  Legendre polynomials.
- The error: :math:`\operatorname E[|u-\hat u|^2\,|\,S]\le(1+\frac1{(1-\delta)P(S)})|u-Pu|^2`, S the event that the
  least eigenvalue is at least :math:`1-\delta`, for any law whose points each have the density :math:`k_m/m`; with
  independent points the excess falls like m/n; on :math:`|G-I|\le\delta` and without a mean,
  :math:`|u-\hat u|^2\le\frac2{1-\delta}\sup|u-Pu|^2`, if the constants lie in the space.
- The process of m points has that density for each of them, so that E G = I; a sum of a function over it varies no more
  than over m independent points; its chain rule draws each point by the squared distance to the span of those before.
- Volume-rescaled points are one draw of the process and n - m independent points, in random order. With them weighted
  least squares is unbiased at every :math:`n\ge m`; with independent points it is not.

**Claims.** Densities, weights, Christoffel functions (`claims_wls_weights`); exponents and numbers of points
(`claims_wls_sample_size`); constants of the error (`claims_wls_quasi_optimality`); the process, in exact arithmetic on
finite measures (`claims_wls_determinants`); volume-rescaled sampling, likewise (`claims_wls_volume`). By sampling: that
the number of points suffices, and that the process is stable at n = m.

Not decided: the matrix Chernoff bound; bounds for the process that beat those of independent points; the identities on
finite measures beyond the models enumerated.

**Simulated**, not decided, Legendre polynomials. For m = 10 and :math:`|G-I|\le1/2` in nine of ten samples the Chernoff
bound asks for 490 points; about 210 independent points do, and 60 to 70 of repeated draws of the process. One draw of
it among independent points, volume-rescaled sampling, changes little there, but much at n = m, where the least
eigenvalue is of the order 0.1 instead of 1e-7. From 60 points for m = 5, removal one at a time leaves 5 to 8 with
:math:`|G-I|\le1/2`; what is left has lost the law that the mean bounds need, not the bound by the supremum.

**Numbers**

`christoffel` holds sample numbers and bounds, `polynomial_bases` the bases and the distribution functions of
:math:`k_m/m`. The draws are in ``experiments.optimal_sampling``, whose simulator is called ``optimal_sampling``.

>>> from theory.regression.wls_dpp.christoffel import error_factor, failure_bound, sample_number
>>> sample_number(10, 0.1), sample_number(10, 0.1, tail="lower"), round(failure_bound(10, 490), 4)
(490, 301, 0.0997)
>>> error_factor(0.5, 0.9)
3.2222222222222223
"""
