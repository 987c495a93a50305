"""*Gradient-Normalized Smoothness for Optimization with Approximate Hessians*."""
