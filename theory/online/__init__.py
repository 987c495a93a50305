"""Online learning and first-order optimisation: regret, mistake bounds, worst cases of methods."""
