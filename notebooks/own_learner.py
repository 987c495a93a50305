# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Bring your own learner
#
# Three games: bandits, where your learner is three functions; two experts, where the worst case of Hedge is known
# exactly; and optimisation, where the worst case of *your* method is computed with a proof.

# %% [markdown]
# ## Bandits
#
# State in, weights out. Functions work on all replicates at once: arrays have the shape (replicates, arms). Here is
# epsilon-greedy.

# %%
# %matplotlib inline
import numpy as np

from experiments.mirror_descent.arms import Arms
from experiments.mirror_descent.bandits import UNIFORM, Learner, exp3, play, tuned_eta
from theory.online import bounds


def init(arms, replicates, horizon):
    """Return the numbers of plays and the sums of losses of every arm."""
    return np.zeros((replicates, arms)), np.zeros((replicates, arms))


def act(state, t):
    """Return the weights of the arms: mostly the best so far."""
    plays, losses = state
    best = np.argmin(losses / np.maximum(plays, 1), axis=1)
    return 0.1 / plays.shape[1] + 0.9 * (np.arange(plays.shape[1]) == best[:, None])


def update(state, t, arm, loss, probability):
    """Count the play and its loss."""
    chosen = np.arange(state[0].shape[1]) == arm[:, None]
    return state[0] + chosen, state[1] + chosen * loss[:, None]


greedy = Learner("epsilon-greedy", init, act, update)

# %% [markdown]
# Play it against EXP3 and against a control that does not learn. Without the control we would not know what a good
# number is.

# %%
K, T, R = 3, 2000, 50


def regrets(arms, horizon):
    """Return each learner's mean pseudo-regret after all rounds."""
    learners = greedy, exp3(tuned_eta(K, horizon)), UNIFORM
    runs = {one.name: play(one, arms, horizon=horizon, replicates=R, points=2) for one in learners}
    return {name: round(float(run.pseudo[-1].mean()), 1) for name, run in runs.items()}


short = regrets(Arms.gap(K, 0.4), T)
short

# %% [markdown]
# Both learn. But epsilon-greedy explores for ever, so that its regret grows like T; that of EXP3 grows like the square
# root of T. With four times the rounds:

# %%
long = regrets(Arms.gap(K, 0.4), 4 * T)
{name: (long[name], f"{long[name] / short[name]:.1f} times as much") for name in long}

# %% [markdown]
# And only one of them comes with a bound, which holds for losses of any kind that are fixed in advance. A bound is an
# object: its value, its terms, and every assumption.

# %%
bound = bounds.exp3(K=K, T=T)
bound

# %% [markdown]
# So it holds where the best arm changes half way.

# %%
switching = regrets(Arms.switching(K, 0.4, T // 2), T)
switching, switching["EXP3"] <= float(bound)

# %% [markdown]
# The bound is on the expectation. On every single path, too, there is an inequality: the one that the proof rests on.
# It is checked after every round, and a run that violated it would stop. The least slack seen must not be negative.

# %%
found = play(exp3(tuned_eta(K, T)), Arms.switching(K, 0.4, T // 2), horizon=T, replicates=R)
found

# %%
bool(found.least_slack.min() >= 0)

# %% [markdown]
# Regret against rounds:

# %%
from matplotlib.figure import Figure

from paper_figs.style import BLACK, COLOURS, style

with style():
    figure = Figure(figsize=(5.6, 3.4))
    axes = figure.subplots()
    for colour, one in zip(COLOURS, (greedy, exp3(tuned_eta(K, T)), UNIFORM), strict=False):
        run = play(one, Arms.switching(K, 0.4, T // 2), horizon=T, replicates=R, points=400)
        axes.plot(run.rounds, run.pseudo.mean(axis=1), color=colour, label=one.name)
    axes.axhline(float(bound), ls="--", color=BLACK, label=f"bound of EXP3 at T = {T}")
    axes.set(xlabel="rounds", ylabel="pseudo-regret", title="three arms, the best changes half way")
    axes.legend()
figure

# %% [markdown]
# ## Two experts: Hedge, exactly
#
# No sampling is needed here. The largest regret of Hedge over all losses in {0, 1} has a closed form, and lies between
# the minimax regret and the bound.

# %%
from theory.online.hedge import minimax_regret, worst_case
from theory.online.hedge import tuned_eta as hedge_step

worst = worst_case(100, hedge_step(2, 100))
worst

# %%
float(minimax_regret(100)) <= worst.value <= float(bounds.hedge(N=2, T=100))

# %% [markdown]
# ## Optimisation: the worst case of your own method
#
# A method is its points, the conditions of its class of functions, and what is measured. Here is the heavy ball: two
# steps on smooth convex functions, starting at distance 1 from a minimiser.

# %%
from theory.online.worst_case import (
    MINIMISER,
    START,
    Problem,
    gradient_descent,
    smooth_convex,
    vectors,
    visit,
    within,
)


def heavy_ball(steps, step_size, momentum):
    """Return the problem of the heavy ball's worst case."""
    (point,) = vectors("x0")
    before, visited = point, []
    for k in range(steps + 1):
        visited.append(visit(str(k), point))  # with gradient gk and value fk
        step = momentum * (point - before) - step_size * visited[-1].gradient
        point, before = point + step, point
    conditions = smooth_convex([MINIMISER, *visited], 1)
    conditions[START] = within(1, visited[0])
    return Problem("heavy ball", "L R^2", [MINIMISER, *visited], visited[-1].value, conditions)


ball = heavy_ball(2, 1, "1/4").certify()
f"{float(ball.lower):.9f} to {float(ball.upper):.9f}"

# %% [markdown]
# Both ends are rational numbers with a proof: no function of the class exceeds the upper one, and one attains the
# lower one. Plain gradient descent is known in closed form. Its bounds agree; the multipliers prove the upper one.

# %%
plain = gradient_descent(2, 1).certify()
plain

# %%
f"two steps of momentum 1/4 are better by {float(1 - ball.upper / plain.lower):.2%} in the worst case"
