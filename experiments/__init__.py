"""Simulators, random streams, sweeps and statistics, and the claims that sampling decides."""
