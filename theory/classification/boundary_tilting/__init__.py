r"""Adversarial examples by tilted boundaries.

Paper: Tanay and Griffin (2016), on boundary tilting as an explanation of adversarial examples.

Claimed (as usually quoted): for a linear boundary C and the nearest-centroid boundary B the strength of adversarial
examples depends on their deviation angle delta alone and is unbounded as delta tends to a right angle, while tilting
along directions of low variance leaves the error as it is. The paper's definition of strength was not read; both
readings, 1/cos(delta) and tan(delta), carry the same angle (`tangent_form`).

Decided here (`claims_boundary_tilting`), for C through the middle of the centroids:

- ``dist(i, B)/dist(i, C) = 1/cos(delta)`` in every dimension, and it exceeds every L;
- for Gaussian classes the error is ``Q(m/sqrt(s_b^2 + s_z^2 tan^2 delta))``: read as an equality with the untilted
  error the last claim is **false** unless the variance s_z^2 vanishes. The error only grows, by at most
  ``q/(2 sqrt(2 pi e))`` with ``q = (s_z tan(delta)/s_b)^2``, and tends to 1/2: strength is not free of charge beyond
  tan(delta) of order s_b/s_z.

Numbers: `tilted_boundary` (`adversarial_strength`, `deviation_cosine`, `tilted_error`). There is no loss in this paper.
"""
