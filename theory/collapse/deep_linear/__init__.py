r"""Collapse: *Neural Collapse in Deep Linear Networks: From Balanced to Imbalanced Data* (Dang et al., 2023).

N examples in K classes of :math:`n_k`, features H that are free, M layers, one-hot targets Y:

.. math:: \min\ \frac1{2N}|W_M\cdots W_1H-Y|_F^2+\sum_l\frac{\lambda_{W_l}}2|W_l|_F^2+\frac{\lambda_H}2|H|_F^2,

with or without a bias of the last layer, which is not regularised; or with the mean cross-entropy for the first term.

**Sources.** Of the paper only the abstract was read. As usually quoted, it claims that the global minimisers of the
squared loss show neural collapse at every depth: features of a class coincide, class means form an orthogonal frame (a
simplex ETF with the bias), with unequal sizes a general orthogonal frame with norms in closed form, small classes
collapse to zero below a threshold, the classifier is aligned with the means; and that with cross-entropy, balanced,
global minimisers are simplex ETFs. All formulas here are derived. The thresholds of cross-entropy for minority classes
answer to a question of Fang et al. (2021), who quote limits; that low rank beats the simplex in depth is in agreement
with Garrod and Keating (2025).

**Squared loss.** Features drop out in closed form; layers share each singular value in equal parts of the penalty; one
scalar problem remains for each class,

.. math:: \sum_k\frac{n_k}{2N}\min_{x\ge0}\Bigl(\frac1{1+x^M}+b_kx\Bigr),\quad
    b_k=\frac{MN}{n_k}\Bigl(N\lambda_H\prod_l\lambda_{W_l}\Bigr)^{1/M},\quad|w_k|^2=N\lambda_Hx_k^M .

- Zero minimises it if and only if :math:`b\ge\frac1M(M-1)^{(M-1)/M}`: for M = 1 a class is lost, continuously, at
  :math:`n_k\le N^2\lambda_W\lambda_H`; for M > 1 the norm jumps, and zero is a local minimum at every b (`scalar`).
- With a bias, classes are replaced by the eigenvectors of :math:`\operatorname{diag}(n)-nn'/N`. Balanced, that is a
  simplex ETF; with unequal sizes means are in general neither orthogonal nor equiangular, and small classes of the same
  size merge in a point that is not zero. The reduction is exact (`minimum`), the eigenvectors are found numerically
  (`modes`).
- Layers narrower than K keep the largest classes; between equal ones the choice is free, which is reported.
- As decays vanish, without a bias, norms of class means go like :math:`n_k^{-M/(2(M+1))}`, of classifiers inversely.

**Cross-entropy.** One layer, balanced: a simplex ETF is a global minimum, its scale in closed form (`cross_entropy`).
Equal minority classes coincide if and only if :math:`n\le N^2\lambda_W\lambda_H`, the number of squared loss, at finite
decays and with or without a bias. In depth the statement is false: the penalty on the logits is a sum of p-th powers of
singular values, p = 2/(M+1) < 1, and codes of lower rank are cheaper. Pairs of opposite points (even K) beat the
simplex at every decay at which it is not zero as soon as :math:`K(1-2^{p-1})\ge1`: from four classes on with three
layers, from six on with two; with an apex for the last class (odd K) likewise from five and from seven on. For all
:math:`K\ge3` and M > 1 a single pair wins where the simplex is about to vanish: at such decays neither zero nor any
simplex is a global minimum. Decided is that a pair is below where they tie; that a tie exists is continuity, and for
M = K - 1 it is at margins :math:`2\log(K-1)`. Two classes are a simplex at every depth. Better codes than pairs are
searched for in `codes`.

**Claims.** Frames (`claims_collapse_geometry`), the scalar problem (`claims_collapse_scalar`, `claims_collapse_slope`),
squared loss (`claims_collapse_squared`, `claims_collapse_one_layer`, `claims_collapse_thresholds`), cross-entropy with
one layer (`claims_collapse_cross_entropy`), minorities (`claims_collapse_minority`) and depth (`claims_collapse_depth`,
`claims_collapse_codes`). Assumed where they are used, not decided: trace inequalities for matrices of every size (von
Neumann, Ruhe), and that the Schatten penalty is the least that layers can pay for given logits. Numbers only, tested
but not decided: the unequal case with a bias and narrow layers. The closed form is attained by explicit layers, and
descent from random starts is never below it; at depths above one it often stops above, where a mode is zero that should
not be.

Not modelled: features that come from a network, and the path that descent takes; a loss may keep to the local minimum
at zero at depths above one.

**Numbers**

>>> from theory.collapse import balanced_minimum, cross_polytope_margin, global_minimum, minority_size, threshold
>>> found = global_minimum([100, 100, 10], depth=2, weight_decays=0.002, feature_decay=0.25)
>>> found.collapsed.tolist(), round(found.objective, 6), round(minority_size(210, 2, 0.002, 0.25), 3)
([False, False, True], 0.158373, 12.173)
>>> round(threshold(2), 3), round(cross_polytope_margin(4, 3), 3), round(balanced_minimum(10, 100, 1e-4, 1e-3).scale, 3)
(0.5, 0.172, 5.728)
"""
