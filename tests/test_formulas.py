"""What claims say is LaTeX that can be shown."""

import pytest

from theory.engine.discovery import collect
from theory.engine.report.mathml import formula


def broken(latex):
    return formula(latex).startswith("<code")


def test_every_claim_says_what_can_be_shown():
    said = {claim.id: claim.says for claim in collect().claims.values() if claim.says}
    assert len(said) > 800
    assert [name for name, latex in said.items() if broken(latex)] == []


@pytest.mark.parametrize("latex", [r"x\quadM", r"a\impliesb", r"\frac{1}{2"])
def test_what_cannot_be_shown_is_noticed(latex):
    assert broken(latex)
