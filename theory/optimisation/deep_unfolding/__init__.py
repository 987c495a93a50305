r"""*Comparison between Supervised and Unsupervised Learning in Deep Unfolded Sparse Signal Recovery*.

Iterative shrinkage (ISTA) and hard thresholding (IHT) with ten layers, whose steps are trained: supervised on the
signals, or unsupervised on the objective.

**Sources.** The paper was not read. Guarantees of the plain algorithms have the form that is usually quoted; the rest
is ours.

**What is decided, and what is glue** (`claims_unfolded_shrinkage`). Decided in every dimension: the inequality of one
layer of ISTA, the rate :math:`L\|x_0-u\|^2/(2k)` as a sum over abstract layers, :math:`L\|x_0-u\|^2/4` after one layer,
descent of a layer of IHT for any penalty and s < 1/L, the two sides of the hard threshold, and the radius
:math:`\sqrt{\lambda s/2}` within which a fixed point of IHT is a minimum. Argued: the inequalities of convex and of
smooth functions that enter as conditions, and that sums over layers telescope.

- The usual constant 1/(2k) is twice too large for k = 1, where 1/4 is exact; for every k a point attains 1/(4k), so
  that it is at most twice the best one. Which it is for k > 1 is not decided here.
- Descent in every layer is refuted for trained steps: they exceed 2/L.

**Numbers**

`theory.optimisation.deep_unfolding.layers`. The experiment (`experiments.optimisation.unfolding`, n = 60, m = 30, 8 %
nonzeros, 300 problems to train on) was run with five matrices. Of trained ISTA, the supervised one had the smaller mean
error on fresh problems and the larger mean objective each time; its median error was the smaller one twice. Of trained
IHT, up to 2 % of fresh problems diverged, so that its means say nothing. This describes those runs and claims no more.

>>> import numpy as np
>>> A, y = np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([[1.0], [0.0]])
>>> values = [float(objective("ista", A, y, x, 0.1)[0]) for x in layers("ista", A, y, [1 / lipschitz(A)] * 3, 0.1)]
>>> values == sorted(values, reverse=True)
True
"""

from theory.optimisation.deep_unfolding.layers import layers, lipschitz, objective, rate_bound

__all__ = ["layers", "lipschitz", "objective", "rate_bound"]
