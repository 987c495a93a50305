"""Gaussian mixtures: exact errors, limits and maps of learners on two normal classes."""
