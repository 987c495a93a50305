import pytest

from theory.engine.conformance.reference import PROBABILITY_BIT, SCORES_LABEL, Input, Minimum, Reference


def test_something_must_be_differentiated():
    with pytest.raises(ValueError, match="no input is differentiated"):
        Reference("demo", "nothing", "", "", (Input("labels", "label"),), lambda y: y)


def test_a_minimum_needs_scores_and_labels():
    minimum = Minimum("", lambda p: p, lambda p: 0, ())
    with pytest.raises(ValueError, match="needs scores and labels"):
        Reference("demo", "bits", "", "", PROBABILITY_BIT, lambda p, y: p, minimum=minimum)
    assert Reference("demo", "scores", "", "", SCORES_LABEL, lambda s, y: s, minimum=minimum).id == "demo.scores"


def test_parameters_cannot_be_changed_afterwards():
    given = {"tau": 1}
    reference = Reference("demo", "scores", "", "", SCORES_LABEL, lambda s, y: s, parameters=given)
    given["tau"] = 2
    assert reference.parameters["tau"] == 1
    with pytest.raises(TypeError):
        reference.parameters["tau"] = 3
