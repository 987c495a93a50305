"""Random numbers as a function of their place: the specification that every implementation keeps to the last bit.

The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw (SC 2011), constants and round order as in Random123:
a bijection of 128-bit counters (c0, c1, c2, c3), chosen by a 64-bit key (k0, k1). Nothing is carried from one number
to the next, so the numbers do not depend on chunking, order, workers or resumption.

Address
    A number has an address: seed, stream, replicate, law, element ``i``. A law takes ``L`` numbers from one output
    block of four 32-bit words (w0, w1, w2, w3); element ``i`` is lane ``i mod L`` of block ``b = i div L``.

    ====  =================================================================
    k0    bits 0-31 of the seed
    k1    bits 32-63 of the seed
    c0    bits 0-31 of the block b
    c1    replicate
    c2    stream
    c3    bits 32-47 of b, plus 2^16 times the law, plus 2^20 times the round
    ====  =================================================================

    Seeds are below 2^64, streams and replicates below 2^32, elements below 2^48, rounds below 2^12. Beyond these
    :class:`experiments.streams.Stream` raises an error, so that no counter wraps; the functions of one number, for
    compiled loops, check nothing. The round is 0 except where said.

Laws
    The number of the law keeps laws apart: uniforms and normals of one address are independent.

    ===  ===========  ====  ==================================================================================
    law  name         L     lanes
    ===  ===========  ====  ==================================================================================
    0    bits         4     w0, w1, w2, w3
    1    uniform      2     U(w0, w1), U(w2, w3)
    2    normal       2     r cos(a), r sin(a), with r = sqrt(-2 log U(w0, w1)), a = 2 pi U(w2, w3) (Box, Muller)
    3    exponential  2     -log U(w0, w1), -log U(w2, w3)
    4    rademacher   128   2 t - 1 for the bit t = (w_q >> s) & 1, where lane = 32 q + s
    5    integers     2     floor(bound U(w0, w1)), floor(bound U(w2, w3))
    6    categorical  2     the number of inner cumulative weights <= U(w0, w1), resp. <= U(w2, w3)
    7    gamma        1     attempts t = 0, 1, ... until one is accepted (below)
    ===  ===========  ====  ==================================================================================

    U(x, y) = (2^26 (x >> 5) + (y >> 6) | 1) / 2^53, with a bitwise or: an odd multiple of 2^-53. So 0 < U < 1, U and
    1 - U have the same law, and -log U <= 36.8. (Adding one half to 53 bits instead would round to 1 at the top.)

Gamma
    Of shape a (Marsaglia and Tsang 2000), scale 1. With a' = a for a >= 1, else a + 1; d = a' - 1/3,
    c = 1/sqrt(9 d). Attempt t reads two blocks, rounds 2 t and 2 t + 1: the first gives x = r cos(a) as a normal, the
    second V = U(w0, w1) and B = U(w2, w3). With z = c x it is accepted if z > -1 and
    log V < x^2/2 + 3 d (log1p(z) - z - z^2 - z^3/3); the value is d (1 + z)^3, times B^(1/a) if a < 1. After
    2^11 rejections, of probability below 10^-2000, it is NaN. (The usual form d - d v + d log v with v = (1 + z)^3 is
    the same, but cancels for large a.) Chi-square of k degrees of freedom is
    twice the gamma number of shape k/2.

Bits, uniforms, signs, integers and labels are equal on all implementations. Numbers that pass through log, cos or sqrt
differ by rounding: over two million, normals by at most 2 units in the last place between NumPy and Numba, and 3
between either and PyTorch; gamma numbers by a relative 1e-14 for shapes above 0.4, growing as 1/a below. Acceptance in
gamma compares such numbers, so that once in about 10^15 draws two implementations may accept different attempts.
"""

from __future__ import annotations
