"""The specification in the docstring of `experiments.philox`, written down again from its text alone."""

import math

import numpy as np
import pytest

from experiments.arrays import backend
from experiments.streams import Stream

WORD = 2**32


def block(seed, stream, replicate, law, number, attempt=0):
    k = [seed % WORD, seed // WORD]
    c = [number % WORD, replicate, stream, number // WORD + law * 2**16 + attempt * 2**20]
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [second // WORD ^ c[1] ^ k[0], second % WORD, first // WORD ^ c[3] ^ k[1], first % WORD]
        k = [(k[0] + 0x9E3779B9) % WORD, (k[1] + 0xBB67AE85) % WORD]
    return c


def unit(x, y):
    return (2**26 * (x // 32) + y // 64 | 1) / 2**53


def pair(words):
    return unit(*words[:2]), unit(*words[2:])


def polar(words):
    first, second = pair(words)
    radius = math.sqrt(-2 * math.log(first))
    return radius * math.cos(2 * math.pi * second), radius * math.sin(2 * math.pi * second)


def gamma(address, element, shape):
    larger = shape if shape >= 1 else shape + 1
    d = larger - 1 / 3
    for attempt in range(2**11):
        x = polar(block(*address, 7, element, 2 * attempt))[0]
        accept, boost = pair(block(*address, 7, element, 2 * attempt + 1))
        z = x / math.sqrt(9 * d)
        if z > -1 and math.log(accept) < x * x / 2 + 3 * d * (math.log1p(z) - z - z * z - z**3 / 3):
            return d * (1 + z) ** 3 * (1 if shape >= 1 else boost ** (1 / shape))
    raise AssertionError


def number(law, address, i):
    """Return element i of a law; weights 0, 1/4, 0, 3/4, 0 and the bound 2^31 for the last two."""
    if law == "bits":
        return block(*address, 0, i // 4)[i % 4]
    if law == "rademacher":
        lane = i % 128
        return 2 * (block(*address, 4, i // 128)[lane // 32] >> lane % 32 & 1) - 1
    laws = {"uniform": 1, "normal": 2, "exponential": 3, "integers": 5, "categorical": 6}
    words = block(*address, laws[law], i // 2)
    u = pair(words)[i % 2]
    return {
        "uniform": u,
        "normal": polar(words)[i % 2],
        "exponential": -math.log(u),
        "integers": math.floor(2**31 * u),
        "categorical": sum(edge <= u for edge in (0.0, 0.25, 0.25, 1.0)),
    }[law]


ADDRESSES = [(0, 0, 0), (2**64 - 1, 2**32 - 1, 2**32 - 1), (0x299F31D0A4093822, 7, 2**31)]
LAWS = ["bits", "uniform", "normal", "exponential", "rademacher", "integers", "categorical"]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("offset", [0, 1, 126, 2**34 - 3, 2**39 - 5, 2**48 - 9])
def test_numbers_are_those_of_the_text(law, address, offset):
    seed, stream, replicate = address
    more = {"integers": (2**31,), "categorical": ([0.0, 0.25, 0.0, 0.75, 0.0],)}.get(law, ())
    found = getattr(Stream(seed, stream), law)(*more, range(replicate, replicate + 1), 9, offset=offset)[0]
    expected = [number(law, address, offset + i) for i in range(9)]
    if law in ("normal", "exponential"):
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    else:
        assert found.tolist() == expected


@pytest.mark.parametrize("shape", [0.3, 1.0, 4.5])
@pytest.mark.parametrize("address", ADDRESSES)
def test_gamma_numbers_are_those_of_the_text(address, shape):
    seed, stream, replicate = address
    found = Stream(seed, stream).gamma(shape, range(replicate, replicate + 1), 60, offset=2**32 - 30)[0]
    expected = [gamma(address, 2**32 - 30 + i, shape) for i in range(60)]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("name", ["numpy", "strict"])
def test_a_uniform_at_an_edge_belongs_to_the_label_above(name):
    edge = pair(block(5, 0, 0, 6, 0))[0]
    labels = Stream(5).categorical([edge, 1.0 - edge], 1, 1, backend=backend(name))
    assert int(labels[0, 0]) == 1
