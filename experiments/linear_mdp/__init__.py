"""Adversarial linear Markov decision processes: exact evaluation, losses that change, learners and their regret."""
