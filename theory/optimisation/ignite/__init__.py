"""*Incorporating Surrogate Gradient Norm to Improve Offline Optimization Techniques*."""
