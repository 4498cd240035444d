"""The web application: who is asking, what is let in, and the pages mounted in it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware

from bot.room import NotFound, Room
from ui import export

COOKIE = "calmline"
YEAR = 365 * 24 * 3600
MOST_BODY = 256 * 1024
"""A reply has at most 4,000 characters; no honest request of the page comes near this."""

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' blob:",
        "media-src 'self' blob: data:",
        "worker-src 'self' blob:",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'self'",
        "object-src 'none'",
    )
)
"""Without 'unsafe-eval': the one component that needs it, gr.HTML, is the one that runs text."""

HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
    '<circle cx="8" cy="8" r="7" fill="#0b6b60"/></svg>'
)
_FOLDER = Path(__file__).parent
_TYPES = {
    "html": ("text/html", export.as_html),
    "csv": ("text/csv", export.as_csv),
    "json": ("application/json", export.as_json),
}

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


def create_app(room: Room, *, secret: str) -> FastAPI:
    """Return the application on a room; `secret` signs the cookie that tells browsers apart."""
    owners = Owners(secret)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    _routes(app, room, owners)
    _mount(app, room, owners)
    # The last added is the first to see a request.
    app.add_middleware(Guard, owners=owners)
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)
    return app


class Owners:
    """Tells browsers apart by a signed cookie that a page can't read."""

    def __init__(self, secret: str) -> None:
        self._signer = URLSafeSerializer(secret, salt="owner")

    def new(self) -> str:
        """Return a cookie value for a browser that has none."""
        return self._signer.dumps(secrets.token_urlsafe(24))

    def read(self, cookies: Any) -> str | None:
        """Return the owner that the cookies name, or None when none is signed by us."""
        try:
            return str(self._signer.loads(cookies.get(COOKIE) or ""))
        except BadSignature:
            return None

    def of(self, request: Any) -> str:
        """Return the owner of a page's request. NotFound without a signed cookie."""
        owner = self.read(request.cookies)
        if owner is None:
            raise NotFound
        return owner


class Guard:
    """Headers on every answer, a cookie for every browser, and no oversized or uploaded bodies."""

    def __init__(self, app: App, owners: Owners) -> None:
        self._app, self._owners = app, owners

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        cookie = None if self._owners.read(request.cookies) else self._owners.new()
        send = _dressed(send, cookie)
        if "/gradio_api/upload" in scope["path"]:
            await PlainTextResponse("Nothing is uploaded here.", 404)(scope, receive, send)
        elif int(request.headers.get("content-length") or 0) > MOST_BODY:
            await PlainTextResponse("Too much at once.", 413)(scope, receive, send)
        else:
            await self._app(scope, _capped(receive), send)


def _dressed(send: Send, cookie: str | None) -> Send:
    async def dressed(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if cookie:
                headers.append("set-cookie", _cookie(cookie))
        await send(message)

    return dressed


def _capped(receive: Receive) -> Receive:
    """Return `receive` that breaks off a body which grows past the cap without saying so."""
    seen = 0

    async def capped() -> Any:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body") or b"")
        return {"type": "http.disconnect"} if seen > MOST_BODY else message

    return capped


def _cookie(value: str) -> str:
    made: SimpleCookie = SimpleCookie({COOKIE: value})
    for name, part in {"path": "/", "max-age": YEAR, "httponly": True, "samesite": "Lax"}.items():
        made[COOKIE][name] = part
    return made[COOKIE].OutputString()


def _routes(app: FastAPI, room: Room, owners: Owners) -> None:
    @app.get("/")
    def home() -> RedirectResponse:
        return RedirectResponse("/practice/")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(_ICON, media_type="image/svg+xml")

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"state": "up"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        code = 200 if room.state == "ready" else 503
        # The page asks this every second while waking; an error status would fill its console.
        return JSONResponse({"state": room.state}, 200 if room.state == "waking" else code)

    @app.get("/sessions/{session_id}/export.{kind}")
    async def save(session_id: str, kind: str, request: Request) -> Response:
        owner = owners.read(request.cookies)
        if kind not in _TYPES or owner is None:
            return PlainTextResponse("There is nothing here.", 404)
        try:
            session = await room.session(owner, session_id)
        except NotFound as missing:
            return PlainTextResponse(str(missing), 404)
        media, write = _TYPES[kind]
        name = f"calmline-{session.scenario.id}.{kind}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(
            write(session, room.standing), media_type=f"{media}; charset=utf-8", headers=headers
        )


def _mount(app: FastAPI, room: Room, owners: Owners) -> None:
    # Read by Gradio when it is imported; the second keeps an event's cost flat (it would sum up
    # the last 10,000 events at each one).
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"
    import gradio as gr

    from ui import calibrate, practice

    font = gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700))
    style = (_FOLDER / "style.css").read_text(encoding="utf-8")
    pages = (
        ("practice", practice.build, "page.js"),
        ("calibrate", calibrate.build, "calibrate.js"),
    )
    for name, build, script in pages:
        moves = (_FOLDER / script).read_text(encoding="utf-8")
        gr.mount_gradio_app(
            app,
            build(room, owners.of),
            path=f"/{name}",
            theme=gr.themes.Base(
                primary_hue="teal", neutral_hue="slate", font=(font, "system-ui", "sans-serif")
            ),
            head=f"<style>{style}</style><script>{moves}</script>",
            run_history=False,
            show_error=False,
            enable_monitoring=False,
            max_file_size="1kb",
            footer_links=[],
            pwa=False,
        )
