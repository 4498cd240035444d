"""The practice page: plain handlers, wired by Blocks.

The browser holds a pointer (which session, how many turns it showed) and nothing else that counts.
Every handler asks the room with the owner from the signed cookie, so a forged pointer, history or
session hash gives nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from bot.room import MOST_CHARACTERS, NotFound, Room, clean
from bot.turn import Session
from scenarios.model import Scenario
from ui import fragments, text
from ui.wiring import Pointer, Updates, on, panel

STORED = "calmline-session"
LONGEST_WAKE = 120
"""Seconds that a click waits for the engine before it says so."""


@dataclass
class Page:
    """The components that handlers change."""

    pointer: Any
    header: Any
    notice: Any
    status: Any
    choose: Any
    resume: Any
    caution: Any
    caution_text: Any
    wanted: Any
    practise: Any
    brief: Any
    mood: Any
    talk: Any
    help: Any
    box: Any
    composer: Any
    over: Any
    feedback: Any
    debrief: Any
    report: Any
    links: Any

    @property
    def all(self) -> list[Any]:
        """Every component, for use as outputs."""
        return list(vars(self).values())


def build(room: Room, owner_of: Callable[[gr.Request], str]) -> gr.Blocks:
    """Return the page. `owner_of` tells whose browser a request comes from."""
    with gr.Blocks(title=text.TITLE, analytics_enabled=False) as demo:
        page, buttons = _layout(room)
        handlers = _Handlers(room, page, owner_of)
        _wire(demo, room, page, buttons, handlers)
    # The default, 10,000 browsers, would keep 270 MB of empty state.
    demo.state_session_capacity = 500
    return demo


class _Handlers:
    """What the buttons do. Each takes the pointer, then the request, and returns updates."""

    def __init__(self, room: Room, page: Page, owner_of: Callable[[gr.Request], str]) -> None:
        self._room, self._page, self._owner_of = room, page, owner_of

    async def arrive(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Show the session that this browser was in, or the scenarios."""
        session = await self._pointed(pointer, request)
        if session:
            return self._show(session)
        latest = await self._room.latest(self._owner_of(request))
        return self._shelf(resume=latest is not None)

    async def want(self, scenario_id: str, request: gr.Request) -> Updates:
        """Start a scenario, after its content note if it has one."""
        scenario = self._room.scenarios[scenario_id]
        if scenario.content_note is None:
            return await self.start(scenario_id, request)
        page = self._page
        return {
            **self._view(page.caution),
            page.caution_text: fragments.note(scenario.content_note),
            page.wanted: scenario_id,
        }

    async def start(self, scenario_id: str, request: gr.Request) -> Updates:
        """Start the wanted scenario."""
        if scenario_id not in self._room.scenarios:
            return self._shelf()
        await self._awake()
        return self._show(await self._room.start(self._owner_of(request), scenario_id))

    async def resume(self, request: gr.Request) -> Updates:
        """Go on with the newest session that has not ended."""
        session = await self._room.latest(self._owner_of(request))
        return self._show(session) if session else self._shelf()

    async def send(self, words: str, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Put the reply to the customer. What was typed stays in the box until it is recorded."""
        session = await self._current(pointer, request)
        await self._awake()
        after = _shown(pointer)
        session = await self._room.reply(
            self._owner_of(request), session.id, words or "", after=after
        )
        if any(turn.reply == clean(words) for turn in session.turns[max(after, 0) :]):
            return {**self._show(session), self._page.box: ""}
        late = fragments.note(text.MOVED_ON, "wrong")
        return {**self._show(session), self._page.notice: late}

    async def redo(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Take the last turn back, and put its words in the box to be changed."""
        session = await self._current(pointer, request)
        await self._awake()
        words = session.turns[-1].reply if session.turns else ""
        session = await self._room.redo(self._owner_of(request), session.id)
        return {**self._show(session), self._page.box: words}

    async def stop(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """End here and show the debrief."""
        session = await self._current(pointer, request)
        await self._awake()
        return self._debrief(await self._room.stop(self._owner_of(request), session.id))

    async def hint(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Show what would help now."""
        session = await self._current(pointer, request)
        return {self._page.help: fragments.hint(self._room.hint(session))}

    async def exemplar(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Show one good reply to the concern under discussion."""
        session = await self._current(pointer, request)
        return {self._page.help: fragments.exemplar(self._room.exemplar(session))}

    async def debrief(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Show the debrief of a session that has ended."""
        return self._debrief(await self._current(pointer, request))

    async def again(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Start the same scenario anew."""
        session = await self._current(pointer, request)
        return await self.start(session.scenario.id, request)

    async def choose(self, request: gr.Request) -> Updates:
        """Show the scenarios."""
        latest = await self._room.latest(self._owner_of(request))
        return self._shelf(resume=latest is not None)

    async def _pointed(self, pointer: Pointer | None, request: gr.Request) -> Session | None:
        session_id = pointer.get("session") if isinstance(pointer, dict) else None
        if not isinstance(session_id, str) or not session_id:
            return None
        try:
            return await self._room.session(self._owner_of(request), session_id)
        except NotFound:
            return None

    async def _current(self, pointer: Pointer | None, request: gr.Request) -> Session:
        session = await self._pointed(pointer, request)
        if session is None:
            raise NotFound
        return session

    async def _awake(self) -> None:
        for _ in range(LONGEST_WAKE * 5):
            if self._room.state != "waking":
                return
            await asyncio.sleep(0.2)

    def _view(self, shown: Any) -> Updates:
        page = self._page
        views = (page.choose, page.caution, page.practise, page.debrief)
        return {page.notice: "", **{view: gr.Column(visible=view is shown) for view in views}}

    def _shelf(self, *, resume: bool = False) -> Updates:
        page = self._page
        return {
            **self._view(page.choose),
            page.header: fragments.header(None, self._room.standing, self._room.second),
            page.resume: gr.Button(visible=resume),
            page.status: "",
            page.pointer: {},
        }

    def _show(self, session: Session) -> Updates:
        page, going_on = self._page, session.ending is None
        return {
            **self._view(page.practise),
            page.pointer: {"session": session.id, "turns": len(session.turns)},
            page.header: fragments.header(session, self._room.standing, self._room.second),
            page.status: fragments.status(session),
            page.brief: fragments.brief(session, self._room.second),
            page.mood: fragments.mood(session),
            page.talk: fragments.transcript(session),
            page.help: "",
            page.feedback: fragments.feedback(session),
            page.composer: gr.Column(visible=going_on),
            page.over: gr.Row(visible=not going_on),
        }

    def _debrief(self, session: Session) -> Updates:
        page = self._page
        return {
            **self._view(page.debrief),
            page.pointer: {"session": session.id, "turns": len(session.turns)},
            page.header: fragments.header(session, self._room.standing, self._room.second),
            page.status: "",
            page.report: fragments.report(session, self._room.standing),
            page.links: fragments.links(session),
        }


def _shown(pointer: Pointer | None) -> int:
    turns = pointer.get("turns") if isinstance(pointer, dict) else None
    return turns if isinstance(turns, int) else -1


def _layout(room: Room) -> tuple[Page, dict[str, Any]]:
    made: dict[str, Any] = {"pointer": gr.BrowserState({}, storage_key=STORED, secret=STORED)}
    buttons: dict[str, Any] = {}
    made["header"] = panel(fragments.header(None, room.standing, room.second), "header")
    made["status"] = panel("", "status")
    panel(fragments.note(text.WAKING), "waking")
    made["notice"] = panel("", "notice")
    with gr.Column(elem_id="choose") as made["choose"]:
        panel(fragments.welcome(room.second), "welcome")
        made["resume"] = gr.Button("Go on where you left", visible=False, variant="primary")
        buttons["role"] = gr.Radio(
            [("All", "all"), *((label, name) for name, label in text.ROLE.items())],
            value="all",
            label="Who is practising?",
            elem_id="role",
        )
        buttons["cards"] = _shelf(room)
    with gr.Column(elem_id="caution", visible=False) as made["caution"]:
        made["caution_text"] = panel("", "caution-text")
        made["wanted"] = gr.State("")
        buttons["go"] = gr.Button("Start", variant="primary")
        buttons["leave"] = gr.Button("Choose another")
    with gr.Column(elem_id="practise", visible=False) as made["practise"], gr.Row(elem_id="panes"):
        _panes(made, buttons)
    with gr.Column(elem_id="debrief", visible=False) as made["debrief"]:
        made["report"] = panel("", "report")
        made["links"] = panel("", "links")
        with gr.Row(elem_id="after"):
            buttons["again"] = gr.Button("Practise again", variant="primary")
            buttons["choose"] = gr.Button("Choose another")
    return Page(**made), buttons


def _shelf(room: Room) -> dict[str, tuple[Any, Any]]:
    shelf = {}
    with gr.Row(elem_id="cards"):
        for name, scenario in room.scenarios.items():
            with gr.Column(elem_classes="slot", min_width=280) as slot:
                panel(fragments.card(scenario), f"card-{name}")
                button = gr.Button(_call(scenario), elem_id=f"start-{name}")
            shelf[name] = (slot, button)
    return shelf


def _call(scenario: Scenario) -> str:
    return f"{text.START[scenario.channel]} {scenario.customer.name}"


def _panes(made: dict[str, Any], buttons: dict[str, Any]) -> None:
    with gr.Column(elem_id="pane-brief", elem_classes="pane", min_width=0):
        made["brief"] = panel("", "brief")
    with gr.Column(elem_id="pane-chat", elem_classes="pane", min_width=0):
        made["mood"] = panel("", "mood")
        made["talk"] = panel("", "talk")
        made["help"] = panel("", "help")
        with gr.Column(elem_id="composer") as made["composer"]:
            made["box"] = gr.Textbox(
                lines=1,
                max_lines=6,
                max_length=MOST_CHARACTERS,
                label="Your reply",
                placeholder="Enter sends, Shift and Enter starts a line.",
                elem_id="box",
                submit_btn="Send",
            )
            with gr.Row(elem_id="tools"):
                buttons["hint"] = gr.Button("Hint", size="sm")
                buttons["exemplar"] = gr.Button("Show a good reply", size="sm")
                buttons["redo"] = gr.Button("Redo this turn", size="sm")
                buttons["stop"] = gr.Button("Stop", size="sm")
        with gr.Row(elem_id="over", visible=False) as made["over"]:
            buttons["debrief"] = gr.Button("Open the debrief", variant="primary")
            buttons["redo_last"] = gr.Button("Redo the last turn")
    with gr.Column(elem_id="pane-feedback", elem_classes="pane", min_width=0):
        made["feedback"] = panel("", "feedback")


def _wire(demo: gr.Blocks, room: Room, page: Page, buttons: dict[str, Any], do: _Handlers) -> None:
    wire = partial(on, page)
    wire(demo.load, do.arrive, [page.pointer])
    wire(page.resume.click, do.resume, [])
    wire(page.box.submit, do.send, [page.box, page.pointer])
    for name in ("hint", "exemplar", "redo", "stop", "debrief", "again"):
        wire(buttons[name].click, getattr(do, name), [page.pointer])
    wire(buttons["redo_last"].click, do.redo, [page.pointer])
    wire(buttons["choose"].click, do.choose, [])
    wire(buttons["leave"].click, do.choose, [])
    wire(buttons["go"].click, do.start, [page.wanted])
    for name, (_, button) in buttons["cards"].items():
        wire(button.click, _wanting(do, name), [])
    slots = [slot for slot, _ in buttons["cards"].values()]
    buttons["role"].change(
        partial(_by_role, [s.role for s in room.scenarios.values()]),
        [buttons["role"]],
        slots,
        api_visibility="private",
        show_progress="hidden",
    )


def _wanting(do: _Handlers, name: str) -> Callable[[gr.Request], Coroutine[Any, Any, Updates]]:
    async def want(request: gr.Request) -> Updates:
        return await do.want(name, request)

    return want


def _by_role(roles: list[str], wanted: str) -> Any:
    shown = [gr.Column(visible=wanted in ("all", role)) for role in roles]
    return shown if len(shown) > 1 else shown[0]
