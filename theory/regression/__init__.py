"""Regression: exact risks, limits and optima of estimators on random designs."""
