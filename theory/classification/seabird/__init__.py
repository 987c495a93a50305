r"""Dice loss for large objects.

Paper: *SeaBird: Segmentation in Bird's View with Dice Loss Improves Monocular 3D Detection of Large Objects*.

Claimed (as usually quoted): in one dimension, for a segment of length l under noise N(0, s^2), the gradient's second
moment is 1 for L1, s^2 for L2 and ``erf(l/(s sqrt 2))/l^2`` for dice, so that descent on dice ends closer to the truth
for large objects. The theorem on the limit of descent was not read and is not encoded.

Decided here:

- the moments by the density (`claims_seabird_moments`); dice is below L1 where s l > 4/5 and below L2 where
  s^3 l > 4/5, and below l^-2 always; for every length both comparisons are **false**: the moment is unbounded as
  l -> 0; at s = 1 the balance is at l = .7320087, nowhere else in [1/2, 2];
- what the moment leaves out (`claims_seabird_contraction`): the slope of dice's mean gradient is at most that of L1
  divided by l. At a fixed rate of contraction what counts is moment / slope^2, and there dice is never below L2, nor
  below L1 (decided for l <= 7 s): the gain is one of step size. l and s carry units, "l >= 1" does not scale.

Numbers: `gradient_moments` (`segment_loss`, `second_moment`, `contraction`, `noise_per_contraction`);
`seabird_expressions` holds the losses as exact expressions, with wrong variants. L2 is half the square.
"""
