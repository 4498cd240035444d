"""Starts the room and the web server: the page answers at once, Rasa loads behind it."""

from __future__ import annotations

from collections.abc import Callable

from bot.room import Room
from bot.shelf import data_folder, secret
from rubrics.second_opinion import SecondJudge
from scenarios.reader import Library


def run(
    library: Library,
    *,
    host: str,
    port: int,
    say: Callable[[str], None],
    second: SecondJudge | None = None,
) -> None:
    """Serve until interrupted; `say` is told the address once it answers."""
    import uvicorn

    from ui.app import create_app

    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    room = Room(folder, library, second=second)
    app = create_app(room, secret=secret(folder))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            timeout_graceful_shutdown=5,
            ws="none",  # unused, and the websockets version that Rasa needs is too old for uvicorn
        )
    )
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    say(f"Calmline is open at {address}   (Ctrl+C closes it; everything is kept in {folder})")
    room.wake()
    try:
        server.run()
    finally:
        room.close()
