"""The command line: serve, talk, grade, calibrate, check, simulate."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from ui import calibration

if TYPE_CHECKING:
    from bot.room import Room
    from bot.turn import Session, Turn
    from rubrics.grade import Grade, Grader
    from rubrics.second_opinion import SecondJudge
    from rubrics.session import Seen, Standing
    from scenarios.reader import Library

# Before Rasa, Gradio or a model is imported: nothing of theirs may call home.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TOKENIZERS_PARALLELISM": "false",
}

app = typer.Typer(
    help="Calmline: practise talking to people whose data was lost.", no_args_is_help=True
)
app.add_typer(calibration.app, name="calibrate")
out = Console()
err = Console(stderr=True)


def main() -> None:
    """Run the command line."""
    os.environ.update(QUIET)
    # Old idioms inside Rasa and TensorFlow, which set filters of their own: nothing that whoever
    # started this can mend.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    try:
        app()
    except ImportError as broken:
        _fail(f"the installation is broken ({broken}); run `make clean` and `make practice`")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 7860,
) -> None:
    """Open the practice room in the browser."""
    _check_address(host, port)
    library = _library()
    from ui.server import run

    say = partial(out.print, soft_wrap=True)
    run(library, host=host, port=port, say=say, second=_second())


@app.command()
def talk(
    scenario: Annotated[str, typer.Argument(help="Id of a scenario; none lists them.")] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same customer.")] = 0,
) -> None:
    """Talk to a customer in the terminal; an empty line stops."""
    library = _library()
    if scenario not in library.scenarios:
        for name, found in library.scenarios.items():
            out.print(f"{name}   {found.title}")
        if scenario:
            _fail(f"no scenario is called {scenario!r}; choose one of the above")
        return
    asyncio.run(_talk(library, scenario, seed))


@app.command()
def grade(
    cases: Annotated[
        Path, typer.Option(help="JSONL, one case a line.", exists=True, dir_okay=False)
    ],
    replies: Annotated[
        Path, typer.Option(help="JSONL, one reply a line.", exists=True, dir_okay=False)
    ],
    result: Annotated[Path, typer.Option("--out", help="JSONL to write, or to go on with.")],
    second_opinion: Annotated[
        bool, typer.Option("--second-opinion", help="Also ask CALMLINE_JUDGE_MODEL.")
    ] = False,
) -> None:
    """Grade a file of replies; what is in --out already is not graded again."""
    from tqdm import tqdm

    from bot.shelf import calibration_folder, data_folder
    from rubrics.batch import grade_file
    from rubrics.calibration import standing, weights_hash
    from ui.text import badge

    folder = calibration_folder(data_folder())
    grader = _grader(second_opinion, folder)
    with tqdm(unit=" replies", disable=None) as bar:
        report = grade_file(cases, replies, result, grader, progress=lambda: bar.update())
    for mistake in report.errors:
        err.print(str(mistake), markup=False, highlight=False, soft_wrap=True)
    out.print(report.summary, markup=False, highlight=False, soft_wrap=True)
    out.print(badge(standing(folder, weights_hash())), style="dim", markup=False, highlight=False)


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of scenario files.")] = None,
) -> None:
    """Check every scenario file and say all mistakes at once."""
    from rubrics.model import SHIPPED, BadRubric, load_rubric
    from scenarios.reader import SCHEMA, schema

    library = _library(folder)
    try:
        for path in SHIPPED:
            load_rubric(path)
    except BadRubric as bad:
        err.print(str(bad), markup=False, highlight=False, soft_wrap=True)
        _fail("a rubric has mistakes; mend them and try again")
    if folder is None and (not SCHEMA.exists() or SCHEMA.read_text() != schema()):
        _fail("scenarios/schema.json is not the model's; run `calmline schema`")
    out.print(f"{len(library.scenarios)} scenarios, no mistakes")


@app.command()
def schema() -> None:
    """Write scenarios/schema.json from the model, for editors."""
    from scenarios.reader import SCHEMA
    from scenarios.reader import schema as text

    SCHEMA.write_text(text(), encoding="utf-8")
    out.print("scenarios/schema.json written")


@app.command()
def simulate(
    seeds: Annotated[int, typer.Option(help="How many customers per scenario.", min=1)] = 5,
    markdown: Annotated[bool, typer.Option(help="Print the table as Markdown.")] = False,
) -> None:
    """Play scripted trainees against every scenario and show how they end."""
    from ui.simulation import rows, to_markdown

    library = _library()
    found = rows(library, seeds)
    if markdown:
        print(to_markdown(found))
        return
    table = Table(*found[0])
    for row in found:
        table.add_row(*(str(value) for value in row.values()))
    out.print(table)


async def _talk(library: Library, scenario: str, seed: int) -> None:
    from bot.room import Room, UserError
    from bot.shelf import data_folder

    room = Room(data_folder(), library, second=_second())
    room.wake()
    with out.status("Waking the customer…"):
        await _awake(room)
    session = await room.start("terminal", scenario, seed=seed)
    _says(session, session.opening)
    while not session.ending:
        text = await asyncio.to_thread(_ask)
        if not text:
            session = await room.stop("terminal", session.id)
            break
        try:
            session = await room.reply("terminal", session.id, text, after=len(session.turns))
        except UserError as wrong:
            out.print(str(wrong), markup=False)
            continue
        _show(session.turns[-1])
        _says(session, session.turns[-1].line)
    out.print(f"[dim]{(session.ending or '').replace('_', ' ')}[/dim]")
    for line in debrief_lines(session):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    room.close()


def debrief_lines(session: Session) -> list[str]:
    """Return the debrief of a whole session as lines for a terminal."""
    from ui import debrief, text

    worth = debrief.worth(session)
    if worth is None:
        return [text.NO_SESSION_RULES]
    marks = {True: "+", False: "-"}
    return [
        f"{text.WORTH}: {worth.result or text.NO_RESULT}. {worth.says}",
        *worth.limits,
        *worth.recoveries,
        *(_standing(standing) for standing in worth.criteria),
        *(f"  {marks[s.as_asked]} {text.SIGN[s.kind]}: {s.says}{_quotes(s)}" for s in worth.signs),
        *worth.notes,
    ]


def _standing(standing: Standing) -> str:
    from ui import text

    name = text.CRITERION[standing.criterion]
    if standing.level is None:
        return f"  {name}: {text.NOT_CALLED_FOR}"
    return f"  {name}: {standing.level:.1f} of 3, {text.BEST.format(reply=standing.best)}"


def _quotes(seen: Seen) -> str:
    from ui import text

    return "".join(
        f" “{span.text}” ({text.IN_REPLY.format(reply=number)})" for number, span in seen.found
    )


async def _awake(room: Room) -> None:
    while room.state == "waking":
        await asyncio.sleep(0.2)
    if room.state == "broken":
        _fail(room.state_message)


def _ask() -> str:
    try:
        return input("you> ").strip()
    except EOFError:
        return ""


def _says(session: Session, line: str) -> None:
    out.print(f"{session.scenario.customer.name}: {line}", markup=False, highlight=False)


def _show(turn: Turn) -> None:
    from rubrics.edits import applied
    from rubrics.grade import Ungraded
    from ui import text

    if isinstance(turn.grade, Ungraded):
        out.print(turn.grade.message, markup=False, style="dim")
        return
    levels = "  ".join(
        f"{level.criterion.replace('_', ' ')} {level.level}/3" for level in turn.grade.levels
    )
    kinds = ", ".join(dict.fromkeys(v.kind for v in turn.grade.violations))
    out.print(f"  {levels}{f'  avoid: {kinds}' if kinds else ''}", style="dim", markup=False)
    out.print(f"  try next: {turn.grade.try_next}", style="dim", markup=False)
    if turn.grade.edit:
        changed = applied(turn.reply, turn.grade.edit)
        out.print(f"  {text.EDIT} {changed}", style="dim", markup=False)
    for line in _second_lines(turn.grade):
        out.print(f"  {line}", style="dim", markup=False)


def _second_lines(grade: Grade) -> list[str]:
    from rubrics.opinion import added, missing
    from ui import text

    none = missing(grade)
    if none:
        return [f"{text.SECOND.lower()}: {text.SECOND_NONE.format(message=none.message)}"]
    return [
        f"{text.SECOND.lower()}: {violation.kind}, “{violation.span.text}”"
        for violation in added(grade)
    ]


def _grader(second_opinion: bool, calibration: Path) -> Grader:
    """Return the grader of a file, calibrated; with a second opinion, it waits for it."""
    from rubrics.second_opinion import FILE_SECONDS, SecondedGrader

    second = _second(FILE_SECONDS) if second_opinion else None
    if second_opinion and second is None:
        _fail(
            "--second-opinion needs a model to ask: set CALMLINE_JUDGE_MODEL to its name, and "
            "OPENAI_BASE_URL or OPENAI_API_KEY"
        )
    from rubrics.calibration import recutting
    from rubrics.grader import load_grader
    from rubrics.model import load_rubric

    rubric = load_rubric()
    grader = recutting(load_grader(), rubric, calibration)
    return SecondedGrader(grader, second, rubric.rubric) if second else grader


def _second(seconds: float | None = None) -> SecondJudge | None:
    """Return the second judge that the environment names, saying where words will go."""
    from rubrics.second_opinion import TURN_SECONDS, BadSettings, SecondJudge, configured
    from ui.fragments import sent

    try:
        server = configured()
    except BadSettings as wrong:
        _fail(str(wrong))
    if server is None:
        return None
    err.print(sent(server), markup=False, highlight=False, soft_wrap=True)
    return SecondJudge(server, seconds=seconds or TURN_SECONDS)


def _library(folder: Path | None = None) -> Library:
    from scenarios.reader import FOLDER, BadScenarios, read_folder

    try:
        return read_folder(folder or FOLDER)
    except BadScenarios as bad:
        err.print(str(bad), markup=False, highlight=False, soft_wrap=True)
        count = len(bad.mistakes)
        _fail(f"{count} mistake{'s' * (count > 1)} in the scenarios; mend them and try again")


def _check_address(host: str, port: int) -> None:
    """Say in one line why the address can't be used."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        _fail(f"--host {host!r} is not an address; use 127.0.0.1")
    if not loopback:
        _fail(
            f"--host {host} can be reached by others, and this release has no accounts; "
            "use 127.0.0.1"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            _fail(f"port {port} can't be used ({error.strerror}); try --port {port + 1}")


def _fail(message: str) -> NoReturn:
    err.print(f"calmline: {message}", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)
