"""The formulas of the comp-sum family once more, plainly, in many digits: what the code is held against."""

from mpmath import mp, mpf


def digits_for(beta):
    """Enough working digits for 60 correct ones after beta^2 has cancelled against 1."""
    return 120 if beta > 1e-20 else 700


def two_class(beta, tau):
    """Return the two-class calibration function."""
    with mp.workdps(digits_for(beta)):
        b, tau = mpf(beta), mpf(tau)
        upper, lower = 1 + b, 1 - b
        if tau == 1:
            return (upper * mp.log(upper) + (lower * mp.log(lower) if lower else 0)) / 2
        q, r = tau - 1, 2 - tau
        mean = ((upper ** (1 / r) + (lower ** (1 / r) if lower else 0)) / 2) ** r
        return (mean - 1) / (q * 2**q)


def pooled(beta, tau, rest, *, digits=80):
    """Return the least regret of (x, x-beta, z, ..., z), ``rest`` times z; infinity if they do not pool."""
    with mp.workdps(digits):
        b, tau, rest = mpf(beta), mpf(tau), mpf(rest)
        q, r = tau - 1, 2 - tau
        a = 1 / r
        if b * (2 + rest) > 2:
            return mp.inf
        low, high = max(b, (1 + b) / (rest + 2)), 1 / (2 + rest) + b / 2

        def power(x, exponent):
            return x**exponent if x > 0 else mpf(0)

        def slope(x):
            z = (1 - 2 * x + b) / rest
            return power(x, a - 1) + power(x - b, a - 1) - 2 * power(z, a - 1)

        if slope(low) < 0:
            for _ in range(4 * digits):
                middle = (low + high) / 2
                low, high = (middle, high) if slope(middle) < 0 else (low, middle)
        z = (1 - 2 * low + b) / rest
        norm = (power(low, a) + power(low - b, a) + rest * power(z, a)) ** r
        return (norm - (2 + rest) ** (r - 1)) / q


def unpooled_edge(beta, tau):
    """Return the regret of (beta, 0, 1-beta) for beta >= 2/3."""
    with mp.workdps(80):
        b, tau = mpf(beta), mpf(tau)
        if 3 * b < 2:
            return mp.inf
        r = 2 - tau
        a = 1 / r
        third = (1 - b) ** a if b < 1 else mpf(0)
        return ((b**a + third) ** r - (2 * (b / 2) ** a + third) ** r) / (tau - 1)


def exact(beta, tau, n):
    """Return the least of all families for tau* < tau < 2, trying every number of classes."""
    families = [two_class(beta, tau), unpooled_edge(beta, tau)]
    families += [pooled(beta, tau, rest) for rest in range(1, n - 1)]
    return min(families)


def vertex(beta, tau, n, candidates):
    """Return the calibration function for tau >= 2 as a minimum over the given numbers of classes."""
    with mp.workdps(400):
        b, q = mpf(beta), mpf(tau) - 1
        x = max(b, (1 + b) / n)
        return min(x - min(k * x - b, 1) / mpf(k) ** q for k in candidates) / q


def conditional_minimum(p, tau):
    """Return C*_tau at the posterior p divided by its sum."""
    with mp.workdps(120):
        p = [mpf(float(value)) for value in p]
        total = sum(p)
        p = [value / total for value in p if value > 0]
        tau = mpf(tau)
        if tau >= 2:
            return (1 - max(p)) / (tau - 1)
        if tau == 1:
            return -sum(value * mp.log(value) for value in p)
        a = 1 / (2 - tau)
        return (sum(value**a for value in p) ** (2 - tau) - 1) / (1 - tau)


def loss(scores, label, tau):
    """Return the comp-sum loss from its definition."""
    with mp.workdps(120):
        tau = mpf(tau)
        u = sum(mp.exp(mpf(float(s)) - mpf(float(scores[label]))) for i, s in enumerate(scores) if i != label)
        return mp.log(1 + u) if tau == 1 else ((1 + u) ** (1 - tau) - 1) / (1 - tau)
