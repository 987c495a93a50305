"""Optimisation: progress of second-order methods, what sharpness decides, penalties and saddle points of training."""
