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
# # Errata
#
# Statements that fail, or hold but are not the best possible. The table is made from the claims themselves. Then we
# take two witnesses and do the sums by hand.

# %%
from theory.engine.discovery import collect
from theory.engine.report.errata import errata
from theory.engine.report.json_report import describe
from theory.engine.report.mathml import formula
from theory.engine.shown import Html, table

claims = collect().claims
found = errata([describe(claim) for claim in claims.values()])
quoted = [erratum for erratum in found if erratum.quoted]
{"claims": len(claims), "in the errata": len(found), "stated by others": len(quoted)}

# %% [markdown]
# *Stated by others* has three degrees, and none is more than it says. *As printed*: read in print. *As in the published
# code*: read there. *As usually quoted*: the source was not read, and the mistake may be the quotation's. All others
# are natural readings of our own that were put to the test.

# %%
from collections import Counter

dict(Counter((erratum.item["form"], erratum.finding) for erratum in quoted))

# %% [markdown]
# ## What others state


# %%
class Table(list):
    """Rows that Jupyter shows as a table."""

    def _repr_html_(self):
        return table(self, head=("claim", "form", "as stated", "finding", "corrected by"))


Table(
    (
        erratum.item["id"],
        erratum.item["form"],
        Html(formula(erratum.item["says"])),
        erratum.finding,
        ", ".join(erratum.corrections),
    )
    for erratum in quoted
)

# %% [markdown]
# ## A witness by hand: the area under the curve
#
# The share of pairs in the wrong order, 1 - AUC, is said to be at most the mean logistic loss of the pairs. Ties count
# as wrong here.

# %%
from theory.engine.decide import decide

area = decide(claims["mw_auc.area_bound_in_nats"])
area

# %% [markdown]
# The witness is a few pairs with the differences d of their scores. Count the pairs that are in the wrong order, and
# take the mean of log(1 + exp(-d)).

# %%
import math
from fractions import Fraction

pairs = [Fraction(row["d"]) for row in area.witness.data["rows"]]
wrong = sum(d <= 0 for d in pairs) / len(pairs)
nats = sum(math.log(1 + math.exp(-d)) for d in pairs) / len(pairs)
print(f"differences {', '.join(map(str, pairs))}: 1 - AUC = {wrong:.3f}, mean loss = {nats:.3f}")

# %% [markdown]
# The loss of a tie is log 2 = 0.69, less than one. With logarithms to the base 2 it is one, and the bound holds:

# %%
print(f"mean loss in bits = {nats / math.log(2):.3f}")
decide(claims["mw_auc.area_bound_in_bits"]).evidence.value

# %% [markdown]
# ## A witness by hand: a covariance that is none
#
# Published code makes a covariance matrix of a random A: the products of its columns, but with another diagonal. In two
# dimensions, with the diagonal (2, 1) and entries of A of at most one in size:

# %%
covariance = decide(claims["dis_vs_gen.hard_covariance_is_positive"])
covariance

# %% [markdown]
# At the witness the matrix is small enough to write down. Along the direction (x, y) the variance is negative.

# %%
at = {name: Fraction(value) for name, value in covariance.witness.data["point"].items()}
inner = at["a1"] * at["b1"] + at["a2"] * at["b2"]  # of the two columns of A
matrix = [[2, inner], [inner, 1]]
variance = 2 * at["x"] ** 2 + 2 * inner * at["x"] * at["y"] + at["y"] ** 2
print(f"matrix {[[int(entry) for entry in row] for row in matrix]}, variance along the direction: {variance}")

# %% [markdown]
# ## Sharpened, not false
#
# Some statements hold, but a better one does too:

# %%
[(erratum.item["id"], erratum.corrections) for erratum in found if not erratum.fails]
