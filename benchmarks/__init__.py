"""Measured comparisons: each gives rows of times, ours and those of a named alternative, taken in one run."""
