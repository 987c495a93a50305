"""The report as JUnit XML, for continuous integration: one test case a claim and one a control."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

from theory.engine.report.table import error_line, remark

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(document: dict[str, Any]) -> str:
    """Return the XML text.

    A verdict that differs from the one on record, a control that came out wrong and an exceeded error budget are
    failures; what could not be used at all is an error.
    """
    root = ET.Element("testsuites")
    cases = [case for item in document["claims"] for case in _cases(item)]
    cases += [_broken(item) for item in document["broken"]] + _budget(document)
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": len(document["broken"]),
        "skipped": 0,
        "time": document["seconds"],
    }
    suite = ET.SubElement(root, "testsuite", {"name": "lossproof", "timestamp": document["created"]})
    for name, value in counts.items():
        suite.set(name, str(value))
    properties = ET.SubElement(suite, "properties")
    for name in ("error_probability", "error_budget"):
        ET.SubElement(properties, "property", {"name": name, "value": str(document[name])})
    suite.extend(cases)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _cases(item: dict[str, Any]) -> list[ET.Element]:
    verdict = item["verdict"]
    case = _case(item["id"], item["module"], str(verdict["seconds"]))
    if verdict["evidence"] != verdict["expected"]:
        message = f"{verdict['evidence']}, on record is {verdict['expected']}"
        _add(case, "failure", message, remark(item))
    ET.SubElement(case, "system-out").text = _xml(f"{verdict['scope']}\n{remark(item)}")
    cases = [case]
    for control in verdict["controls"]:
        case = _case(f"{item['id']} [control: {control['says']}]", item["module"], "0")
        if not control["as_expected"]:
            wanted = "holds" if control["expect_holds"] else "refuted"
            _add(case, "failure", f"{control['outcome']}, should be {wanted}", control["summary"])
        cases.append(case)
    return cases


def _broken(item: dict[str, str]) -> ET.Element:
    case = _case(item["entry"], "lossproof.claims", "0")
    _add(case, "error", item["reason"].partition("\n")[0], item["reason"])
    return case


def _budget(document: dict[str, Any]) -> list[ET.Element]:
    """Return a failed case if the claims that were sampled declare more errors by chance than a run may have."""
    if document["within_budget"]:
        return []
    case = _case("error budget", "lossproof", "0")
    _add(case, "failure", "the error budget is exceeded", error_line(document))
    return [case]


def _case(name: str, module: str, seconds: str) -> ET.Element:
    return ET.Element("testcase", {"name": _xml(name), "classname": _xml(module), "time": seconds})


def _add(case: ET.Element, tag: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, {"message": _xml(message)}).text = _xml(text)


def _xml(text: str) -> str:
    """Replace the characters that XML cannot hold at all, escaped or not."""
    return _NOT_XML.sub("?", text)
