"""A real server, small scenarios, a scripted grader: `python -m tests.ui.scripted_server PORT`."""

from __future__ import annotations

import json
import sys

from ui.cli import QUIET  # isort: skip
import os

os.environ.update(QUIET)

import uvicorn

from bot.judge import Judge
from bot.room import Room
from bot.shelf import Shelf, data_folder, secret
from rubrics.encoder import WordHashEncoder
from scenarios.model import Scenario
from scenarios.reader import Library
from tests.examples import as_yaml, scripted, small
from ui.app import create_app


def library() -> Library:
    """Return a plain scenario, an executive's, and an executive's with a content note."""
    plain = small()
    noted = small(id="noted", title="With a note", role="executive", content_note="A hard one.")
    outreach = small(id="outreach", title="An outreach call", role="executive")
    found = {fields["id"]: fields for fields in (plain, outreach, noted)}
    return Library(
        {name: Scenario.model_validate_json(json.dumps(f)) for name, f in found.items()},
        {name: as_yaml(f) for name, f in found.items()},
    )


def main(port: int) -> None:
    """Serve until killed."""
    folder, found = data_folder(), library()
    folder.mkdir(parents=True, exist_ok=True)
    judge = Judge(Shelf(folder, found), WordHashEncoder(), scripted)
    room = Room(folder, found, judge=judge)
    app = create_app(room, secret=secret(folder))
    room.wake()
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", ws="none")


if __name__ == "__main__":
    main(int(sys.argv[1]))
