r"""The log barrier without a lower bound on losses, and linear MDPs with a simulator and without.

Paper: *Refined Regret for Adversarial MDPs with Linear Function Approximation*.

The paper was not read: the lemma on the log barrier with constant 1 and the local norm, the constants 3 and
:math:`H/\sqrt\gamma` below and the bias of resampling have the form "as usually quoted", the rest is ours.

Follow the regularized leader on the simplex with :math:`\Psi(p)=-\sum_i\ln p_i` is stable for losses of any size and
sign. With :math:`D_\Psi(y,x)=\sum_i(y_i/x_i-1-\ln(y_i/x_i))` the quantity is
:math:`\sup_y\{\langle x-y,c\rangle-D_\Psi(y,x)/\eta\}`.

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

**Linear MDPs with a simulator**

Estimates :math:`\hat Q=zL`, :math:`z=\phi'S\phi_{\text{visited}}`, :math:`S=(\gamma I+\Sigma)^{-1}`, of the loss
:math:`L\in[0,h]` of the :math:`h\le H` layers to come; magnitude-reduced: :math:`zL-h\min(z,0)+h\,\mathbb E\min(z,0)`;
dilated bonuses :math:`B_h=b_h+(1+\tfrac1H)\mathbb E B_{h+1}`. Decided:

- regret is :math:`X+(1+\tfrac1H)\langle\pi,B_1\rangle`, with equality, one layer for all numbers of states and actions,
  two layers entry by entry; the bonus then costs at most :math:`(1+\tfrac1H)^H\le e` times its value, usually quoted as
  3 (`claims_mdp_dilated_bonus`);
- reduced estimates have the mean of plain ones and are at least :math:`-h/(2\sqrt\gamma)`, attained, half of what is
  usually quoted; their second moment is at most :math:`h^2|\phi|_S^2`, constant 1, the best; with aligned features the
  plain one falls to :math:`-h/(2\gamma)`, the reduced to :math:`-h/4` for every ridge (`claims_mdp_reduced`,
  `claims_mdp_ridge`);
- geometric resampling: its sum, its mean, its bias, how many factors, and nearly twice the usual rate is allowed
  (`claims_mdp_resampling`);
- :math:`\tfrac{37}4(1+\tfrac1\gamma)\ln\tfrac{2d}\delta` sampled trajectories keep the whitened covariance within a
  half, given the matrix Chernoff bound, which is quoted (`claims_mdp_concentration`);
- the bias of the ridge, what the bonus pays for, second moments of costs without the usual factor 2
  (`claims_mdp_regret`), conditions on step and ridge, and the tuned terms :math:`2(u+v)\sqrt{dH^4KP}` with u of the
  order of H (`claims_mdp_tuning`): of the order :math:`\sqrt{dH^6KP}` that is usually quoted, P being
  :math:`A\ln K` or :math:`\ln A`. It is the bias of the least ridge that the bonus allows,
  :math:`\gamma\approx\eta^2H^4`, that costs :math:`H^6`; a bonus of the norm itself, for the bias, saves one H
  (`claims_mdp_norm_bonus`). For exponential weights with plain estimates no exponent of K below 2/3 comes out of this
  analysis, with reduced ones 1/2 does.

**Linear MDPs without a simulator**

The scheme is derived from its outline: a policy is kept for W episodes; with chance :math:`\delta` an episode follows a
policy of a cover up to and with a random layer, pi from there on; a random half of an epoch gives the covariance, the
other half estimates of Q and of what is ahead of the bonus. Decided:

- layers count 1, or H where an episode explores to them: losses from there on are unbiased for Q of pi, and the
  covariance is :math:`(1-\delta)\Sigma_\pi+\delta\Sigma_{\text{cover}}`; later layers are unbiased too, with another
  covariance, earlier ones are biased; exploring up to the layer before leaves actions uncovered
  (`claims_mdp_free_exploring`);
- what is ahead of the bonus is linear in features, its sums along trajectories are unbiased, and at most
  :math:`H((1+\tfrac1H)^H-1)-1` times the largest bonus (`claims_mdp_free_bonus`);
- half an epoch is enough for a ridge of :math:`37H\ln(2d/\delta')/W`; that accuracy alone does not bound the bias, the
  error of the covariance at the weights of Q does, and leaves it at the order of the ridge's (`claims_mdp_free_half`);
- a random half is unbiased for the epoch's losses, a fixed one is not. If the cover is free, 3/4 is the best exponent
  of K that these lemmas give, whether bonuses or averages pay for second moments, at :math:`W=\sqrt K`,
  :math:`\eta=\beta=\delta=K^{-1/4}` (`claims_mdp_free_epochs`). It is not the paper's, usually quoted as 8/9:
  that includes the price of a cover that explores well enough, which is not derived here, nor are states that the cover
  does not know.

Sums over layers and episodes, means over trajectories and whitening are argued, under the assumptions of each claim.

**Numbers**

`theory.online.log_barrier`: the exact stability, its bounds, the learner's weights, the regret bound as an object.
`dilated_bonus`, `estimators`: bonuses and the identity of a process given as arrays, estimates, their least values, and
draws. `regret_bounds`: the two bounds for any parameters that meet their conditions, and tuned.

>>> from theory.online.adversarial_mdp.regret_bounds import tuned_reduced
>>> tuned = tuned_reduced(K=10**8, H=3, A=3, d=3)
>>> round(float(tuned.bound)), tuned.bound.form  # a regret of 3 10^8 is the worst possible
(1427869, 'derived')
"""
