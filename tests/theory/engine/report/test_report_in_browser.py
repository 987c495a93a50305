"""The report in headless Chromium: it opens without errors, filters, shows formulas, and fits a telephone."""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_documents import entry, sampled
from test_figures import png
from toy_claims import make

from theory.engine.evidence import Witness
from theory.engine.report.figures import Picture
from theory.engine.report.html import render
from theory.engine.report.json_report import document
from theory.engine.verify import Report

ROOT = Path(__file__).parents[4]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="neither chromium nor google-chrome is on the path")

LONG = r"\sum_{k=1}^{n}\left(\frac{x_k-\sqrt{y_k}}{1+\sigma^2}\right)^{2} \le " + " + ".join(
    rf"\frac{{{k}}}{{n+{k}}}" for k in range(40)
)
LISTEN = """<script>
window.faults = [];
window.addEventListener("error", event => faults.push("error: " + event.message), true);
window.addEventListener("securitypolicyviolation", event => faults.push("policy: " + event.violatedDirective));
for (const kind of ["error", "warn"]) console[kind] = (...words) => faults.push(kind + ": " + words.join(" "));
</script>"""
PROBE = """<pre id="probe"></pre><script>
(function () {
  const all = selector => Array.from(document.querySelectorAll(selector));
  const shown = () => all("details.claim:not([hidden])").filter(c => c.offsetHeight > 0)
    .map(c => c.id.replace("claim-", ""));
  const words = document.getElementById("words");
  const type = text => { words.value = text; words.dispatchEvent(new Event("input")); return shown(); };
  const choose = (id, value) => { const list = document.getElementById(id); list.value = value;
    list.dispatchEvent(new Event("change")); return shown(); };
  const press = button => { button.click(); return shown(); };
  const found = {start: shown()};
  found.refuted = press(document.querySelector('.tools button[data-kind="refuted"]'));
  found.errata = all("tr[data-claim]:not([hidden])").map(row => row.dataset.claim.replace("claim-", ""));
  found.cleared = press(document.getElementById("clear"));
  found.searched = type("toy.SUPP");
  found.sections = all("section.errata:not([hidden]), section.paper:not([hidden])").length;
  found.counted = document.getElementById("shown").textContent;
  found.titled = type("beyond");
  found.nothing = type("no such words");
  type("");
  found.paper = choose("paper", "second");
  found.both = choose("topic", "toy_claims");
  press(document.getElementById("clear"));
  found.topic = choose("topic", "geometry");
  document.getElementById("clear").click();
  const follow = place => { location.hash = place; window.dispatchEvent(new Event("hashchange")); };
  type("no such words");
  follow("#claim-toy.supported");
  found.followed = [shown().length, all("details[open]").map(c => c.id)];
  follow("#%");
  follow("");
  found.focusable = all("input, select, button, summary, a").filter(part => {
    part.focus();
    return document.activeElement === part && getComputedStyle(part).outlineStyle !== "none";
  }).length;
  found.controls = all("input, select, button, summary, a").length;
  all("details").forEach(claim => { claim.open = true; });
  const sizes = all("math").map(formula => formula.getBoundingClientRect());
  found.formulas = sizes.length;
  found.flat = sizes.filter(size => !(size.width > 0 && size.height > 0)).length;
  document.querySelectorAll(".thumb")[0].click();
  found.enlarged = all("figure.large").length;
  found.pictures = all("img").map(picture => picture.complete && picture.naturalWidth);
  const page = document.documentElement;
  found.wide = page.clientWidth;
  found.overflow = page.scrollWidth - page.clientWidth;
  found.cut = all("body *").filter(part => part.checkVisibility() && !part.closest(".scroll, .wide, .says, dd.formula")
    && part.getBoundingClientRect().right > page.clientWidth + 1).map(part => part.outerHTML.slice(0, 80));
  found.faults = window.faults;
  document.getElementById("probe").textContent = JSON.stringify(found);
})();
</script>"""


def page():
    """Return a report with two papers of two topics, every kind of row, long words and formulas, and a figure."""
    found = sampled()
    witness = Witness("excess", {"by": "9" * 400}, "9" * 400)
    far = entry(
        make("a_name_" + "that_is_long_" * 9, paper="second", says=LONG, expected="refuted", form="as usually quoted"),
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


def chromium(folder, *arguments):
    """Run the browser and return what it prints."""
    command = [
        BROWSER,
        "--headless",
        "--disable-gpu",
        "--no-first-run",
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=5000",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def probed(text):
    head, body = text.split("<title>", 1)
    return head + LISTEN + "<title>" + body.replace("</body>", PROBE + "</body>")


def outcome(dom):
    return json.loads(html.unescape(re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)[1]))


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wide")
    (folder / "report.html").write_text(probed(page()), "utf-8")
    return outcome(chromium(folder, "--window-size=1200,900", "--dump-dom", (folder / "report.html").as_uri()))


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """The same in a frame of 360 pixels: the browser's own window does not become that narrow."""
    folder = tmp_path_factory.mktemp("narrow")
    frame = f'<iframe style="width:360px;height:700px;border:0" srcdoc="{html.escape(probed(page()))}"></iframe>'
    script = (
        "<script>window.addEventListener('load', () => { document.getElementById('probe').textContent = "
        "document.querySelector('iframe').contentDocument.getElementById('probe').textContent; });</script>"
    )
    (folder / "frame.html").write_text(f'<!doctype html><pre id="probe"></pre>{frame}{script}', "utf-8")
    dom = chromium(folder, "--window-size=600,900", "--dump-dom", (folder / "frame.html").as_uri())
    return outcome(dom)


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_it_opens_without_errors_and_shows_formulas_and_pictures(width, request):
    found = request.getfixturevalue(width)
    assert found["faults"] == []
    assert found["flat"] == 0
    assert found["formulas"] >= 8  # the formula and the statement of three claims, and two errata
    assert found["pictures"] == [900]
    assert found["enlarged"] == 1


def test_claims_are_filtered_by_verdict_words_paper_and_topic(wide):
    rejected, supported, far = wide["start"]
    assert (rejected, supported) == ("toy.rejected", "toy.supported")
    assert wide["refuted"] == [rejected, far]
    assert wide["errata"] == [rejected, far]
    assert wide["cleared"] == wide["start"]
    assert wide["searched"] == [supported]
    assert wide["sections"] == 1
    assert wide["counted"] == "1 of 3 claims"
    assert wide["titled"] == [far]
    assert wide["nothing"] == []
    assert wide["paper"] == [far]
    assert wide["both"] == []
    assert wide["topic"] == [far]


def test_a_link_to_a_claim_that_is_filtered_out_shows_and_opens_it(wide):
    assert wide["followed"] == [3, ["claim-toy.supported"]]


def test_everything_that_acts_is_reached_by_the_keyboard_and_shows_it(wide):
    assert wide["focusable"] == wide["controls"] > 10


@pytest.mark.parametrize(("width", "pixels"), [("wide", 1200), ("narrow", 360)])
def test_the_page_is_no_wider_than_the_screen(width, pixels, request):
    found = request.getfixturevalue(width)
    assert pixels - 20 <= found["wide"] <= pixels
    assert found["overflow"] <= 0
    assert found["cut"] == []


@pytest.mark.skipif(not os.environ.get("LOSSPROOF_SCREENSHOTS"), reason="LOSSPROOF_SCREENSHOTS is not set")
def test_screenshots_are_kept(tmp_path):
    (ROOT / "out").mkdir(exist_ok=True)
    (tmp_path / "report.html").write_text(page(), "utf-8")
    frame = (
        '<!doctype html><body style="margin:0"><iframe style="width:360px;height:1500px;border:0" src="report.html">'
    )
    (tmp_path / "narrow.html").write_text(frame, "utf-8")
    for name, size, source in (("wide", "1200,1500", "report.html"), ("narrow", "500,1500", "narrow.html")):
        file = ROOT / "out" / f"report-{name}.png"
        chromium(tmp_path, f"--window-size={size}", f"--screenshot={file}", (tmp_path / source).as_uri())
        assert file.read_bytes().startswith(b"\x89PNG")
