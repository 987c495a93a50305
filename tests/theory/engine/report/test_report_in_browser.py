"""The report in headless Chromium: it opens without errors, is used by keys alone, shows formulas, fits a telephone."""

import os
import time
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser
from report_documents import entry, sampled
from test_figures import png
from toy_claims import make

from theory.engine.evidence import Witness
from theory.engine.report.figures import Picture
from theory.engine.report.html import render
from theory.engine.report.json_report import document
from theory.engine.verify import Report

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="neither chromium nor google-chrome is on the path")

LONG = r"\sum_{k=1}^{n}\left(\frac{x_k-\sqrt{y_k}}{1+\sigma^2}\right)^{2} \le " + " + ".join(
    rf"\frac{{{k}}}{{n+{k}}}" for k in range(40)
)
REJECTED, SUPPORTED, FAR = "toy.rejected", "toy.supported", "second.a_name_" + "that_is_long_" * 9
WIDTHS = (1200, 400, 320)
LIGHT, DARK = "rgb(252, 252, 251)", "rgb(20, 23, 26)"


def page():
    """Return a report with two papers of two topics, every kind of row, long words and formulas, and a figure."""
    found = sampled()
    witness = Witness("excess", {"by": "9" * 400}, "9" * 400)
    far = entry(
        make(FAR.removeprefix("second."), paper="second", says=LONG, expected="refuted", form="as usually quoted"),
        "refuted",
        witness=witness,
        summary=witness.summary,
    )
    other = document(Report((far,), ()))["claims"][0] | {"module": "theory.geometry.claims_far"}
    found["claims"].append(other)
    found["papers"].append({"key": "second", "title": "Beyond the first", "cite": "A. Author: Beyond the first."})
    found["summary"]["evidence"]["refuted"] += 1
    found["coverage"].append({"key": "late", "title": "Unbreakable" * 12, "cite": "", "ring": 3})
    return render(found, [Picture("curve", "A curve", ("toy",), png(900, 400))])


class Reader:
    """Somebody who reads the report without a mouse."""

    def __init__(self, browser, file):
        self.browser, self.file, self.press, self.type = browser, file, browser.press, browser.type

    def open(self, width=1200):
        self.browser.open(self.file, width=width)
        return self

    def each(self, selector, what):
        """Return an expression in ``part`` for each element that a selector finds."""
        return self.browser.value(f"Array.from(document.querySelectorAll({selector!r})).map(part => {what})")

    def one(self, selector, what):
        return self.each(selector, what)[0]

    def shown(self):
        """Return the claims that can be seen."""
        return [
            name.removeprefix("claim-")
            for name, seen in self.each("details.claim", "[part.id, part.checkVisibility()]")
            if seen
        ]

    def opened(self):
        return [name.removeprefix("claim-") for name in self.each("details[open]", "part.id")]

    def here(self):
        """Return what has the focus, and whether that is seen."""
        words = "[part.id || part.dataset.kind || part.getAttribute('href') || part.className || part.textContent,"
        return self.one(":focus", f"{words} getComputedStyle(part).outlineStyle !== 'none']")

    def until(self, condition):
        """Wait for what the browser does when it has time: following a link is not part of pressing the key."""
        for _ in range(1000):
            if condition():
                return
            time.sleep(0.01)
        raise AssertionError("it never came to that")

    def go(self, place):
        """Press Tab until something has the focus."""
        for _ in range(60):
            self.press("Tab")
            if self.each(place, "part === document.activeElement") == [True]:
                return
        raise AssertionError(f"{place} is not reached by Tab")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(page(), "utf-8")
    return file


@pytest.fixture
def reader(browser, file):
    """A freshly opened report, of which the console must have heard nothing at the end."""
    reader = Reader(browser, file).open()
    yield reader
    assert browser.faults == []


@pytest.mark.parametrize("width", WIDTHS)
def test_formulas_and_pictures_are_shown_and_the_page_is_no_wider_than_the_screen(reader, width):
    reader.open(width)
    reader.each("details", "part.open = true")
    sizes = reader.each("math", "[part.getBoundingClientRect().width, part.getBoundingClientRect().height]")
    assert len(sizes) >= 8  # the formula and the statement of three claims, and two errata
    assert all(min(size) > 0 for size in sizes)
    assert reader.each("img", "part.complete && part.naturalWidth") == [900]
    seen, whole = reader.one("html", "[part.clientWidth, part.scrollWidth]")
    assert width - 20 <= seen <= width
    assert whole <= seen
    inside = "part.checkVisibility() && !part.closest('.scroll, .wide, .says, dd.formula')"
    cut = f"{inside} && part.getBoundingClientRect().right > {seen + 1} && part.outerHTML.slice(0, 80)"
    assert not any(reader.each("body *", cut))


def test_what_the_console_hears_is_noticed(browser, tmp_path):
    (tmp_path / "bad.html").write_text(
        page().replace("</body>", "<script>no_such()</script><img src=http://no.test></body>")
    )
    browser.open(tmp_path / "bad.html")
    browser.value("console.warn('careful')")
    heard = " ".join(browser.faults)
    assert all(part in heard for part in ("no_such is not defined", "Content Security Policy", "careful"))


def test_tab_passes_everything_that_acts_in_the_order_of_the_page_and_shifted_goes_back(reader):
    order = []
    for _ in range(60):
        reader.press("Tab")
        if not reader.each(":focus", "part.id"):
            break  # out of the page
        assert reader.here()[1], reader.here()
        order.append(reader.here()[0])
    acting = "a, input, select, button, summary"
    places = (
        "Array.from(document.querySelectorAll('a, input, select, button, summary')).indexOf(document.activeElement)"
    )
    assert order[:4] == ["#errata", "#papers", "#coverage", "#meanings"]
    assert order[4:10] == ["words", "topic", "paper", "supported", "refuted", "clear"]
    assert len(order) >= len(reader.each(acting, "0"))
    reader.go("#clear")
    reader.press("Tab", "Tab", "Tab", shift=True)
    assert reader.here() == ["paper", True]
    assert reader.browser.value(places) == 6


def test_words_that_are_typed_filter_and_escape_resets_everything(reader):
    everything = reader.shown()
    assert everything == [REJECTED, SUPPORTED, FAR]
    reader.go("#words")
    reader.type("toy.SUPP")
    assert reader.shown() == [SUPPORTED]
    assert reader.one("#shown", "part.textContent") == "1 of 3 claims"
    assert sum(reader.each("section.errata, section.paper", "part.checkVisibility()")) == 1
    reader.press("Escape")
    assert reader.shown() == everything
    assert reader.one("#words", "part.value") == ""
    reader.type("beyond")  # in the title of its paper
    assert reader.shown() == [FAR]
    reader.type(" no such words")
    assert reader.shown() == []
    reader.go("button[data-kind=refuted]")
    reader.press("Space")
    reader.go("#words")
    reader.press("Escape")
    assert reader.shown() == everything
    assert reader.each(".tools button[data-kind]", "part.ariaPressed") == ["false", "false"]


def test_verdicts_papers_and_topics_are_chosen_by_keys_and_cleared(reader):
    reader.go("button[data-kind=refuted]")
    reader.press("Space")
    assert reader.shown() == [REJECTED, FAR]
    errata = reader.each("tr[data-claim]", "part.checkVisibility() && part.dataset.claim")
    assert errata == [f"claim-{name}" for name in (REJECTED, FAR)]
    reader.press("Enter")
    assert len(reader.shown()) == 3
    reader.go("#paper")
    reader.press("ArrowDown")
    assert reader.one("#paper", "part.value") == "second"
    assert reader.shown() == [FAR]
    reader.go("#topic")
    reader.press("End")  # the last of the list
    assert reader.one("#topic", "part.value") == "toy_claims"
    assert reader.shown() == []
    reader.go("#clear")
    reader.press("Enter")
    assert len(reader.shown()) == 3
    reader.go("#topic")
    reader.press("ArrowDown")
    assert reader.one("#topic", "part.value") == "geometry"
    assert reader.shown() == [FAR]


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_claim_is_opened_and_closed_by_keys(reader, key):
    reader.go(f"details[id='claim-{SUPPORTED}'] summary")
    reader.press(key)
    assert reader.opened() == [SUPPORTED]
    assert reader.one(f"details[id='claim-{SUPPORTED}'] dl", "part.checkVisibility()")
    reader.press(key)
    assert reader.opened() == []


def test_a_link_opens_its_claim_also_where_that_is_filtered_out(reader):
    reader.go("#words")
    reader.type("supported")
    reader.browser.value(f"location.hash = '#claim-{REJECTED}'")
    reader.until(lambda: reader.opened() == [REJECTED])
    assert len(reader.shown()) == 3
    reader.open()
    reader.go(f"td a[href='#claim-{FAR}']")
    reader.press("Enter")
    reader.until(lambda: reader.opened() == [FAR])
    assert reader.one(f"details[id='claim-{FAR}']", "part.getBoundingClientRect().top") < 300
    for place in ("#%", "#nowhere", "#"):
        reader.browser.value(f"location.hash = {place!r}")
    assert reader.opened() == [FAR]


def test_a_picture_is_enlarged_and_made_small_by_keys(reader):
    reader.go(".thumb")
    for key, large in (("Enter", True), ("Space", False)):
        reader.press(key)
        assert reader.one("figure", "part.classList.contains('large')") is large
        assert reader.one(".thumb", "part.ariaExpanded") == str(large).lower()


def test_dark_is_for_screens_and_paper_has_no_tools(reader):
    def look():
        return reader.one("body", "getComputedStyle(part).backgroundColor"), reader.one(
            ".tools", "part.checkVisibility()"
        )

    reader.browser.media(scheme="dark")
    assert look() == (DARK, True)
    reader.browser.media("print", "dark")
    assert look() == (LIGHT, False)
    reader.browser.media()
    assert look() == (LIGHT, True)


@pytest.mark.skipif(not os.environ.get("LOSSPROOF_SCREENSHOTS"), reason="LOSSPROOF_SCREENSHOTS is not set")
@pytest.mark.parametrize(("name", "width"), [("wide", 1200), ("narrow", 360)])
def test_screenshots_are_kept(reader, name, width):
    (ROOT / "out").mkdir(exist_ok=True)
    picture = ROOT / "out" / f"report-{name}.png"
    reader.browser.open(reader.file, width=width, height=1500)
    reader.browser.screenshot(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
