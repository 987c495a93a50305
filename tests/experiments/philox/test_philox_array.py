import array_api_compat.numpy as xp
import array_api_strict
import numpy as np
import pytest

from experiments.philox.array import limb_product, philox, wrapping_product

# Known answers of Random123: counter and key all zeros, all ones, and the digits of pi.
ONES = 0xFFFFFFFF
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize("multiply", [limb_product, wrapping_product])
@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_known_answers(counter, key, answer, multiply):
    words = philox(tuple(np.full((1, 1), word, dtype=np.int64) for word in counter), key, multiply)
    assert tuple(int(word[0, 0]) for word in words) == answer


@pytest.mark.parametrize("factor", [0xD2511F53, 0xCD9E8D57, 1, ONES])
def test_products_are_those_of_whole_numbers(factor):
    words = np.random.default_rng(1).integers(0, 2**32, 1000)
    words[:4] = 0, 1, ONES, 2**31
    for multiply in (limb_product, wrapping_product):
        high, low = multiply(words, factor)
        assert [(int(h) << 32) + int(rest) for h, rest in zip(high, low, strict=True)] == [
            int(w) * factor for w in words
        ]


def test_limbs_stay_below_the_sign():
    high, low = limb_product(array_api_strict.asarray([ONES], dtype=array_api_strict.int64), ONES)
    assert (int(high[0]) << 32) + int(low[0]) == ONES * ONES


def test_one_changed_bit_changes_half_of_all():
    zero = np.zeros((1, 1), dtype=np.int64)
    base = philox((zero, zero, zero, zero), (0, 0))
    for position in range(4):
        counter = [zero] * 4
        counter[position] = zero + 1
        changed = philox(tuple(counter), (0, 0))
        flipped = sum(int(xp.bitwise_xor(a, b)[0, 0]).bit_count() for a, b in zip(base, changed, strict=True))
        assert 40 <= flipped <= 88  # of 128; a fair coin leaves this range with a probability of 2e-5
