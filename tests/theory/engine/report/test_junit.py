from xml.etree import ElementTree as ET

import pytest
from report_documents import EVERY, differing, ordinary, sampled

from theory.engine.report.junit import render


@pytest.mark.parametrize("make", EVERY)
def test_the_text_is_well_formed_xml_and_counts_are_right(make):
    suite = ET.fromstring(render(make()).encode("utf-8", "surrogatepass")).find("testsuite")
    cases = suite.findall("testcase")
    assert int(suite.get("tests")) == len(cases)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("errors")) == len(suite.findall("testcase/error"))


def test_claims_and_controls_are_cases():
    suite = ET.fromstring(render(ordinary())).find("testsuite")
    assert [case.get("name") for case in suite.findall("testcase")] == [
        "toy.printed",
        "toy.corrected",
        "toy.corrected [control: the bound were 0]",
    ]
    assert suite.get("failures") == "0"


def test_what_differs_fails_and_what_is_broken_is_an_error():
    suite = ET.fromstring(render(differing())).find("testsuite")
    messages = [item.get("message") for item in suite.findall("testcase/failure")]
    assert messages == ["undecided, on record is certified", "undecided, should be refuted"]
    assert suite.find("testcase/error").text == "cannot import demo: ImportError"


def test_the_error_budget_is_a_property_and_fails_when_exceeded():
    root = ET.fromstring(render(sampled()))
    values = {item.get("name"): float(item.get("value")) for item in root.iter("property")}
    assert values == {"error_probability": pytest.approx(6e-5), "error_budget": 1e-3}
    assert not list(root.iter("failure"))
    suite = ET.fromstring(render(sampled(4e-4))).find("testsuite")
    (failure,) = suite.iter("failure")
    assert "exceeded" in failure.get("message")
    assert suite.get("failures") == "1"
