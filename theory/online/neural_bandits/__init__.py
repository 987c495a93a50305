"""*Contextual Bandits with Online Neural Regression*."""
