import base64
import hashlib
import io
import json
import re

import pytest
from fake_distribution import install
from PIL import Image
from report_documents import ordinary

from theory.engine.errors import BadInput
from theory.engine.report import figures
from theory.engine.report.figures import Gallery, Picture, read, small
from theory.engine.report.html import render

SIMULATORS = "class Toy:\n    papers = ('toy', 'other')\nTOY = Toy()\n"


def png(width=40, height=20, shade=0):
    file = io.BytesIO()
    Image.new("RGB", (width, height), (shade, 90, 200)).save(file, "png")
    return file.getvalue()


def write(folder, name="curve", content=None, digest=None, **entry):
    content = png() if content is None else content
    (folder / f"{name}.png").write_bytes(content)
    found = {
        "says": "A <curve>",
        "specification": {"simulator": "toy_sim"},
        "files": {f"{name}.png": digest or hashlib.sha256(content).hexdigest()},
    }
    manifest = {"schema": "lossproof.figures/1", "figures": {name: found | entry}}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def embedded(page):
    return [base64.b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]*)"', page)]


def test_a_figure_belongs_to_the_papers_of_its_simulator(tmp_path, monkeypatch):
    (tmp_path / "toy-sims").mkdir()
    install(
        tmp_path / "toy-sims",
        monkeypatch,
        modules={"toy_sims_module": SIMULATORS},
        entries={"toy_sim": "toy_sims_module:TOY", "broken_sim": "no_such_module_at_all:X"},
        group="lossproof.simulators",
    )
    write(tmp_path)
    assert [(found.name, found.title, found.papers) for found in read(tmp_path)] == [
        ("curve", "A <curve>", ("toy", "other"))
    ]
    write(tmp_path, papers=["mine"])
    assert read(tmp_path)[0].papers == ("mine",)
    for simulator in ("broken_sim", "not_installed"):
        write(tmp_path, specification={"simulator": simulator})
        assert read(tmp_path)[0].papers == ()
    write(tmp_path, specification={})
    assert read(tmp_path)[0].papers == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"digest": "0" * 64}, "is not the file that was made"),
        ({"content": b"<svg onload=alert(1)>"}, "is not the file that was made"),
        ({"content": b"\x89PNG\r\n\x1a\nand no more"}, "cannot be read"),
        ({"files": {}}, "not a manifest"),
        ({"specification": 3}, "not a manifest"),
        ({"papers": "comp_sum"}, "papers of a figure are a list, not 'comp_sum'"),
    ],
)
def test_what_is_not_the_figure_that_was_made_is_refused(tmp_path, change, message):
    write(tmp_path, **change)
    with pytest.raises(BadInput, match=message):
        read(tmp_path)


def test_a_folder_without_figures_is_refused(tmp_path):
    with pytest.raises(BadInput, match="lossproof figures"):
        read(tmp_path)
    for text in ("", "[]", '{"schema": "other", "figures": {}}', '{"figures": {}}'):
        (tmp_path / "manifest.json").write_text(text, "utf-8")
        with pytest.raises(BadInput, match="not a manifest"):
            read(tmp_path)


def test_no_name_leads_out_of_the_folder(tmp_path):
    (tmp_path / "inside").mkdir()
    write(tmp_path, "secret")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["figures"] = {"../secret": manifest["figures"]["secret"]}
    (tmp_path / "inside" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(BadInput, match="no figure can be called"):
        read(tmp_path / "inside")


def test_wide_pictures_are_made_smaller_and_keep_their_shape():
    with Image.open(io.BytesIO(small(png(3000, 1500)))) as found:
        assert found.size == (figures.WIDTH, figures.WIDTH // 2)
    assert len(small(png())) <= len(png())


def test_the_report_embeds_a_figure_once_beside_its_paper_and_escapes_its_words():
    shown = Picture("curve", "A <curve>", ("toy", "other"), png())
    alone = Picture("map", "All of it", (), png(shade=1))
    absent = Picture("else", "Of a paper that is not in this run", ("elsewhere",), png(shade=2))
    page = render(ordinary() | {"selection": ["toy"]}, [shown, alone, absent])
    assert embedded(page) == [shown.png, alone.png]
    assert embedded(render(ordinary(), [absent, shown, alone])) == [shown.png, absent.png, alone.png]  # a whole run
    toy = page[page.index('id="paper-toy"') : page.index('id="figures"')]
    assert 'alt="A &lt;curve&gt;"' in toy
    assert 'alt="All of it"' in page[page.index('id="figures"') :]
    assert "img-src data:" in page


def test_a_figure_of_two_papers_is_linked_the_second_time_and_large_ones_are_left_out(monkeypatch):
    gallery = Gallery([Picture("curve", "A curve", ("one", "two"), png())])
    assert len(embedded(gallery.of_paper("one"))) == 1
    assert gallery.of_paper("two") == (
        '<div class="figures"><p class="small">Figure: <a href="#figure-curve">A curve</a></p></div>'
    )
    assert gallery.of_paper("three") == gallery.rest(every=True) == ""
    monkeypatch.setattr(figures, "MOST", len(png()) - 1)
    assert "Left out" in Gallery([Picture("curve", "A curve", ("one",), png())]).of_paper("one")
    monkeypatch.setattr(figures, "MOST", 2 * len(png()) - 1)  # room for one of two
    page = Gallery([Picture(name, name, ("one",), png()) for name in ("first", "second")]).of_paper("one")
    assert page.index("data:image") < page.index("Left out") < page.index("<code>second")
    assert len(embedded(page)) == 1
