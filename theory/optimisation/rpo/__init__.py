r"""*Provably Mitigating Overoptimization in RLHF: Your SFT Loss is Implicitly an Adversarial Regularizer*.

The learner maximises over policies the minimum over rewards of :math:`\eta(\mathbb E_\pi r-\mathbb E_{\pi_b}r-\beta\,
\mathrm{KL}(\pi\,\|\,\pi_0))+L(r)`, L the negative log-likelihood of preferences: it doubts rewards that the base policy
:math:`\pi_b` does not vouch for. If minimum and maximum may be exchanged, that is preference optimisation plus a
supervised loss on the answers of the base policy, without an adversary.

**Sources.** The paper was not read. The objective has the form that is usually quoted; what no form is given for is
ours.

**What is decided, and what is glue.** Decided for every finite number of actions: the inner maximum and its gap
(`claims_rpo_saddle`); that normalisers cancel; that a reward and its best response are within their Frank-Wolfe gap of
the saddle point, and the inequality for the policy's suboptimality that follows for each set of preferences
(`claims_rpo_collapse`). Argued, under the assumptions: that the gradient of the inner maximum is the best response's
(Danskin), that a minimum over a compact convex class exists, and what coverage makes of the remaining term in
expectation. Nothing is decided about rates or about classes of networks.

- Convexity of the reward class is needed: for the two rewards (a, 0) and (0, a) alone minimax is
  :math:`\ln\cosh(a/2)>0` and maximin is 0 (`two_rewards_minimax`, `two_rewards_maximin`; the form for every class is
  refuted).
- One instance with six preferences is certified to collapse up to 1e-10. `Collapse.enclose` gives rationals around
  both values of any other: how close they are depends on its reward.

**Numbers**

`theory.optimisation.rpo.collapse`: the program solved, and both values between rationals; `theory.optimisation.rpo.
collapses`: many at once, on arrays of any namespace. `experiments.optimisation.preference`: what the adversary saves
under partial coverage, and costs where all actions are covered.

>>> problem = Preferences((0.5, 0.25, 0.25), (0.5, 0.5, 0.0), ((0, 2, 0), (1, 0, 0), (1, 0, 0)), 0.5, 1.0, 2.0)
>>> low, high = collapse(problem).enclose()
>>> bool(0 < high - low < 1e-8)
True
"""

from theory.optimisation.rpo.collapse import Collapse, collapse, dpo_loss
from theory.optimisation.rpo.preferences import Preferences

__all__ = ["Collapse", "Preferences", "collapse", "dpo_loss"]
