"""The Calibrate page: replies rated blind, one at a time, then how well the grader agrees.

The browser holds a pointer (the rater's name and the place in the batch) and nothing that counts:
ratings are on disk, and the grader's view of a reply is never sent before it was rated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from bot.calibrating import Calibrating
from bot.room import Room, UserError
from rubrics.grade import CRITERIA, KINDS
from rubrics.model import Rubric
from rubrics.ratings import LONGEST_NAME, MOST_WORDS, BadRatings, Rating, clean_name
from ui import fragments, text
from ui.wiring import Pointer, Updates, on, panel

STORED = "calmline-rater"


@dataclass
class Page:
    """The components that handlers change."""

    pointer: Any
    header: Any
    notice: Any
    begin: Any
    begun: Any
    name: Any
    rate: Any
    item: Any
    levels: tuple[Any, ...]
    """A radio group for each criterion, in the rubric's order."""
    kinds: Any
    words: Any
    done: Any
    report: Any
    fit: Any
    forget: Any

    @property
    def all(self) -> list[Any]:
        """Every component, for use as outputs."""
        single = [value for name, value in vars(self).items() if name != "levels"]
        return [*single, *self.levels]


def build(room: Room, owner_of: Callable[[gr.Request], str]) -> gr.Blocks:
    """Return the page. `owner_of` refuses a request that no page of ours sent."""
    rubric = room.rubric
    calibrating = Calibrating(room.calibration, rubric, partial(room.grader, rubric.hash))
    with gr.Blocks(title=text.CALIBRATE_TITLE, analytics_enabled=False) as demo:
        page, buttons = _layout(calibrating)
        _wire(demo, page, buttons, _Handlers(calibrating, page, owner_of))
    demo.state_session_capacity = 500
    return demo


class _Handlers:
    """What the buttons do. Each takes what was typed, then the request, and returns updates."""

    def __init__(
        self, calibrating: Calibrating, page: Page, owner_of: Callable[[gr.Request], str]
    ) -> None:
        self._kit, self._page, self._owner_of = calibrating, page, owner_of

    async def arrive(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Show the reply that this browser was at, or ask for a name."""
        self._owner_of(request)
        rater = _rater(pointer)
        if not rater:
            return await asyncio.to_thread(self._begin)
        return await asyncio.to_thread(self._next, rater)

    async def start(self, name: str, request: gr.Request) -> Updates:
        """Go on with the first reply that this rater has not rated."""
        self._owner_of(request)
        try:
            rater = clean_name(name or "")
        except BadRatings as wrong:
            raise UserError(f"{wrong}.") from None
        return await asyncio.to_thread(self._next, rater)

    async def save(self, *given: Any) -> Updates:
        """Keep the rating of the reply that was shown, and show the next."""
        *levels, kinds, words, pointer, request = given
        self._owner_of(request)
        return await asyncio.to_thread(self._save, levels, kinds, words, pointer)

    async def back(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Show the reply before, with what this rater said of it."""
        self._owner_of(request)
        rater, at = _known(pointer), _at(pointer)
        return await asyncio.to_thread(self._show, rater, max(at - 1, 0))

    async def leave(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Stop here; another rater may begin."""
        del pointer
        self._owner_of(request)
        return await asyncio.to_thread(self._begin)

    async def review(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Go through the ratings again from the first."""
        self._owner_of(request)
        return await asyncio.to_thread(self._show, _known(pointer), 0)

    async def fit(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Use thresholds that fit these raters, where they help."""
        self._owner_of(request)
        rater = self._finished(pointer)
        fitted = await asyncio.to_thread(self._kit.fit)
        told = fragments.fitted(fitted)
        return {**await asyncio.to_thread(self._done, rater), self._page.notice: told}

    async def forget(self, pointer: Pointer | None, request: gr.Request) -> Updates:
        """Go back to the shipped thresholds."""
        self._owner_of(request)
        rater = self._finished(pointer)
        await asyncio.to_thread(self._kit.forget)
        told = fragments.note(text.FORGOTTEN)
        return {**await asyncio.to_thread(self._done, rater), self._page.notice: told}

    def _save(self, levels: list[Any], kinds: Any, words: Any, pointer: Pointer | None) -> Updates:
        rater, at = _known(pointer), _at(pointer)
        batch, before = self._kit.batch(), self._kit.ratings_of(rater)
        item = batch[self._inside(at)]
        missing = [text.CRITERION[c] for c, x in zip(CRITERIA, levels, strict=True) if x is None]
        if missing:
            raise UserError(text.LEVEL_MISSING.format(names=", ".join(missing)))
        given = dict(zip(CRITERIA, levels, strict=True))
        rating = Rating(item.id, given, tuple(kinds or ()), str(words or "").strip())
        self._kit.rate(rater, rating)
        if item.id in before and at + 1 < len(batch):
            return self._show(rater, at + 1)
        return self._next(rater, after=at)

    def _next(self, rater: str, after: int = -1) -> Updates:
        """Show the first unrated reply after a place, else the first unrated, else the report."""
        batch, rated = self._kit.batch(), self._kit.ratings_of(rater)
        left = [at for at, item in enumerate(batch) if item.id not in rated]
        if not left:
            return self._done(rater)
        return self._show(rater, next((at for at in left if at > after), left[0]))

    def _show(self, rater: str, at: int) -> Updates:
        page, batch, rated = self._page, self._kit.batch(), self._kit.ratings_of(rater)
        at = self._inside(at)
        rating = rated.get(batch[at].id)
        given = rating.levels if rating else {}
        return {
            **self._view(page.rate),
            page.pointer: {"rater": rater, "at": at},
            page.item: fragments.item(batch[at], at + 1, len(batch), len(rated), rater),
            **{
                radio: gr.Radio(value=given.get(name))
                for name, radio in zip(CRITERIA, page.levels, strict=True)
            },
            page.kinds: gr.CheckboxGroup(value=list(rating.kinds) if rating else []),
            page.words: rating.words if rating else "",
        }

    def _begin(self) -> Updates:
        page, rated, count = self._page, {}, 0
        told = ""
        try:
            rated, count = self._kit.rated(), len(self._kit.batch())
        except UserError as none:
            told = fragments.note(str(none), "wrong")
        return {
            **self._view(page.begin),
            page.begun: fragments.begun(rated, count),
            page.pointer: {},
            page.notice: told,
        }

    def _done(self, rater: str) -> Updates:
        page = self._page
        found = self._kit.report()
        return {
            **self._view(page.done),
            page.pointer: {"rater": rater, "at": 0},
            page.report: fragments.calibration(found),
            page.forget: gr.Button(visible=found.standing.state != "none"),
        }

    def _view(self, shown: Any) -> Updates:
        page = self._page
        views = {view: gr.Column(visible=view is shown) for view in _views(page)}
        bar = fragments.calibrate_header(self._kit.standing)
        return {page.notice: "", page.header: bar, **views}

    def _inside(self, at: int) -> int:
        return min(max(at, 0), len(self._kit.batch()) - 1)

    def _finished(self, pointer: Pointer | None) -> str:
        """Return the rater. UserError while she is not done: a report would tell her the grades."""
        rater = _known(pointer)
        left = len(self._kit.batch()) - len(self._kit.ratings_of(rater))
        if left:
            raise UserError(text.RATE_FIRST.format(left=left))
        return rater


def _views(page: Page) -> tuple[Any, ...]:
    return (page.begin, page.rate, page.done)


def _rater(pointer: Pointer | None) -> str:
    name = pointer.get("rater") if isinstance(pointer, dict) else None
    try:
        return clean_name(name) if isinstance(name, str) else ""
    except BadRatings:
        return ""


def _known(pointer: Pointer | None) -> str:
    rater = _rater(pointer)
    if not rater:
        raise UserError(text.NO_RATER)
    return rater


def _at(pointer: Pointer | None) -> int:
    at = pointer.get("at") if isinstance(pointer, dict) else None
    return at if isinstance(at, int) else 0


def _layout(calibrating: Calibrating) -> tuple[Page, dict[str, Any]]:
    made: dict[str, Any] = {"pointer": gr.BrowserState({}, storage_key=STORED, secret=STORED)}
    buttons: dict[str, Any] = {}
    made["header"] = panel(fragments.calibrate_header(calibrating.standing), "header")
    made["notice"] = panel("", "notice")
    with gr.Column(elem_id="begin") as made["begin"]:
        panel(fragments.calibrate_welcome(), "welcome")
        made["name"] = gr.Textbox(
            label="Your name", max_length=LONGEST_NAME, elem_id="rater", submit_btn="Begin"
        )
        made["begun"] = panel("", "begun")
    with gr.Column(elem_id="rate", visible=False) as made["rate"]:
        _form(made, buttons, calibrating.rubric.rubric)
    with gr.Column(elem_id="done", visible=False) as made["done"]:
        made["report"] = panel("", "report")
        with gr.Row(elem_id="after"):
            made["fit"] = gr.Button("Use these thresholds here", variant="primary")
            made["forget"] = gr.Button("Use the shipped ones", visible=False)
            buttons["review"] = gr.Button("See my ratings")
            buttons["another"] = gr.Button("Another rater")
    return Page(**made), buttons


def _form(made: dict[str, Any], buttons: dict[str, Any], rubric: Rubric) -> None:
    with gr.Row(elem_id="sheet"):
        with gr.Column(elem_id="read", min_width=0):
            made["item"] = panel("", "item")
        with gr.Column(elem_id="judge", min_width=0):
            made["levels"] = tuple(
                gr.Radio(
                    [(f"{level}  {says}", level) for level, says in enumerate(criterion.levels)],
                    label=f"{text.CRITERION[name]}: {criterion.asks}",
                    elem_id=f"level-{name}",
                    elem_classes="choice",
                )
                for name, criterion in ((name, rubric.criteria[name]) for name in CRITERIA)
            )
            made["kinds"] = gr.CheckboxGroup(
                [(rubric.violations[kind].means, kind) for kind in KINDS],
                label=text.KINDS_LABEL,
                elem_id="kinds",
                elem_classes="choice",
            )
            made["words"] = gr.Textbox(
                label=text.WORDS_LABEL, max_length=MOST_WORDS, lines=1, elem_id="words"
            )
            with gr.Row(elem_id="steps"):
                buttons["back"] = gr.Button("Back")
                buttons["leave"] = gr.Button("Stop here")
                buttons["save"] = gr.Button("Save and go on", variant="primary", elem_id="save")


def _wire(demo: gr.Blocks, page: Page, buttons: dict[str, Any], do: _Handlers) -> None:
    wire = partial(on, page)
    given = [*page.levels, page.kinds, page.words, page.pointer]
    wire(demo.load, do.arrive, [page.pointer])
    wire(page.name.submit, do.start, [page.name])
    wire(buttons["save"].click, do.save, given)
    wire(page.words.submit, do.save, given)
    for name in ("back", "leave", "review"):
        wire(buttons[name].click, getattr(do, name), [page.pointer])
    wire(buttons["another"].click, do.leave, [page.pointer])
    wire(page.fit.click, do.fit, [page.pointer])
    wire(page.forget.click, do.forget, [page.pointer])
