"""Sample points for weighted least squares: independent, optimal, determinantal and volume-rescaled."""
