r"""*Sharpness-Aware Training for Free*.

The loss gains a penalty, the divergence between softmax outputs of earlier scores and of the present ones at a
temperature tau, in place of a second gradient per step.

**Sources.** The paper was not read. The penalty has the form that is usually quoted; the bounds are ours.

**What is decided, and what is glue.** Decided for every number of classes: the subgradient inequality with slope
(p - q)/tau, invariance under shifts (`claims_saf_trajectory`), convexity in the middle, the lower bound
:math:`\sum(\sqrt q-\sqrt p)^2`, and the Fisher term with a remainder on both sides for centred steps of size up to tau
(`claims_saf_geometry`). The limit of small steps itself is decided for three classes. Argued: differentiability,
continuity, and that equal probabilities mean shifted scores. Nothing is decided about the sharpness of the training
loss: a penalty of 0 says that the outputs did not move, not that the minimum is flat.

**Numbers**

`theory.optimisation.saf.trajectory`: value, gradient, Fisher term and bounds; `experiments.optimisation.sharpness`.

>>> import numpy as np
>>> float(penalty(np.zeros(2), np.array([0.02, -0.02]), tau=1.0).round(9))
0.000199987
"""

from theory.optimisation.saf.trajectory import fisher_enclosure, fisher_term, gradient, penalty

__all__ = ["fisher_enclosure", "fisher_term", "gradient", "penalty"]
