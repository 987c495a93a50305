"""How witnesses read. Whoever reads a sentence must not be misled by what was rounded."""

import re
from fractions import Fraction

import pytest
from flint import arb

from theory.engine.provers.balls import working
from theory.engine.provers.wording import apart, at, broken, failure, item, number, summed


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), "0"),
        (Fraction(-7, 4), "-7/4"),
        (Fraction(77443629057), "77443629057"),
        (Fraction(10**12), "1000000000000"),
        (Fraction(125643, 100000), "1.25643"),
        (Fraction(-999999, 1000000), "-0.999999"),
        (Fraction(1, 10**6), "1/1000000"),
        (Fraction(1, 10**7), "1e-7"),
        (Fraction(1679, 2048), "1679/2048"),
        (Fraction(16776209, 16777216), "about 0.999940"),
        (1 - Fraction(1, 2**60), "about 1 - 8.67e-19"),
        (Fraction(1, 2**60) - 3, "about -3 + 8.67e-19"),
        (Fraction(10**30 + 1, 3), "about 3.33333e+29"),
        (Fraction(1, 3 * 10**5000), "about 3.33333e-5001"),  # Python writes no more than some thousand digits
        (Fraction(651, 2**61), "about 2.82326e-16"),
    ],
)
def test_numbers_are_exact_if_short(value, shown):
    assert number(value) == shown


def test_more_digits_are_written_if_asked_for():
    long = Fraction("1.41421356237309504880168872420969808")
    assert number(long) == "about 1.41421"
    assert number(long, 60) == "1.41421356237309504880168872420969808"


def test_balls_are_exact_only_if_they_are():
    assert number(arb(3) / 4) == "3/4"
    assert number(arb(1) / 3) == "about 0.333333"
    assert number(arb(2) ** 100) == "about 1.26765e+30"


def test_two_numbers_are_told_apart():
    with working(400):
        small = arb(10) ** -30
        assert apart(arb(2).sqrt(), arb(2).sqrt() + small)[0] != apart(arb(2).sqrt(), arb(2).sqrt() + small)[1]
        assert apart(1 + small, Fraction(1))[0].startswith(f"about 1.{29 * '0'}1")
    assert apart(Fraction(1, 3), Fraction(333333, 10**6)) == ("1/3", "0.333333")
    assert apart(arb("0.1"), Fraction(1, 2)) == ("about 0.100000", "1/2")


def test_the_size_of_a_fraction_is_seen():
    assert apart(Fraction(5, 118), Fraction(19, 20)) == ("5/118 (about 0.0423729)", "19/20")
    assert apart(Fraction(8281, 2000), Fraction(-1, 200000)) == ("4.1405", "-5e-6")
    assert apart(Fraction(11, 200000), Fraction(1, 10000)) == ("5.5e-5", "0.0001")  # as balls are written
    assert apart(Fraction(1, 64), arb(3) / 64) == ("0.015625", "0.046875")


def test_what_is_zero_up_to_rounding_says_so():
    with working(256):
        said = failure("==", (arb(2).log() - arb(2).log(), Fraction(1)), ("a", 1))
    assert re.fullmatch(r"the left side is 0 \(within \de-7\d\) and the right side 1, claimed is left == right", said)
    assert failure("<", (arb(0), arb(0)), ("a", "b")) == "both sides are 0, claimed is left < right"


def test_sides_that_look_alike_are_called_equal_only_if_they_are():
    assert failure(">", (arb(0), Fraction(0)), ("a", "b")) == "both sides are 0, claimed is left > right"
    third = Fraction(10**9, 3 * 10**9 + 1)
    assert failure("<", (third, third), ("a", "b")) == "both sides are about 0.333333, claimed is left < right"
    with working(400):
        sides = (arb(2).sqrt(), arb(2).sqrt() + arb(10) ** -80)
    assert failure(">=", sides, ("a", "b")) == (
        "both sides are about 1.41421, alike in 70 digits, claimed is left >= right"
    )


def test_a_failure_names_two_numbers_and_what_is_claimed():
    terms = (["max", "x", "y", 3], ["/", -13, 25])
    assert failure(">=", (arb(-1), Fraction(-13, 25)), terms) == (
        "the left side, the largest of 3 numbers, is -1 and the right side -0.52, claimed is left >= right"
    )
    assert failure("<=", (arb(1), arb(0)), (["max", 0, "x"], ["min", "x", "y", "z"])) == (
        "the left side is 1 and the right side, the least of 3 numbers, 0, claimed is left <= right"
    )
    assert failure("<=", (arb.nan(), arb(0)), ("x", 0)) == "left <= right is claimed, and fails"


def test_a_point_names_what_occurs():
    point = {"x": Fraction(1, 2), "one": Fraction(1), "y": Fraction(2)}
    assert at(point, ["+", "y", ["*", "x", 2]]) == "at x = 1/2, y = 2"
    assert at(point, 3) == ""
    many = {f"x{k}": Fraction(k) for k in range(10)}
    assert at(many).endswith("x7 = 7, and 2 more variables")
    assert at({f"x{k}": Fraction(k) for k in range(9)}).endswith("x7 = 7, and 1 more variable")
    assert "more" not in at({f"x{k}": Fraction(k) for k in range(8)})


def test_classes_are_counted():
    rows = [{"p": Fraction(1, 4), "q": Fraction(k // 2)} for k in range(3)]
    assert summed(rows) == "with sums over 3 classes (p = 1/4, q = 0, 2 times; p = 1/4, q = 1)"
    assert summed(rows[2:]) == "with sums over 1 class (p = 1/4, q = 1)"
    assert summed([]) == "with empty sums"
    assert summed([{"p": Fraction(k)} for k in range(10)]).endswith("p = 7; and 2 more kinds)")


def test_items_of_finite_worlds():
    assert item((3, Fraction(100, 301), ("equal", True))) == "(3, 100/301, (equal, True))"
    assert item("x") == "x"
    assert item(tuple(range(1000))).endswith("...")
    assert len(item(tuple(range(1000)))) == 200


def test_a_single_relation_is_not_counted_and_numbers_are_explained():
    relations = [["e0", "<", ["/", 1, 3]], ["e1", ">=", "e0"]]
    values, meanings = {"e0": arb(1) / 2, "e1": arb(2).sqrt() / 8}, {"e0": "the first error", "e1": "the second"}
    assert broken(relations, 1, values, meanings) == (
        "relation 2 of 2: the left side is about 0.176777 and the right side 1/2, claimed is left >= right; "
        "e0, the first error, is 1/2; e1, the second, is about 0.176777"
    )
    assert broken(relations[:1], 0, values, meanings) == (
        "the left side is 1/2 and the right side 1/3, claimed is left < right; e0, the first error, is 1/2"
    )
