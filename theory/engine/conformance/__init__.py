"""Is this implementation the paper's loss? Values, gradients, invariances, exact minimum and safe range of a callable.

`theory.engine.conform` is the entrance; `theory.engine.conformance.reference` says what a paper's loss is held as, and
`theory.engine.conformance.cases` has the invariances to choose from.
"""
