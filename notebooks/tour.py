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
# # A tour in ten minutes
#
# Papers on learning theory make claims. lossproof turns a claim into an object that a machine decides. We decide one,
# read the verdict, watch a false neighbour fail, meet a quoted statement that is false, analyze a loss, run a
# simulator, and draw a figure.

# %%
# %matplotlib inline
from fractions import Fraction

from theory.engine.decide import decide
from theory.engine.discovery import collect
from theory.engine.evidence import Budget

claims = collect().claims
len(claims)

# %% [markdown]
# ## A claim
#
# The comp-sum losses have a parameter tau; tau = 1 is cross-entropy. Their calibration function turns zero-one regret
# into surrogate regret. For 1 < tau < 2 and n classes there is a published lower bound on it, which is usually quoted
# to be at least quadratic. The claim says that it is, and names its source and the false neighbours that go with it.

# %%
claim = claims["comp_sum.published_simplified_middle"]
claim

# %% [markdown]
# ## A verdict
#
# Deciding takes a moment. First a refuter looks for a counterexample; only then does the claim's method look for a
# certificate, which is checked before it counts. A certificate that is kept with the package spares both
# searches. *Proved* means: a chain of rule steps, exact, for the whole scope. The scope is read off the statement, so
# it cannot be wider than what was decided.

# %%
verdict = decide(claim)
verdict

# %% [markdown]
# The proof rests on another claim, which is decided in its own right. `theory.engine.verify.verify` and the command
# `lossproof verify` decide a claim with all that it rests on.

# %%
verdict.certificate

# %% [markdown]
# ## A false neighbour
#
# A method that accepts everything proves nothing. Let the constant be one per cent larger: now the same refuter must
# find a point where the statement fails. It does so near tau = 1, where the bound is tight.

# %%
statement, method = claim.build(c=Fraction(101, 100))
witness = method.refute(statement, Budget())
witness

# %% [markdown]
# A witness is exact numbers, not floating point.

# %%
witness.data["point"]

# %% [markdown]
# ## A quoted statement that is false
#
# The minimizability gap is what is lost because one hypothesis must serve all inputs. It is said to shrink as tau grows
# (*as usually quoted*: the source was not read). Constant scores are a counterexample.

# %%
gap = claims["comp_sum.gap_decreases"]
refutation = decide(gap)
refutation

# %% [markdown]
# We check the witness ourselves. There are two equally probable points, with posteriors (1 + b)/2 and (1 - b)/2. A
# hypothesis that is constant must give both the same scores. The gap is larger at tau = 3/2 than at tau = 1/2:

# %%
from theory.classification.minimizability import gap_of_constants

b = float(Fraction(refutation.witness.data["point"]["b"]))
points = [[(1 + b) / 2, (1 - b) / 2], [(1 - b) / 2, (1 + b) / 2]]
{tau: round(gap_of_constants([0.5, 0.5], points, tau).surrogate, 6) for tau in (0.5, 1.5)}

# %% [markdown]
# What is true instead stands beside it.

# %%
[name for name, other in claims.items() if other.corrects == gap.id]

# %% [markdown]
# ## A loss of your own
#
# Type a margin loss phi(u). Each answer carries the strength of its evidence. The truncated cubic is none of the losses
# known by name. It is convex and calibrated, and its calibration function T is enclosed by interval arithmetic.

# %%
from theory.classification.analysis import analyze_margin

cubic = analyze_margin("max(0, 1-u)**3")
cubic

# %%
point = next(point for point in cubic.grid if point.t == Fraction(1, 2))
f"T({point.t}) lies between {point.low:.12f} and {point.high:.12f}"

# %% [markdown]
# ## A simulator in three lines
#
# Two normal classes in 50 dimensions: naive Bayes against logistic regression. Errors of the learned rules are exact;
# random numbers depend on the seed and the replicate alone, so that you see the same table.

# %%
from experiments.gaussian_mixture import GaussianMixture, simulate

simulate(GaussianMixture.symmetric_pair(1.5, 50), ["naive_bayes", "logistic"], [50, 200, 800], replicates=40)

# %% [markdown]
# ## A figure
#
# Hedge with two experts and losses 0 or 1: the minimax regret and the worst case of Hedge, both from closed forms, and
# the usual bound. The gap between the two upper curves is what the bound gives away.

# %%
from paper_figs import hedge_chain

hedge_chain.draw(hedge_chain.data(longest=300))

# %% [markdown]
# ## Where next
#
# - `own_loss`: your loss, as a formula and as code.
# - `own_learner`: your learner against bandits, and the exact worst case of your method.
# - `own_bags`: regression from averages, with label privacy.
# - `certificate`: what a certificate is, and who checks it.
# - `errata`: the statements that fail.
