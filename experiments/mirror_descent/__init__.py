"""Mirror descent round by round: EXP3 on arms, optimistic descent against stochastically extended adversaries.

Replicates run side by side, random numbers are functions of their address, and every round of every run is checked
against an inequality that is proved for all paths: one that violates it raises an error with the round and the value.

- `exp3`: one scalar body of a round, compiled by Numba for processors and GPUs, or array operations with equal numbers;
- `bandits`: bandit learners of one's own as three functions; `arms`: losses with exact means; `bandit_run`: the frame
  of a run, which linear bandits share;
- `sea`: `sea_learners` against `sea_worlds`, where variance and drift are exact on every path;
- `convex`: `convex_learners` on `convex_worlds`, whose best fixed point is known exactly after every round;
- `exp3_simulator`, `sea_simulator`, `convex_simulator`: what ``lossproof simulate exp3``, ``sea`` and
  ``online_convex`` run;
- `claims_mirror_descent_sampling`: what EXP3 does on average and between two horizons, beside the uniform policy.
"""
