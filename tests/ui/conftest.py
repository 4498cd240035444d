"""A real server in a process of its own, and a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server"), free_port()) as (url, _):
        yield url


SCRIPTED = (sys.executable, "-W", "ignore", "-m", "tests.ui.scripted_server")
REAL = (str(Path(sys.executable).with_name("calmline")), "serve", "--port")


@pytest.fixture(scope="module")
def real_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server as it is shipped: its scenarios, its encoder, its grader."""
    with serving(tmp_path_factory.mktemp("real"), free_port(), command=REAL) as (url, _):
        yield url


@contextmanager
def serving(
    folder: Path, port: int, *, command: tuple[str, ...] = SCRIPTED
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a server on `folder`, wait until it is ready, and kill it at the end."""
    log = folder / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [*command, str(port)],
            env={**os.environ, "CALMLINE_DATA": str(folder)},
            stdout=out,
            stderr=out,
            cwd=Path(__file__).parents[2],
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, log)
        yield url, server
    finally:
        server.kill()
        server.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(url: str, log: Path) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{url}/readyz").json()["state"] == "ready":
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
