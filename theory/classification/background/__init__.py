r"""What the newer papers rest on: calibration and consistency of binary margin losses and of the classical multi-class ones.

The conditional risk of a margin loss at posterior (1+t)/2 is :math:`\tfrac{1+t}2\varphi(u)+\tfrac{1-t}2\varphi(-u)`.
Its numbers (transform, inverse, psi-transform) come from `theory.classification.margin`; the modules of this package
state and decide the claims. Statements are tested in the form in which they are usually quoted.
"""
