"""Figures for the HTML report: read from a folder that ``lossproof figures`` wrote, and shown beside their papers.

The engine knows no figure: a manifest in the folder names them, with the hash of each file. A figure belongs to the
papers that its entry names (``papers``), or else to those of its simulator, which is looked up by name among the
entry points of the group ``lossproof.simulators``.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from theory.engine.errors import BadInput
from theory.engine.report.elements import fragment, text

SCHEMA, MANIFEST, SIMULATORS = "lossproof.figures/1", "manifest.json", "lossproof.simulators"
WIDTH = 1000  # pixels; a picture is shown that wide at most
MOST = 6 * 2**20  # bytes of all pictures in a report, which base64 makes 8 MiB
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Picture:
    """A figure as it is shown.

    Attributes
    ----------
    name, title
        Of the figure.
    papers
        Keys of the papers that it belongs to; none if it belongs to no single one.
    png
        A PNG file.
    """

    name: str
    title: str
    papers: tuple[str, ...]
    png: bytes


def read(folder: str | Path) -> tuple[Picture, ...]:
    """Return the figures of a folder, in the order of their names.

    Raises
    ------
    BadInput
        If the folder has no manifest of figures, or a picture is missing or not the one that the manifest names.
    """
    path = Path(folder) / MANIFEST
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["schema"] != SCHEMA:
            raise ValueError(f"its schema is {found['schema']!r:.80}")
        entries = sorted(found["figures"].items())
        return tuple(_picture(Path(folder), name, entry) for name, entry in entries)
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be read: {error.strerror}; `lossproof figures` writes it") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{path} is not a manifest of figures: {error}; `lossproof figures` writes one") from error


def _picture(folder: Path, name: str, entry: Mapping[str, Any]) -> Picture:
    if not _NAME.fullmatch(name):
        raise ValueError(f"no figure can be called {name!r:.80}")
    png = (folder / f"{name}.png").read_bytes()
    if not png.startswith(_SIGNATURE) or hashlib.sha256(png).hexdigest() != entry["files"][f"{name}.png"]:
        raise BadInput(f"{folder / name}.png is not the file that was made; `lossproof figures {name}` makes it again")
    return Picture(name, str(entry["says"]), _papers(entry), small(png))


def small(png: bytes) -> bytes:
    """Return a picture at most `WIDTH` pixels wide, in at most 256 colours, or the file itself if that is shorter.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    from PIL import Image  # comes with matplotlib

    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
            picture = opened.convert("RGB")
    except Exception as error:  # a damaged file raises errors of many kinds
        raise ValueError(f"a picture cannot be read: {error}") from error
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.quantize(256, dither=Image.Dither.NONE).save(file, "png", optimize=True)
    return min(png, file.getvalue(), key=len)


def _papers(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the papers of an entry; a simulator that is not installed, or broken, leaves the figure without any."""
    if "papers" in entry:
        if not isinstance(entry["papers"], list):
            raise ValueError(f"papers of a figure are a list, not {entry['papers']!r:.80}")
        return tuple(str(key) for key in entry["papers"])
    wanted = entry["specification"].get("simulator", "")
    for point in metadata.entry_points(group=SIMULATORS, name=wanted) if wanted else ():
        try:
            return tuple(point.load().papers)
        except Exception:  # noqa: BLE001 - anyone's module: the picture is shown all the same
            return ()
    return ()


class Gallery:
    """The pictures of a report; each is embedded once, where it is first asked for, and linked to afterwards."""

    def __init__(self, pictures: Iterable[Picture]) -> None:
        self._pictures = tuple(pictures)
        self._shown: set[str] = set()
        self._left = MOST

    def of_paper(self, key: str) -> str:
        """Return HTML for the figures of a paper."""
        return self._figures([picture for picture in self._pictures if key in picture.papers])

    def rest(self, *, every: bool) -> str:
        """Return the section of the figures of no paper, or, if ``every``, of all that are not shown yet."""
        shown = self._figures(
            [picture for picture in self._pictures if picture.name not in self._shown and (every or not picture.papers)]
        )
        return f'<section id="figures"><h2>Other figures</h2>{shown}</section>' if shown else ""

    def _figures(self, found: Sequence[Picture]) -> str:
        return f'<div class="figures">{"".join(map(self._figure, found))}</div>' if found else ""

    def _figure(self, picture: Picture) -> str:
        place, title = fragment("figure", picture.name), text(picture.title)
        if picture.name in self._shown:
            return f'<p class="small">Figure: <a href="#{place}">{title}</a></p>'
        self._shown.add(picture.name)
        caption = f"<figcaption>{title} <code>{text(picture.name)}</code></figcaption>"
        if len(picture.png) > self._left:
            return f'<figure id="{place}"><p class="none">Left out, to keep this file small.</p>{caption}</figure>'
        self._left -= len(picture.png)
        source = base64.b64encode(picture.png).decode("ascii")
        return (
            f'<figure id="{place}"><button type="button" class="thumb" aria-expanded="false" '
            f'aria-label="Enlarge: {title}"><img alt="{title}" loading="lazy" src="data:image/png;base64,{source}">'
            f"</button>{caption}</figure>"
        )
