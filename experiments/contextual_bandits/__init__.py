"""Contextual bandits by regression: oracles predict losses, policies turn predictions into weights, round by round.

The true mean losses are known exactly, so that every round of every replicate is checked: the price of exploration of
the policy, and the square-loss inequality of the oracle. A round that violates one raises an error with its number and
the value. Regret is exact pseudo-regret.

- `worlds`: contexts and mean losses: linear, with a small best loss, even, orthogonal, and digits as bandit feedback;
- `features`: linear, random Fourier, and tangent features of a two-layer ReLU network at initialisation;
- `oracles`, `descent`: ridge regression and gradient descent as pure functions, with the perturbation of outputs;
- `policies`: inverse-gap weights, weights relative to the best prediction, and what they are compared with;
- `play`: the player, and an oracle and a policy of one's own; `effective_dimension`: when a bound says nothing;
- `checks`: numbers that are refused;
- `blocks`: the entry of each replicate's action, on any back end;
- `neural_bandits_simulator`: what ``lossproof simulate neural_bandits`` runs.

Networks are linearised: no network is trained here, and nothing is said of training beyond its first-order model.

Source: key ``neural_bandits``; the inequalities are proved in `theory.online.neural_bandits`.
"""
