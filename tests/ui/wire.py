"""The page's private handlers over plain HTTP, as the page itself calls them."""

from __future__ import annotations

import json
from typing import Any

import httpx


def client(base_url: str) -> httpx.Client:
    """Return a browser of its own: it has its own cookie."""
    found = httpx.Client(base_url=base_url, timeout=30)
    found.get("/practice/")
    return found


def handler(found: httpx.Client, inputs: int) -> list[int]:
    """Return the fn_index of the handlers with so many inputs."""
    config = found.get("/practice/config").json()
    return [d["id"] for d in config["dependencies"] if len(d["inputs"]) == inputs]


def call(found: httpx.Client, fn_index: int, values: list[Any], session_hash: str) -> str:
    """Run a private handler as the page does: join the queue, read the stream."""
    body = {"data": values, "fn_index": fn_index, "session_hash": session_hash}
    joined = found.post("/practice/gradio_api/queue/join", json=body)
    joined.raise_for_status()
    told = []
    with found.stream(
        "GET", "/practice/gradio_api/queue/data", params={"session_hash": session_hash}
    ) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                message = json.loads(line[5:])
                told.append(message)
                if message["msg"] in ("process_completed", "close_stream"):
                    break
    return json.dumps(told)


def started(found: httpx.Client, session_hash: str) -> str:
    """Start the small scenario; return the session's id."""
    for fn_index in handler(found, 0):
        told = call(found, fn_index, [], session_hash)
        if "Ada Small" in told and '"session"' in told:
            return str(json.loads(told)[-1]["output"]["data"][0]["session"])
    raise AssertionError("no handler started a session")
