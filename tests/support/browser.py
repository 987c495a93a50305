"""A headless Chromium that is driven over its debugging pipe: real keys, sizes of screens, what the console says."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
KEYS = {  # name -> virtual key code and what it types
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    "Space": (32, " "),
    "End": (35, ""),
    "ArrowDown": (40, ""),
}
FAULTS = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
PATIENCE = 60  # seconds


class Browser:
    """A page in a browser of its own; ``faults`` holds what the page's console was told since it was opened.

    Messages are JSON, each ended by a zero byte: the browser reads them from file descriptor 3 and answers on 4.
    """

    def __init__(self, folder: Path) -> None:
        read, self._write, self._read, write = map(_high, (*os.pipe(), *os.pipe()))
        command = [CHROMIUM, "--headless", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
        command += [f"--user-data-dir={folder / 'profile'}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        actions = [(os.POSIX_SPAWN_DUP2, read, 3), (os.POSIX_SPAWN_DUP2, write, 4)]
        silence = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_RDWR, 0) for descriptor in (0, 1, 2)]
        self._process = os.posix_spawn(CHROMIUM, command, os.environ, file_actions=[*actions, *silence])
        os.close(read)
        os.close(write)
        self._number, self._buffer, self._session = 0, b"", ""
        self.faults: list[str] = []
        self._loaded = False
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        os.close(self._write)  # the browser ends with its pipe
        os.waitpid(self._process, 0)
        os.close(self._read)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        os.write(
            self._write, json.dumps(message | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        )
        while (answer := self._message()).get("id") != self._number:
            self._heard(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def _message(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            if not select.select([self._read], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"the browser said nothing for {PATIENCE} s")
            if not (more := os.read(self._read, 1 << 16)):
                raise EOFError("the browser has ended")
            self._buffer += more
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _heard(self, event: Mapping[str, Any]) -> None:
        self._loaded |= event["method"] == "Page.loadEventFired"
        if event["method"] in FAULTS:
            self.faults.append(json.dumps(event["params"])[:2000])

    def open(self, file: Path, *, width: int = 1200, height: int = 900) -> None:
        """Open a file at a size of the screen."""
        self.resize(width, height)
        self.faults, self._loaded = [], False
        self.call("Page.navigate", url=file.as_uri())
        while not self._loaded:
            self._heard(self._message())
        self.call("Page.bringToFront")

    def resize(self, width: int, height: int) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, medium: str = "", scheme: str = "light") -> None:
        """Show the page as on screen (``""``) or in ``print``, in a ``light`` or ``dark`` scheme."""
        self.call(
            "Emulation.setEmulatedMedia", media=medium, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )

    def value(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript, which must be plain data."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(json.dumps(found["exceptionDetails"])[:2000])
        return found["result"].get("value")

    def press(self, *keys: str, shift: bool = False) -> None:
        """Press keys one after another, by name."""
        for key in keys:
            code, text = KEYS[key]
            parts = {"key": text if key == "Space" else key, "code": key, "windowsVirtualKeyCode": code}
            parts["modifiers"] = 8 * shift
            self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **parts)
            self.call("Input.dispatchKeyEvent", type="keyUp", **parts)

    def type(self, text: str) -> None:
        """Type text, a character at a time."""
        for character in text:
            self.call("Input.dispatchKeyEvent", type="char", text=character)

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


def _high(descriptor: int) -> int:
    """Move a file descriptor away from 3 and 4, which the browser's take."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved
