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


@pytest.mark.parametrize(
    "name",
    [
        "adversarial_mdp.exploring_layer",  # the longest
        "aggregate.bags_of_one_are_least_squares",  # words for names
        "dis_vs_gen.published_bayes_errors",  # a range of one point
        "wls_dpp.mean_gram_is_the_identity",  # an order among words
        "z_loss.spherical_softmax_at_the_target",  # names of a letter and an index, and no condition
        "drori_teboulle.first_branch_for_every_step_size",  # vectors
        "kiefer_wolfowitz.cube_corners",  # a power among words
        "ldr.at_least_the_mean",  # a variable e beside exponentials
        "comp_sum.tends_to_logistic_from_above",  # a limit
        "tewari_bartlett.crammer_singer_minimum",  # linear programs
        "comp_sum.threshold",  # a root
        "ldr.cone_value_three_classes",  # cones
        "hedge.chain_at_ten",  # relations between named numbers
        "dis_vs_gen.sampled_excess_slope",  # slopes of means
    ],
)
def test_statements_of_every_look_can_be_shown(name):
    assert not broken(collect().claims[name].statement().latex())


@pytest.mark.parametrize("latex", [r"x\quadM", r"a\impliesb", r"\frac{1}{2"])
def test_what_cannot_be_shown_is_noticed(latex):
    assert broken(latex)
