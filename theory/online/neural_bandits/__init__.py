r"""*Contextual Bandits with Online Neural Regression*: from an online regression oracle to a bandit algorithm.

Each round shows a context with K actions; the learner predicts every action's loss, draws an action from weights made
of the predictions, and sees the loss of that action alone. If the predictions have small regret as a regression, the
weights turn this into small regret of the bandit. The paper takes wide networks as the regression.

**Sources.** The paper was not read, nor those on the two reductions. What is taken from them has the form "as usually
quoted"; what no form is given for is ours.

**What is decided**

- Inverse-gap weights (SquareCB) :math:`p_i=1/(\lambda+\gamma(f_i-\min f))`, :math:`\sum_ip_i=1`: regret of a round
  less :math:`\tfrac\gamma4` times the expected squared error is at most :math:`(K-1)/\gamma`, and equal to it at one
  truth for each compared action: the same number for every prediction, every action and every K
  (`claims_neural_inverse_gap`).
- With :math:`\lambda=K` and the rest of the mass on the best prediction, below :math:`2(K-1)/\gamma`, of which the
  usual :math:`2K/\gamma` is a rounding; summed over rounds with the best :math:`\gamma`, :math:`\sqrt{(K-1)TS}`, S
  the squared error; the squared error from the regret of the regression, where the truth is realisable
  (`claims_neural_rest_to_best`).
- Weights relative to the best prediction (FastCB): the usual lemma with :math:`\tfrac{49}{32}` in place of 7, for
  every K, and a bound in the loss of the best actions (`claims_neural_fast_cb`, from inequalities about one action in
  `claims_neural_discrimination`).
- Random perturbations of a network's output: in expectation over the signs a ridge around the initial parameters, of
  modulus :math:`c_p^2/\sqrt m` for width m, so that a regret of order :math:`\log T` over the modulus grows with the
  width. On a path it is no strong convexity: with one copy and two parameters, and two copies and three, a direction
  costs nothing; for S copies and more than S parameters it exists by counting dimensions. Averaging the predictions
  of copies, in place of their losses, divides the modulus by their number (three copies and two parameters are
  decided) (`claims_neural_perturbation`).
- Bounds :math:`d\sqrt T` in the effective dimension d are at least T for orthogonal contexts that are long or many
  enough, such as three actions with a kernel matrix :math:`I` and :math:`\lambda=1`. That the bound is vacuous there
  is all that follows: it is not shown that the regret of an algorithm is linear (`claims_neural_effective_dimension`).

**What is glue, and what is not here.** Claims speak of one round, or of sums of numbers over rounds; that the numbers
are conditional expectations, and that these add up to expected regret, is said under their assumptions. Regression
regret of neural networks is not decided: neither near-convexity of wide networks, nor how wide they must be.

**Numbers**

`theory.online.neural_bandits.inverse_gap`: the weights, their exact price of exploration, the truths that attain it,
and the bounds as objects with their assumptions; also importable from here.

>>> weights = inverse_gap_weights([0.2, 0.5, 0.9], 10.0)
>>> [round(float(p), 3) for p in weights]
[0.661, 0.222, 0.117]
>>> [round(float(value), 12) for value in price(weights, [0.2, 0.5, 0.9], 10.0)]  # (K - 1)/gamma
[0.2, 0.2, 0.2]
"""

from theory.online.neural_bandits.inverse_gap import (
    fast_cb_bound,
    fast_cb_weights,
    foster_rakhlin_weights,
    inverse_gap_weights,
    price,
    square_cb_bound,
    worst_truth,
)

__all__ = [
    "fast_cb_bound",
    "fast_cb_weights",
    "foster_rakhlin_weights",
    "inverse_gap_weights",
    "price",
    "square_cb_bound",
    "worst_truth",
]
