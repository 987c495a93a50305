r"""Directional sharpness: *Toward Understanding Why Adam Converges Faster Than SGD for Transformers*.

The sharpness of a function along a direction v is :math:`\langle v,Hv\rangle/\langle v,v\rangle`, H the Hessian. The
paper explains the speed of adaptive methods by the low sharpness along their updates, and clips gradients coordinate by
coordinate to get there.

**Sources.** The paper was not read; the definition and the clipping are as usually quoted. What is claimed below is
derived, and tests the reading "a flatter direction is faster".

**What is decided.** The gain of a direction, :math:`\langle g,v\rangle^2/(2\langle v,Hv\rangle)`, is the decrease of
the quadratic model by its best step; how far the model is from the function (Taylor's remainder) is not part of any
claim, but the simulator asserts it at every step. Claims about many coordinates take H diagonal.

- the best step, its gain, and that the gain, unlike the sharpness times the squared length, does not change with the
  length of v; the signs of the gradient see the mean curvature :math:`\mathrm{tr}\,H/d`; **a flatter direction need not
  gain more** (refuted by an exact witness; true if it is at least as well aligned with the gradient)
  (`claims_directional_sharpness`);
- Newton's direction gains most; from equal distances in all coordinates the gradient is sharper than its signs, and the
  signs gain more; in general flatter signs may gain less (refuted by an exact witness); random signs see
  :math:`\mathrm{tr}\,H` also for H that is not diagonal; a clipped gradient descends with steps below 2/L
  (`claims_directional_moves`).

**Numbers**

`theory.optimisation.directional_sharpness.directions` (importable from here). In the quick size of ``lossproof
simulate directional_sharpness`` the signs are the flattest direction on the diagonal quadratic and on logistic
regression, and the fastest after a few steps. Yet on both quadratics the gradient gains most in the first step, though
it is the sharpest; turning the coordinates takes nearly all of the advantage away; and in the size "paper" (100
coordinates, 1000 steps) the gradient ends ahead on both quadratics.

>>> H = [[9.0, 0.0], [0.0, 1.0]]
>>> sharpness(H, [1.0, -1.0]), round(gain([9.0, 0.1], H, [1.0, 1.0]), 4)
(5.0, 4.1405)
"""

from theory.optimisation.directional_sharpness.directions import (
    DIRECTIONS,
    best_step,
    clipped,
    direction,
    gain,
    model_change,
    sharpness,
)

__all__ = ["DIRECTIONS", "best_step", "clipped", "direction", "gain", "model_change", "sharpness"]
