"""Small experiments on the claims of the optimisation papers."""
