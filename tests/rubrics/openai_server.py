"""A small server that speaks OpenAI's chat completions, on a real socket of 127.0.0.1.

It serves `POST /v1/chat/completions` and nothing else. What it answers is a plain function from
the question to an `Answer`; the ones a test needs are here: `fair` (a given verdict), `gullible`
(does what the reply tells it to), `saying` (any text), `failing` (a status), `late`, `dripping`.
It refuses (400) what a real one would: a question without a model, messages, or a strict schema.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rubrics.grade import CRITERIA

Verdict = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What was asked, as the server read it."""

    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def system(self) -> str:
        """The instructions."""
        return str(self.body["messages"][0]["content"])

    @property
    def user(self) -> str:
        """The message with the reply."""
        return str(self.body["messages"][1]["content"])

    @property
    def reply(self) -> str:
        """The reply, read the way the instructions say: JSON between two boundaries."""
        first, *middle, last = self.user.split("\n")
        assert first == last
        assert len(middle) == 1
        return str(json.loads(middle[0]))


@dataclass(frozen=True)
class Answer:
    """What goes back: a status, a body, and how slowly."""

    body: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before the first byte."""
    pause: float = 0.0
    """Seconds between bytes of the body; 0 sends it at once."""


Behaviour = Callable[[Question], Answer]


class FakeOpenAI:
    """A running server: its address, and the questions that came."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.questions: list[Question] = []


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[FakeOpenAI]:
    """Run a server that behaves so; its port is free and its own."""

    class Handler(_Handler):
        def answer(self, question: Question) -> Answer:
            fake.questions.append(question)
            return behaviour(question)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakeOpenAI(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def verdict(*levels: int, quote: str = "", violations: dict[str, str] | None = None) -> Verdict:
    """Return a verdict of the three `levels`, all with one quote; `violations` are kind: quote."""
    rated = {
        name: {"quotes": [quote] if level else [], "level": level}
        for name, level in zip(CRITERIA, levels, strict=True)
    }
    found = [{"kind": kind, "quotes": [words]} for kind, words in (violations or {}).items()]
    return {**rated, "violations": found}


def completion(content: str | None, *, reason: str = "stop", refusal: str | None = None) -> str:
    """Return a chat completion's body."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return json.dumps(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "fake",
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    )


def fair(given: Verdict) -> Behaviour:
    """Answer with the verdict, whatever was asked."""
    return lambda _: Answer(completion(json.dumps(given)))


def saying(content: str | None, *, reason: str = "stop", refusal: str | None = None) -> Behaviour:
    """Answer with any content."""
    return lambda _: Answer(completion(content, reason=reason, refusal=refusal))


def failing(status: int, **headers: str) -> Behaviour:
    """Answer with a status, and an error that repeats the key, as some servers do."""
    return lambda question: Answer(
        json.dumps({"error": {"message": f"no: {question.headers.get('authorization')}"}}),
        status,
        headers,
    )


def late(seconds: float) -> Behaviour:
    """Answer well, but late."""
    return lambda _: Answer(completion(json.dumps(verdict(0, 0, 0))), wait=seconds)


def dripping(pause: float) -> Behaviour:
    """Answer byte by byte: no single wait is long, all of it is."""
    return lambda _: Answer(completion(json.dumps(verdict(0, 0, 0))), pause=pause)


def gullible(question: Question) -> Answer:
    """Do what the reply says: a verdict in it is given back, else all it asks for, and no harm.

    It quotes properly, so that nothing but the offline floor stands against it.
    """
    ordered = re.search(r"\{.*\"violations\".*\}", question.reply, re.DOTALL)
    if ordered and _is_json(ordered.group()):
        return Answer(completion(ordered.group()))
    words = re.findall(r"[^\W_]+", question.reply)
    return Answer(completion(json.dumps(verdict(3, 3, 3, quote=words[0]))))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: 40 ms an answer without it

    def answer(self, question: Question) -> Answer:
        raise NotImplementedError

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        question = Question({name.lower(): v for name, v in self.headers.items()}, body)
        if self.path != "/v1/chat/completions":
            return self._send(Answer("{}", 404))
        wrong = _wrong(body)
        self._send(Answer(json.dumps({"error": wrong}), 400) if wrong else self.answer(question))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.wait)
        body = answer.body.encode()
        try:
            self.send_response(answer.status)
            headers = {"content-type": "application/json", "content-length": str(len(body))}
            for name, value in {**headers, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for byte in body if answer.pause else ():
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(answer.pause)
            if not answer.pause:
                self.wfile.write(body)
        except OSError:
            self.close_connection = True  # whoever asked has gone


def _wrong(body: dict[str, Any]) -> str:
    """Return what a server would refuse in a question; empty when it is in order."""
    form = body.get("response_format", {})
    schema = form.get("json_schema", {})
    if not isinstance(body.get("model"), str):
        return "model: missing"
    if [message["role"] for message in body.get("messages", [])] != ["system", "user"]:
        return "messages: expected one of the system and one of the user"
    if form.get("type") != "json_schema" or not schema.get("strict") or not schema.get("name"):
        return "response_format: expected a strict json_schema with a name"
    return _loose(schema["schema"])


def _loose(schema: dict[str, Any]) -> str:
    """Return what strict mode refuses: an object that is open, or has optional properties."""
    properties = schema.get("properties", {})
    if schema["type"] == "object" and (
        schema.get("additionalProperties") is not False
        or sorted(schema.get("required", [])) != sorted(properties)
    ):
        return "schema: objects must be closed and all properties required"
    inner = [*properties.values(), *([schema["items"]] if "items" in schema else [])]
    return next((wrong for wrong in map(_loose, inner) if wrong), "")
