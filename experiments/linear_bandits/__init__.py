"""Linear bandits round by round: EXP2 with exploration by a G-optimal design, against losses fixed in advance.

All replicates run side by side on random numbers that are functions of their address, and every round of every run is
checked against inequalities that are proved for all paths: a violation is an error with the round and the value.

- `worlds`: finite sets of actions, and linear losses whose means are exact;
- `players`: learners as three functions, and the player; `exp2`: EXP2 and the uniform control;
- `simulator`: what ``lossproof simulate exp2`` runs.
"""
