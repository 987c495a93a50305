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
# # Bring your own loss
#
# Two questions. What does theory say about my loss? Give a formula. Is my code the loss that I think it is? Give a
# callable.

# %% [markdown]
# ## A formula
#
# A margin loss phi(u) of u = y h(x). Text is parsed, never evaluated as code. Let us take the logistic loss and add
# half a hinge.

# %%
from fractions import Fraction

from theory.classification.analysis import analyze_comp_sum, analyze_margin

mine = analyze_margin("log(1+exp(-u)) + max(0,1-u)/2")
mine

# %% [markdown]
# An analysis is an object: ask for one answer, or for the table of bounds on the calibration function T. A zero-one
# regret of t costs a surrogate regret of at least T(t).

# %%
mine["growth"].answer, mine["growth"].evidence

# %%
names, rows = mine.table()
[tuple(round(x, 6) for x in row) for row in rows if row[0] in (0.1, 0.5, 1.0)]

# %% [markdown]
# What can go wrong? Take a loss that is least at u = 0 and grows on both sides. It does not prefer the right sign.

# %%
analyze_margin("u**2")["calibrated"]

# %% [markdown]
# For several classes there are the comp-sum losses. The published bound grows with the number of classes n; the exact
# one need not.

# %%
analyze_comp_sum(Fraction(13, 10), n=10)

# %% [markdown]
# ## Your own data
#
# Posteriors and scores, a row for each point. What zero-one regret does the surrogate risk guarantee?

# %%
import numpy as np

from theory.classification.minimizability import assess

posteriors = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.3, 0.4], [0.2, 0.5, 0.3]])
scores = np.array([[2.0, 0.5, 0.0], [0.0, 1.0, 0.4], [0.2, 0.4, 0.3], [0.1, 0.9, 0.2]])
report = assess(posteriors, scores, tau=1)
report

# %% [markdown]
# The measured regret must not exceed the guarantee.

# %%
report.zero_one_regret <= report.guarantee <= report.published_guarantee

# %% [markdown]
# ## Your own code: NumPy
#
# Cross-entropy as one writes it first. It is held against the definition: values to fifty digits, the minimum, the
# invariances, and the sizes of scores for which it stays right.

# %%
from theory.engine import conform


def naive(scores, labels):
    """Cross-entropy, the exponentials taken as they are."""
    return np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(labels)), labels]


conform(naive, "comp_sum.cross_entropy")

# %% [markdown]
# It conforms, but overflows early. Subtract the largest score first:


# %%
def stable(scores, labels):
    """Cross-entropy of scores that are shifted to have the maximum 0."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]


conform(stable, "comp_sum.cross_entropy")

# %% [markdown]
# A common mistake is to apply softmax twice. It is found, and named.


# %%
def softmax(scores):
    """Return probabilities."""
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


wrong = conform(lambda scores, labels: stable(softmax(scores), labels), "comp_sum.cross_entropy", name="softmax twice")
wrong

# %%
wrong.outcome, list(wrong.diagnosis)

# %% [markdown]
# What conforms inherits the claims about its loss, each for the scope it states.

# %%
conform(stable, "comp_sum.cross_entropy").inherited[:4]

# %% [markdown]
# ## Your own code: PyTorch
#
# The same call; gradients are compared too. Without PyTorch this cell says so and the notebook goes on.

# %%
try:
    import torch
except ImportError:
    found = "PyTorch is not installed"
else:
    found = conform(torch.nn.CrossEntropyLoss(), "comp_sum.cross_entropy", name="torch.nn.CrossEntropyLoss")
found
