r"""The log barrier without a lower bound on losses.

Paper: *Refined Regret for Adversarial MDPs with Linear Function Approximation*.

Of the paper only its lemma on the log barrier is on record: follow the regularized leader on the simplex with
:math:`\Psi(p)=-\sum_i\ln p_i` is stable for losses of any size and sign. With
:math:`D_\Psi(y,x)=\sum_i(y_i/x_i-1-\ln(y_i/x_i))` the quantity is
:math:`\sup_y\{\langle x-y,c\rangle-D_\Psi(y,x)/\eta\}`. The paper was not read: the lemma with constant 1 and the local
norm have the form "as usually quoted", the rest is ours.

**Decided**, for every dimension, every step size and all real losses unless said otherwise:

- the stability is at most :math:`\tfrac\eta4\operatorname{Var}_{i\sim x}(c_i)`, by a dual multiplier, a quarter of the
  variance, that always serves (`claims_log_barrier_dual`), and a second time by :math:`\chi^2\le D_\Psi`
  (`claims_log_barrier_stability`);
- a quarter is best: two coordinates that swap attain it, in more dimensions it is approached
  (`claims_log_barrier_stability`); the usual constant 1 holds and is four times too large; the local norm
  :math:`\eta\sum x_i^2c_i^2` serves under :math:`\eta x_ic_i\ge-\tfrac12` and fails by any factor without it
  (`claims_log_barrier_norms`);
- regret: one round as an identity and with its bound; the sum of rounds of which each obeys it; the truncated
  comparator; the variance of importance-weighted losses; two swaps that attain the bound (`claims_log_barrier_regret`);
- what these rest on: lines and parabolas beside one logarithm (`claims_log_barrier_tangent`).

That the potentials of the rounds telescope is said in words, under the assumptions of `regret_quarter_variance`.

**Numbers**

`theory.online.log_barrier`: the exact stability, its bounds, the learner's weights, the regret bound as an object.
"""
