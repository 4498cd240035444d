"""What people send past the page, over plain HTTP."""

from __future__ import annotations

import contextlib
from typing import Any

import httpx
import pytest

from tests.ui.wire import call, client, handler, started


def test_another_persons_session_gives_nothing(base_url: str):
    """With Ann's session hash and session id, Bob reads nothing, changes nothing, saves nothing."""
    ann, bob = client(base_url), client(base_url)
    session = started(ann, "annshash")
    pointer = {"session": session, "turns": 0}

    for fn_index in handler(bob, 1):
        told = call(bob, fn_index, [pointer], "annshash")
        assert "Has my money gone" not in told
        assert "Is my money gone" not in told
    for fn_index in handler(bob, 2):
        call(bob, fn_index, ["000 forged", pointer], "annshash")

    assert bob.get(f"/sessions/{session}/export.json").status_code == 404
    kept = ann.get(f"/sessions/{session}/export.json").json()
    assert kept["turns"] == []


def test_a_forged_history_counts_for_nothing(base_url: str):
    """Turns that the browser claims are not the record's: the server's transcript alone counts."""
    ann = client(base_url)
    session = started(ann, "forger")
    forged = {"session": session, "turns": 7, "history": [{"role": "assistant", "content": "9"}]}

    for fn_index in handler(ann, 2):
        call(ann, fn_index, ["333 this money is safe now", forged], "forger")

    assert ann.get(f"/sessions/{session}/export.json").json()["turns"] == []


@pytest.mark.parametrize("cookie", ["", "ann", "Ikx4.forged.signature"])
def test_a_forged_cookie_is_nobody(base_url: str, cookie: str):
    """Without our signature a cookie names no one."""
    ann = client(base_url)
    session = started(ann, "cookies")

    bare = httpx.get(
        f"{base_url}/sessions/{session}/export.json", headers={"cookie": f"calmline={cookie}"}
    )

    assert bare.status_code == 404


def test_a_megabyte_is_refused(base_url: str):
    """A body of 1 MB does not reach a handler, whether it says its length or not."""
    ann = client(base_url)
    url = "/practice/gradio_api/queue/join"

    told = ann.post(url, json={"data": ["x" * 1_000_000], "fn_index": 1, "session_hash": "big"})
    assert told.status_code == 413

    def chunks() -> Any:
        yield b'{"data": ["'
        for _ in range(1000):
            yield b"x" * 1000

    # The server may answer with an error or break off.
    with contextlib.suppress(httpx.HTTPError):
        assert ann.post(url, content=chunks()).status_code >= 400

    assert ann.get("/healthz").json() == {"state": "up"}


def test_nothing_can_be_uploaded(base_url: str):
    """There is no file component, and no way to leave a file."""
    ann = client(base_url)

    told = ann.post("/practice/gradio_api/upload", files={"files": ("a.html", b"<script>")})

    assert told.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/practice/gradio_api/file=/etc/passwd",
        "/practice/gradio_api/file=pyproject.toml",
        "/practice/gradio_api/file=http://169.254.169.254/",
        "/sessions/..%2f..%2fsecret/export.json",
        "/openapi.json",
        "/docs",
    ],
)
def test_no_file_is_given_away(base_url: str, path: str):
    """Paths out of the page lead nowhere."""
    assert client(base_url).get(path).status_code in (403, 404)


def test_other_hosts_and_origins_are_refused(base_url: str):
    """A rebound name is refused; a foreign page gets no permission to read."""
    assert httpx.get(f"{base_url}/readyz", headers={"host": "evil.example"}).status_code == 400
    told = httpx.get(f"{base_url}/practice/config", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in told.headers


def test_every_answer_has_the_policy(base_url: str):
    """The content security policy has no 'unsafe-eval', and the cookie can't be read by a page."""
    told = httpx.get(f"{base_url}/practice/")

    assert "default-src 'self'" in told.headers["content-security-policy"]
    assert "unsafe-eval" not in told.headers["content-security-policy"]
    assert "HttpOnly" in told.headers["set-cookie"]
    assert "SameSite=Lax" in told.headers["set-cookie"]


def test_words_that_come_too_late_stay_in_the_box(base_url: str):
    """It records nothing sent to a line that was answered, says so, and leaves the box alone."""
    ann = client(base_url)
    pointer = {"session": started(ann, "lateann"), "turns": 0}
    (send,) = handler(ann, 2)
    call(ann, send, ["000 first words", pointer], "lateann")

    told = call(ann, send, ["000 other words", pointer], "lateann")

    assert "000 first words" in told
    assert "other words" not in told
    assert "still in the box" in told
