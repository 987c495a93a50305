"""Claims, their arguments and controls."""

from fractions import Fraction

import pytest
from toy_claims import AtMost, Compare, make

from theory.engine.claim import FORMS, STRENGTHS, claim
from theory.engine.evidence import Evidence


def declare(**changes):
    record = {"paper": "toy", "where": "Lemma 1", "says": "x", "expected": "certified"} | changes

    def bounded(value=1, bound=2):
        """Say so."""
        return AtMost(value, bound), Compare()

    return claim(**record)(bounded)


def test_a_claim_carries_its_source_and_builds_its_statement():
    made = declare(strength="tight", uses=("toy.other",))
    assert (made.id, made.name, made.__doc__, made.__module__) == ("toy.bounded", "bounded", "Say so.", __name__)
    assert made.expected is Evidence.CERTIFIED
    assert made.statement() == AtMost(1, 2)
    assert (made.strength, made.uses, made.form, made.controls) == ("tight", ("toy.other",), "derived", [])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"expected": "true"}, "expected is 'true'; allowed: proved"),
        ({"strength": "strong"}, "strength is 'strong'"),
        ({"form": "as read"}, "form is 'as read'; allowed: as printed, as in the published code"),
    ],
)
def test_unknown_words_are_refused(changes, why):
    with pytest.raises(ValueError, match=why):
        declare(**changes)
    assert "lemma" in STRENGTHS
    assert [declare(form=form).form for form in FORMS] == list(FORMS)


def test_every_argument_has_the_value_that_is_claimed():
    def build(value, bound=2):
        return AtMost(value, bound), Compare()

    with pytest.raises(ValueError, match=r"toy\.build: argument 'value' needs a default"):
        claim(paper="toy", where="w", says="x", expected="proved")(build)


def test_controls_change_an_argument():
    made = make("controlled")
    made.false_if("the bound were 0", bound=0)
    made.true_if("the bound were 5/2", bound=Fraction(5, 2))
    assert [(control.says, control.expect_holds) for control in made.controls] == [
        ("the bound were 0", False), ("the bound were 5/2", True),
    ]  # fmt: skip
    for arguments, why in (
        ({"limit": 3}, "changes 'limit'; arguments are"),
        ({"bound": 2}, "leaves 'bound' at its default 2"),
        ({"bound": Fraction(2)}, "leaves 'bound' at its default"),
        ({}, "changes no argument"),
    ):
        with pytest.raises(ValueError, match=why):
            made.false_if("nothing changed", **arguments)
    assert len(made.controls) == 2


def test_claims_are_themselves_only():
    assert make("one") != make("one")
