"""Certificates kept with a package, for claims whose certificate was dear to find.

One file a claim, ``<top-level package>/certificates/<claim id>.json.xz``: LZMA-compressed canonical JSON with
the schema version, the digest of the statement and the certificate. A kept certificate is never believed: it
is checked against the statement like a fresh one.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from theory.engine.evidence import Certificate
from theory.engine.files import replace_file

SCHEMA = "lossproof.certificate/1"
MOST_BYTES = 64 * 2**20  # of JSON text; a file that unpacks to more is refused
_MEMORY = 128 * 2**20  # of the decompressor; the dictionary size is read from the file, hence hostile
_PLAIN = (("kind", str), ("data", dict), ("summary", str), ("uses", list))


class Unreadable(ValueError):
    """A certificate file that is damaged, too large, or of another schema."""


@dataclass(frozen=True)
class Store:
    """The certificates in one folder.

    Examples
    --------
    >>> import tempfile
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> _ = store.save("demo.a", "0f", Certificate("boxes", {"tree": "0aa"}))
    >>> digest, certificate = store.load("demo.a")
    >>> digest, certificate.data
    ('0f', {'tree': '0aa'})
    """

    folder: Path

    @classmethod
    def of_module(cls, module: str) -> Store | None:
        """Return the store of a module's top-level package; None for a module outside any package."""
        package = find_spec(module.partition(".")[0])
        if package is None or not package.submodule_search_locations:
            return None
        return cls(Path(next(iter(package.submodule_search_locations))) / "certificates")

    def path(self, claim: str) -> Path:
        """Return the file of a claim.

        Raises
        ------
        ValueError
            If the id would lead out of the folder.
        """
        if "/" in claim or "\\" in claim or "\0" in claim or claim.startswith("."):
            raise ValueError(f"claim id {claim!r} is not fit to name a file")
        return self.folder / f"{claim}.json.xz"

    def load(self, claim: str) -> tuple[str, Certificate] | None:
        """Return the digest of the statement and its certificate; None if there is no file.

        Raises
        ------
        Unreadable
            If the file is damaged, unpacks to more than `MOST_BYTES`, or has another schema.
        """
        path = self.path(claim)
        if not path.is_file():
            return None
        try:
            raw = json.loads(_unpack(path))
        except (OSError, lzma.LZMAError, EOFError, ValueError, RecursionError, MemoryError) as error:
            raise Unreadable(f"{path.name}: {error}") from error
        return _parse(raw, claim, path.name)

    def save(self, claim: str, digest: str, certificate: Certificate) -> Path:
        """Write a certificate, over an older one if there is one, and return its path."""
        document = {"schema": SCHEMA, "claim": claim, "digest": digest, "certificate": certificate.to_json()}
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
        if len(text) > MOST_BYTES:
            raise ValueError(f"the certificate of {claim} has {len(text)} bytes; at most {MOST_BYTES} are kept")
        path = self.path(claim)
        self.folder.mkdir(exist_ok=True)
        replace_file(path, lzma.compress(text.encode(), preset=6))
        return path


def _unpack(path: Path) -> bytes:
    decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"has more than {MOST_BYTES} bytes, packed")
    packed = path.read_bytes()
    content = decompressor.decompress(packed, max_length=MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"unpacks to more than {MOST_BYTES} bytes")
    if not decompressor.eof:
        raise EOFError("the file is cut short")
    if decompressor.unused_data:
        raise ValueError("something follows the compressed data")
    return content


def _parse(raw: Any, claim: str, name: str) -> tuple[str, Certificate]:
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        raise Unreadable(f"{name}: not of schema {SCHEMA}")
    digest, certificate = raw.get("digest"), raw.get("certificate")
    if raw.get("claim") != claim:
        raise Unreadable(f"{name}: is the certificate of another claim, {raw.get('claim')!s:.80}")
    if not isinstance(digest, str) or not isinstance(certificate, dict):
        raise Unreadable(f"{name}: digest or certificate is missing")
    if not all(isinstance(certificate.get(key), kind) for key, kind in _PLAIN):
        raise Unreadable(f"{name}: kind, data, summary or uses of the certificate is missing or of the wrong type")
    if not all(isinstance(claim_id, str) for claim_id in certificate["uses"]):
        raise Unreadable(f"{name}: 'uses' must list claim ids")
    return digest, Certificate.from_json(certificate)
