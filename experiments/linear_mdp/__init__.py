"""Adversarial linear Markov decision processes: exact evaluation, losses that change, learners and their regret.

A process is valid by construction, losses are linear in its features, and the regret of a run is exact for the losses
that came out: what was played and the best fixed policy are evaluated by backward passes, only trajectories are drawn.
After every episode the learner is held, in every state, against an inequality that is proved for all paths; one that
violates it is an error with episode, replicate and state.

>>> mdp = LinearMDP.random(3, 4, 3, 3, seed=1)  # layers H, states S, actions A, dimension d of the features
>>> losses = Losses.gap(3, 3, gap=0.3, amplitude=0.2)
>>> found = run(scaled("magnitude-reduced", 400, mdp.shape), mdp, losses, episodes=400, replicates=10)
>>> bool(found.regret[-1].mean() < run(Algorithm("uniform"), mdp, losses, episodes=400, replicates=1).regret[-1, 0])
True

- `mdp`: `LinearMDP`, values, visits, covariances and the best fixed policy; `evaluation`: its formulas on any back end;
  `losses`: `Losses`, oblivious and adaptive;
- `algorithms`: `Algorithm`, all parameters of a learner; `as_proved`, those of the regret bounds, and `scaled`,
  those that show rates early; log barrier, exponential weights with plain or magnitude-reduced estimates, the uniform
  control; covariances exact, of simulated episodes, or by geometric resampling; dilated bonuses;
- `regret`: `run`, and the state of a run that goes on where it stopped; `state_arrays`: what it carries;
- `learners`: `play` for a learner of one's own, which is three functions;
- `episode_scalar`, `estimates_scalar`: one body of an episode, compiled by Numba for processors (`compiled`) and GPUs
  (`cuda`); `batched`: array operations on any back end, the second way to the same numbers;
- `simulator_free`: learning without a simulator, in epochs: `run_simulator_free`; `free_learners`: `SimulatorFree`,
  `scaled_free`; `epochs`: what is played and learned in an epoch; `trajectories`: what episodes visit; `covers`:
  policies that together visit what can be visited;
- `adversarial_mdp_simulator`: what ``lossproof simulate adversarial_mdp`` runs; `claims_mdp_sampling`: slopes of regret
  between two horizons.

Learners, estimates and bonuses are those of Dai, Luo, Wei and Zimmert (2023), with Luo, Wei and Lee (2021) as the
baseline, as derived from outlines: the papers were not read. The inequality is about costs as the learner estimated
them; it says nothing of regret, which the lemmas of `theory.online.adversarial_mdp` are about.
"""

from experiments.linear_mdp.algorithms import Algorithm, as_proved, scaled
from experiments.linear_mdp.free_learners import SimulatorFree, scaled_free
from experiments.linear_mdp.losses import Losses
from experiments.linear_mdp.mdp import LinearMDP
from experiments.linear_mdp.regret import run
from experiments.linear_mdp.simulator_free import run_simulator_free

__all__ = [
    "Algorithm",
    "LinearMDP",
    "Losses",
    "SimulatorFree",
    "as_proved",
    "run",
    "run_simulator_free",
    "scaled",
    "scaled_free",
]
