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
# # Reading a certificate
#
# A verdict is only as good as what stands behind it. We open a certificate, let an independent checker check it, do
# the decisive sum by hand, and tamper with it. Then we replay a symbolic proof, step by step.

# %% [markdown]
# ## A stored certificate
#
# Gradient descent, three steps, on convex functions whose gradient is 1-Lipschitz, from distance 1: f is at most 1/14
# above its minimum, and some function attains that.

# %%
import copy
from fractions import Fraction

from theory.engine.checker import Rejected, check
from theory.engine.discovery import collect
from theory.engine.provers.symbolic.proof import replay
from theory.engine.store import Store

claims = collect().claims
claim = claims["drori_teboulle.gradient_descent_worst_case"]
claim

# %% [markdown]
# The certificate is kept with the package, because it was dear to find. It is plain data.

# %%
digest, certificate = Store.of_module("theory").load(claim.id)
certificate

# %% [markdown]
# It is filed under a digest of the statement. A certificate of another statement is not even looked at.

# %%
statement = claim.statement()
statement.digest() == digest

# %% [markdown]
# ## Two halves
#
# The lower half is an example: inner products of the gradients and the starting point, and values of f. The upper half
# is a list of multipliers, one for each condition that a function of the class must meet.

# %%
left = certificate.data["parts"][0]["left"]
left["point"]["scalars"]

# %%
multipliers = left["multipliers"][0]["constraints"]
[value for value in multipliers if value != "0"]

# %% [markdown]
# The value after three steps is `f3`. The same number must come out as a multiplier: that of the condition on the
# starting point.

# %%
Fraction(left["point"]["scalars"]["f3"]), Fraction(multipliers[-1])

# %% [markdown]
# The inner products must be those of real vectors. So their matrix must be positive semidefinite. Here it has rank one:
# every row is a multiple of the second. The worst function has one dimension.

# %%
gram = [[Fraction(entry) for entry in row] for row in left["point"]["gram"]]
all(row[j] * gram[1][1] == row[1] * gram[1][j] for row in gram for j in range(len(gram)))

# %% [markdown]
# ## The checker
#
# It reads the statement and the certificate, both as plain data. It shares no code with the search, and uses neither
# SymPy nor a solver. It says nothing if all is well.

# %%
check(statement.to_json(), certificate.to_json())

# %% [markdown]
# ## Tampering
#
# Change one multiplier a little, or claim a slightly better value. Each attempt must be rejected, and the message says
# why.


# %%
def attempt(change):
    """Return what the checker says of a changed certificate."""
    forged = copy.deepcopy(certificate.to_json())
    change(forged["data"]["parts"][0]["left"])
    try:
        check(statement.to_json(), forged)
    except Rejected as error:
        return f"rejected: {error}"
    return "accepted"


def larger_multiplier(part):
    """Raise the first multiplier by one thousandth."""
    part["multipliers"][0]["constraints"][0] = str(Fraction(multipliers[0]) + Fraction(1, 1000))


def better_value(part):
    """Let the example reach one thousandth more."""
    part["point"]["scalars"]["f3"] = str(Fraction(1, 14) + Fraction(1, 1000))


def broken_matrix(part):
    """Make one inner product larger on one side of the diagonal."""
    part["point"]["gram"][0][1] = "1"


{change.__name__: attempt(change) for change in (larger_multiplier, better_value, broken_matrix)}

# %% [markdown]
# A smaller value does not pass for the statement either: the certificate is for 1/14.

# %%
smaller = copy.deepcopy(statement.to_json())
smaller["parts"][0]["right"]["value"] = "1/15"
try:
    check(smaller, certificate.to_json())
    outcome = "accepted"
except Rejected as error:
    outcome = f"rejected: {error}"
outcome

# %% [markdown]
# ## A symbolic proof
#
# Other claims are proved by steps of a small kernel. This one is the potential of Hedge: in a round the loss is at
# most the fall of the log of the total weight, plus eta/8.

# %%
lemma = claims["hedge.round_potential"]
lemma

# %%
from theory.engine.evidence import Budget

goal, method = lemma.build()
proof = method.decide(goal, Budget())
[step["rule"] for step in proof.data["steps"]]

# %% [markdown]
# Each step is stored with what it gives. Replaying runs the rules again and compares. The facts that come out:

# %%
replayed = replay(goal, proof.data)
print(replayed.result)

# %% [markdown]
# Now forge a step: the third-last one shall give "<" instead of ">". Replay stops there.

# %%
forged = copy.deepcopy(proof.data)
told = forged["steps"][-3]["gives"][0]
told[1] = "<"
try:
    replay(goal, forged)
    outcome = "accepted"
except Rejected as error:
    outcome = f"rejected: {str(error).partition(' gives ')[0]}"
outcome

# %% [markdown]
# Leave a step out, and the ones after it have nothing to stand on.

# %%
shorter = copy.deepcopy(proof.data)
del shorter["steps"][1]
try:
    replay(goal, shorter)
    outcome = "accepted"
except Rejected as error:
    outcome = f"rejected: {str(error)[:60]}"
outcome

# %% [markdown]
# Replay is honest about its limits: the same rules run again. It shows that nothing but the rules was used. It is no
# independent check, as the rational certificate above has.
