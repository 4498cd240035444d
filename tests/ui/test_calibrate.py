"""The Calibrate page's handlers, as plain functions and over HTTP, and in a real browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from bot.calibrating import Calibrating
from bot.room import UserError
from bot.shelf import calibration_folder
from rubrics.calibration import shipped_cuts
from rubrics.grade import CRITERIA
from rubrics.model import load_rubric
from rubrics.ratings import Rating
from tests.examples import ScoredGrader
from tests.ui.conftest import free_port, serving
from tests.ui.test_browser import DESKTOP, PHONE
from tests.ui.wire import client, started
from ui.calibrate import _Handlers, _layout

REQUEST = gr.Request()
NASTY = "<img src=https://evil.example/a.png onerror=window.__x=9> {{ x }}"


def kit(folder: Path, count: int) -> Calibrating:
    """Return the calibration of `count` replies whose scores are in their words."""
    made = Calibrating(folder, load_rubric(), lambda: ScoredGrader(shipped_cuts()))
    source = folder.parent / "source"
    source.mkdir()
    card = {"id": "c", "sector": "bank", "exposed_data": ["name"], "must_not_say": ["who did it"]}
    (source / "c.jsonl").write_text(json.dumps(card))
    rows = []
    for i in range(count):
        score = f"{(i * 60 // count) / 20:.2f}"
        reply = f"{score} {score} {score} reply {i} {NASTY}"
        rows.append({"id": f"r{i}", "case": "c", "customer": f"Is it gone? {i}", "reply": reply})
    (source / "r.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    made.new(source / "c.jsonl", source / "r.jsonl", count=count, seed=0)
    return made


def rate_all(made: Calibrating, name: str, but: int = 0) -> None:
    """Let a strict rater rate all, but the last few."""
    for item in made.batch()[: len(made.batch()) - but]:
        level = sum(float(item.reply[:4]) >= cut for cut in (1.5, 2.0, 2.5))
        made.rate(name, Rating(item.id, dict.fromkeys(CRITERIA, level)))


class Desk:
    """The page's handlers without a server, and what they last showed."""

    def __init__(self, made: Calibrating) -> None:
        with gr.Blocks():
            self.page, _ = _layout(made)
        self.do = _Handlers(made, self.page, lambda _: "owner")

    def __call__(self, handler: Callable[..., Any], *given: Any) -> dict[str, Any]:
        """Run a handler; return what it changes by the component's name."""
        updates = asyncio.run(handler(*given, REQUEST))
        names = {component: name for name, component in vars(self.page).items() if name != "levels"}
        names |= dict(zip(self.page.levels, CRITERIA, strict=True))
        return {names[component]: value for component, value in updates.items()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(kit(tmp_path / "calibration", 3))


def test_it_shows_a_reply_and_not_its_grade(desk: Desk):
    """Case, customer and reply, escaped; no level is chosen, no word of the grader."""
    shown = desk(desk.do.start, " Ann ")

    assert shown["rate"].visible
    assert shown["pointer"] == {"rater": "Ann", "at": 0}
    for words in ("Reply 1 of 3", "Is it gone?", "who did it", "&lt;img src"):
        assert words in shown["item"]
    assert "because" not in shown["item"]
    assert all(shown[name].value is None for name in CRITERIA)


def test_it_saves_goes_on_and_back(desk: Desk):
    """Saved, the next is shown; back shows what was said; the pointer may be anything."""
    first = desk(desk.do.start, "Ann")["pointer"]
    second = desk(desk.do.save, 0, 1, 2, ["blame"], " hm ", first)
    back = desk(desk.do.back, second["pointer"])

    assert second["pointer"] == {"rater": "Ann", "at": 1}
    assert "1 rated" in second["item"]
    assert [back[name].value for name in CRITERIA] == [0, 1, 2]
    assert (back["kinds"].value, back["words"]) == (["blame"], "hm")
    assert desk(desk.do.back, {"rater": "Ann", "at": 10**9})["pointer"]["at"] == 2
    assert desk(desk.do.back, {"rater": "Ann", "at": "x"})["pointer"]["at"] == 0


def test_a_level_that_is_missing_is_named(desk: Desk):
    """Nothing is saved, and what was chosen stays."""
    first = desk(desk.do.start, "Ann")["pointer"]

    with pytest.raises(UserError, match="choose a level for Empathy"):
        desk(desk.do.save, 0, None, 2, [], "", first)

    assert "0 rated" in desk(desk.do.back, first)["item"]


@pytest.mark.parametrize("level", [4, -1, "2", 1.5, True])
def test_a_forged_level_is_refused(desk: Desk, level: object):
    """A request that the page would not send changes nothing."""
    first = desk(desk.do.start, "Ann")["pointer"]

    with pytest.raises(UserError, match="choose a level from 0 to 3"):
        desk(desk.do.save, 0, level, 2, [], "", first)


def test_it_comes_back_where_it_was(desk: Desk):
    """A reload goes on with the first reply that is not rated; without a name it asks for one."""
    first = desk(desk.do.start, "Ann")["pointer"]
    second = desk(desk.do.save, 0, 1, 2, [], "", first)["pointer"]

    assert desk(desk.do.arrive, second)["pointer"] == second
    assert desk(desk.do.arrive, None)["begin"].visible
    assert "Ann: 1 of 3" in desk(desk.do.leave, second)["begun"]
    for pointer in (None, {}, {"rater": 3}, "x"):
        with pytest.raises(UserError, match="give your name"):
            desk(desk.do.back, pointer)
    with pytest.raises(UserError, match="needs a name"):
        desk(desk.do.start, " ")


def test_the_report_waits_for_the_last_reply(desk: Desk):
    """No fit and no report before all are rated; then the report, with the grader's evidence."""
    pointer = desk(desk.do.start, "Ann")["pointer"]
    with pytest.raises(UserError, match="Rate the 3 replies"):
        desk(desk.do.fit, pointer)
    with pytest.raises(UserError, match="Rate the 3 replies"):
        desk(desk.do.forget, pointer)

    for _ in range(3):
        shown = desk(desk.do.save, 0, 0, 0, [], "", pointer)
        pointer = shown["pointer"]

    assert shown["done"].visible
    assert "How well you agree" in shown["report"]
    assert "because" in shown["report"]
    assert "&lt;img src" in shown["report"]
    with pytest.raises(UserError, match="3 replies are rated"):
        desk(desk.do.fit, pointer)


def test_a_saved_rating_may_be_changed_in_order(desk: Desk):
    """Going through them again, each save shows the next, and the last the report."""
    pointer = {"rater": "Ann", "at": 0}
    for at in range(3):
        desk(desk.do.save, 0, 0, 0, [], "", {"rater": "Ann", "at": at})

    shown = desk(desk.do.review, pointer)
    second = desk(desk.do.save, 3, 3, 3, [], "", shown["pointer"])

    assert second["pointer"]["at"] == 1
    assert desk(desk.do.back, second["pointer"])["empathy"].value == 3


def test_thresholds_are_used_and_forgotten(tmp_path: Path):
    """The button says what refitting came to; the badge follows."""
    made = kit(tmp_path / "calibration", 60)
    rate_all(made, "Ann")
    desk = Desk(made)

    fitted = desk(desk.do.fit, {"rater": "Ann", "at": 0})
    forgotten = desk(desk.do.forget, {"rater": "Ann", "at": 0})

    assert "in use from the next reply on" in fitted["notice"]
    assert "calibrated here on" in fitted["header"]
    assert "were fitted to these ratings" in fitted["report"]
    assert fitted["forget"].visible
    assert "not calibrated here" in forgotten["header"]
    assert not forgotten["forget"].visible
    assert "were fitted to these ratings" not in forgotten["report"]


def test_without_a_batch_it_says_how_to_draw_one(tmp_path: Path):
    """The page opens, and names the command."""
    desk = Desk(Calibrating(tmp_path, load_rubric(), lambda: ScoredGrader(shipped_cuts())))

    assert "calmline calibrate new" in desk(desk.do.arrive, None)["notice"]
    with pytest.raises(UserError, match="There is no batch"):
        desk(desk.do.start, "Ann")


@pytest.fixture(scope="module")
def calibrate_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with 60 replies to rate; Ann has two left, Bob has all done."""
    folder = tmp_path_factory.mktemp("calibrate")
    made = kit(calibration_folder(folder), 60)
    rate_all(made, "Ann", but=2)
    rate_all(made, "Bob")
    with serving(folder, free_port()) as (url, _):
        yield url


def test_a_request_without_our_cookie_changes_nothing(calibrate_url: str):
    """A foreign page, whose requests come without the cookie, rates and fits nothing."""
    config = httpx.get(f"{calibrate_url}/calibrate/config").json()
    for found in config["dependencies"]:
        size = len(found["inputs"])
        given = [0, 0, 0, [], "", {"rater": "Bob", "at": 0}][-size:]
        body = {"data": given, "fn_index": found["id"], "session_hash": "foreign"}
        joined = httpx.post(f"{calibrate_url}/calibrate/gradio_api/queue/join", json=body)
        assert joined.status_code == 200
        told = _stream(calibrate_url)
        assert "How well you agree" not in told
        assert "in use from the next reply" not in told


def _stream(base_url: str) -> str:
    told = ""
    url, query = f"{base_url}/calibrate/gradio_api/queue/data", {"session_hash": "foreign"}
    with httpx.stream("GET", url, params=query, timeout=30) as stream:
        for line in stream.iter_lines():
            told += line
            if "process_completed" in line or "close_stream" in line:
                break
    return told


def test_what_is_saved_says_that_it_is_not_calibrated(calibrate_url: str):
    """The badge stands in the debrief as HTML, in each row of the CSV and in the JSON."""
    ann = client(calibrate_url)
    session = started(ann, "badge")

    saved = {
        kind: ann.get(f"/sessions/{session}/export.{kind}") for kind in ("html", "csv", "json")
    }

    assert saved["json"].json()["calibration"] == "not calibrated here"
    assert "not calibrated here" in saved["html"].text
    assert saved["csv"].text.splitlines()[0].endswith(",calibration")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("device", "size", "scheme"), [("desktop", DESKTOP, "light"), ("phone", PHONE, "dark")]
)
def test_a_batch_is_rated_by_keyboard_and_reported(
    browser: Any, calibrate_url: str, device: str, size: tuple[int, int], scheme: str
):
    """Rate, go back, reload, finish, fit: no axe violation, outside request, error or overflow."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True
    )
    page, outside, errors = context.new_page(), [], []
    page.on("request", lambda r: None if _ours(r.url, calibrate_url) else outside.append(r.url))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{calibrate_url}/calibrate/")
    page.get_by_label("Your name").fill(f"Cleo on a {device}")
    _check(page)
    page.get_by_label("Your name").press("Enter")
    page.get_by_text("Reply 1 of 60").wait_for()
    _check(page)

    page.get_by_role("button", name="Save and go on").click()
    page.get_by_text("Not saved yet: choose a level for Acknowledgement").wait_for()
    assert page.locator("#notice .notice").bounding_box()["y"] >= 0, "scrolled into sight"
    for name in CRITERIA:
        page.locator(f"#level-{name} input").first.focus()
        page.keyboard.press("2")
    page.get_by_label("It blames the customer.").check()
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_text("Reply 2 of 60").wait_for()
    assert page.locator("#judge input:checked").count() == 0
    assert page.locator("#judge input").first.evaluate("e => e === document.activeElement")
    page.get_by_role("button", name="Back").click()
    page.get_by_text("Reply 1 of 60").wait_for()
    assert page.locator("#level-empathy input:checked").get_attribute("value") == "2"
    assert page.get_by_label("It blames the customer.").is_checked()
    page.reload()
    page.get_by_text("Reply 2 of 60").wait_for()
    page.get_by_role("button", name="Stop here").click()
    page.get_by_text(f"Cleo on a {device}: 1 of 60").wait_for()

    page.get_by_label("Your name").fill("Bob")
    page.get_by_label("Your name").press("Enter")
    page.get_by_text("How well you agree").wait_for()
    page.get_by_role("button", name="Use these thresholds here").click()
    page.get_by_text("The new thresholds are in use from the next reply on").wait_for()
    _check(page)
    page.goto(f"{calibrate_url}/practice/")
    page.get_by_role("link", name="calibrated here on").wait_for()
    _check(page)
    page.goto(f"{calibrate_url}/calibrate/")
    page.get_by_role("button", name="Use the shipped ones").click()
    page.get_by_text("The shipped thresholds are in use again").wait_for()
    assert page.evaluate("() => window.__x") is None
    assert (outside, errors) == ([], [])
    context.close()


def _ours(url: str, base_url: str) -> bool:
    return url.startswith((base_url, "data:", "blob:"))


def _check(page: Any) -> None:
    """No axe violation, and nothing wider than the screen."""
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:160] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
