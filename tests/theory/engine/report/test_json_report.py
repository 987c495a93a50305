import json

import jsonschema
import pytest
from report_documents import EVERY, differing, ordinary, sampled

from theory.engine.report.json_report import SCHEMA, document, render, schema, software, version
from theory.engine.verify import Report


@pytest.mark.parametrize("make", EVERY)
def test_documents_are_of_the_schema_and_survive_the_round_trip(make):
    content = make()
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    validator.validate(json.loads(render(content)))
    assert json.loads(render(content)) == content


def test_the_text_is_canonical_ascii():
    content = ordinary()
    text = render(content)
    assert text == render(dict(reversed(content.items())))
    assert text.isascii()
    assert text.endswith("}\n")


def test_the_schema_refuses_what_is_not_a_report():
    validator = jsonschema.Draft202012Validator(schema())
    for change in ({"schema": "lossproof.report/2"}, {"ok": "yes"}, {"claims": {}}, {"extra": 1}):
        assert not validator.is_valid(ordinary() | change)
    content = ordinary()
    content["claims"][0]["verdict"]["evidence"] = "obvious"
    assert not validator.is_valid(content)


def test_nan_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        render(ordinary() | {"seconds": float("nan")})


def test_counts():
    assert ordinary()["summary"] == {
        "claims": 2,
        "as_recorded": 2,
        "evidence": {"refuted": 1, "certified": 1},
        "controls": 1,
        "controls_as_expected": 1,
        "broken": 0,
    }
    content = differing()
    assert content["ok"] is False
    assert content["summary"]["as_recorded"] == 0
    assert content["summary"]["controls_as_expected"] == 0


def test_the_software_is_named():
    assert {"lossproof", "python", "python-flint", "sympy"} <= software().keys()
    assert version("no-such-distribution") == ""
    assert schema()["$id"] == SCHEMA


def test_errors_by_chance_are_summed_and_held_against_the_budget():
    within, beyond = sampled(2e-5), sampled(4e-4)
    assert (within["error_probability"], within["within_budget"], within["ok"]) == (pytest.approx(6e-5), True, True)
    assert (beyond["error_probability"], beyond["within_budget"], beyond["ok"]) == (pytest.approx(1.2e-3), False, False)
    assert within["claims"][0]["verdict"]["witness"]["error_probability"] == 2e-5


def test_only_a_run_of_everything_lists_the_papers_that_are_planned():
    assert document(Report((), ()))["coverage"]
    assert document(Report((), (), ("toy",)))["coverage"] == []
