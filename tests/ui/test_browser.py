"""The practice page in a real browser: a scenario played to its end, desktop and phone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.examples import ENDINGS

pytestmark = pytest.mark.browser

DESKTOP, PHONE = (1440, 900), (390, 844)
GOOD, NEXT = "333 this money is safe now", "333 this happens next now"


@dataclass
class Visit:
    """A person at the page, and what the browser complained of."""

    page: Any
    base_url: str
    phone: bool
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, scenario: str = "small") -> None:
        self.page.on("request", self._watch)
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{self.base_url}/practice/")
        self.page.locator(f"#start-{scenario}").wait_for()

    def start(self, scenario: str = "small") -> None:
        self.page.locator(f"#start-{scenario}").click()
        self.page.locator("#talk .bubble.hers").first.wait_for()

    def send(self, words: str) -> None:
        bubbles = self.page.locator("#talk .bubble.mine")
        before = bubbles.count()
        self.page.locator("#box textarea").fill(words)
        self.page.locator("#box textarea").press("Enter")
        bubbles.nth(before).wait_for()

    def pane(self, name: str) -> None:
        if self.phone:
            self.page.locator(f"#tab-{name}").click()

    def check(self) -> None:
        found = Axe().run(self.page).response["violations"]
        told = [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found]
        assert told == []

    def _watch(self, request: Any) -> None:
        if not request.url.startswith((self.base_url, "data:", "blob:")):
            self.outside.append(request.url)


@pytest.fixture(
    params=[("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")],
    ids="-".join,
)
def visit(request: pytest.FixtureRequest, browser: Any, base_url: str) -> Any:
    device, scheme = request.param
    width, height = PHONE if device == "phone" else DESKTOP
    # Axe and Playwright's own waits evaluate text in the page, which the page's policy forbids.
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
    )
    visit = Visit(context.new_page(), base_url, device == "phone")
    visit.open()
    yield visit
    context.close()


def test_a_scenario_is_played_redone_debriefed_and_saved(visit: Visit):
    """Start, reply, redo, finish, debrief, export: no axe violation, outside request or error."""
    page = visit.page
    visit.check()
    visit.start()
    visit.send("000 !blame it was you")
    visit.pane("feedback")
    page.get_by_text("Try next").wait_for()
    assert "Avoid: blame" in page.locator("#feedback").inner_text()
    visit.check()
    visit.pane("chat")
    assert "Blame" in page.locator("#talk .given").inner_text()
    for asked, shown in (("Hint", "Say that money is safe."), ("Show a good reply", "It answers.")):
        page.get_by_role("button", name=asked).click()
        page.locator("#help").get_by_text(shown).wait_for()
    visit.check()
    page.get_by_role("button", name="Redo this turn").click()
    page.get_by_text("Write another reply to the same words.").wait_for()
    assert page.locator("#box textarea").input_value() == "000 !blame it was you"
    page.locator("#box textarea").fill(GOOD)
    page.locator("#box textarea").press("Enter")
    page.locator(".try.now .bubble.hers").wait_for()
    assert page.locator("#help").inner_text() == ""
    assert page.locator(".tries .try").count() == 2
    visit.check()
    visit.send(NEXT)
    page.get_by_role("button", name="Open the debrief").click()
    page.get_by_text("One goal for next time").wait_for()
    visit.check()
    for kind in ("HTML", "CSV", "JSON"):
        with page.expect_download() as saved:
            page.get_by_role("link", name=kind).click()
        content = saved.value.path().read_text()
        assert GOOD in content
    session = json.loads(content)
    assert session["ending"] in ENDINGS
    assert len(session["taken_back"]) == 1
    assert visit.outside == []
    assert visit.errors == []


def test_an_executives_debrief_says_why_it_is_capped(visit: Visit):
    """Result, cap, recovery and signs with their words stand on the page, with no axe violation."""
    page = visit.page
    visit.start("outreach")
    visit.send("111 !blame You should know, with us since 1990.")
    visit.send(f"{GOOD} Click here.")
    visit.send(NEXT)
    page.get_by_role("button", name="Open the debrief").click()
    page.get_by_text("One goal for next time").wait_for()

    visit.check()
    shown = page.locator("#report").inner_text()
    assert "Nearly" in shown
    assert "In reply 1 you wrote “111 !blame You should know, with us since 1990.”" in shown
    assert "Reply 2 put reply 1 right" in shown
    assert "1990 (reply 1)" in shown.replace("“", "").replace("”", "")
    assert "Click here" in page.locator("#report .signs .amiss q").all_inner_texts()
    assert visit.errors == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("scenario", "size"),
    [
        ("bank-savings-chat", DESKTOP),
        ("hospital-ransomware-phone", PHONE),
        ("private-client-call", DESKTOP),
        ("utility-unaffected-email", PHONE),
    ],
)
def test_a_shipped_scenario_is_played_to_a_good_end(
    browser: Any, real_url: str, scenario: str, size: tuple[int, int]
):
    """The real server: whoever first hurts, redoes it, and then says what helps, is trusted."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    visit = Visit(context.new_page(), real_url, phone=size == PHONE)
    page = visit.page
    visit.open(scenario)
    page.locator(f"#start-{scenario}").click()
    start = page.get_by_role("button", name="Start", exact=True)
    start.or_(page.locator("#talk .bubble.hers")).first.wait_for()
    if start.is_visible():
        start.click()
        page.locator("#talk .bubble.hers").first.wait_for()
    visit.send("Please calm down, it is only some contact details.")
    assert "Plays it down" in page.locator("#talk .given").inner_text()
    page.get_by_role("button", name="Redo this turn").click()
    page.get_by_text("Write another reply to the same words.").wait_for()
    for _ in range(12):
        if not page.locator("#box textarea").is_visible():
            break
        page.get_by_role("button", name="Show a good reply").click()
        visit.send(page.locator("#help p").first.inner_text())
    visit.check()
    page.get_by_role("button", name="Open the debrief").click()
    page.get_by_text("The customer left reassured.").wait_for()
    visit.check()
    with page.expect_download() as saved:
        page.get_by_role("link", name="JSON").click()
    session = json.loads(saved.value.path().read_text())
    context.close()

    assert session["ending"] == "reassured"
    assert len(session["taken_back"]) == 1
    assert visit.outside == []
    assert visit.errors == []


def test_it_is_used_by_keyboard_and_comes_back_after_a_reload(browser: Any, base_url: str):
    """Focus stays in the box after sending; a reload shows the same conversation."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    visit = Visit(context.new_page(), base_url, phone=False)
    visit.open()
    visit.page.locator("#start-small").focus()
    visit.page.keyboard.press("Enter")
    visit.page.locator("#talk .bubble.hers").first.wait_for()
    visit.send("000 hm")
    assert visit.page.locator("#box textarea").evaluate("e => e === document.activeElement")
    said = visit.page.locator("#talk").inner_text()

    visit.page.reload()
    visit.page.locator("#talk .bubble.mine").wait_for()

    assert visit.page.locator("#talk").inner_text() == said
    context.close()


@pytest.mark.parametrize(("size", "role"), [(DESKTOP, "region"), (PHONE, "tabpanel")])
def test_panes_say_what_they_are(browser: Any, base_url: str, size: tuple[int, int], role: str):
    """Side by side the three panes are named regions; as tabs each is its tab's panel."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, bypass_csp=True)
    visit = Visit(context.new_page(), base_url, phone=role == "tabpanel")
    visit.open()
    visit.start()
    for pane in ("Brief", "Feedback", "Chat"):
        visit.pane(pane.lower())
        found = visit.page.get_by_role(role, name=pane, exact=True)
        found.wait_for()
        assert found.get_attribute("id") == f"pane-{pane.lower()}"
    context.close()


def test_a_hard_scenario_starts_with_its_note(browser: Any, base_url: str):
    """The content note comes first, and one may leave."""
    context = browser.new_context()
    visit = Visit(context.new_page(), base_url, phone=False)
    visit.open()
    visit.page.locator("#start-noted").click()
    visit.page.get_by_text("A hard one.").wait_for()
    visit.page.get_by_role("button", name="Choose another").first.click()
    visit.page.locator("#start-noted").click()
    visit.page.get_by_role("button", name="Start", exact=True).click()

    visit.page.locator("#talk .bubble.hers").first.wait_for()
    context.close()


@pytest.mark.parametrize(
    "words",
    [
        "000 ${Object.assign(window,{__x:9}).__x} {{constructor}}",
        "000 <img src=https://evil.example/a.png onerror=window.__x=9>",
        "000 ![](https://evil.example/b.png) <script>window.__x=9</script>",
        "000 <form action=https://evil.example><input name=pin></form>",
        "000 \u202ehctam \u0627\u0644\u0633\u0644\u0627\u0645 🙂👩‍👩‍👧",
    ],
)
def test_what_is_typed_is_only_text(browser: Any, base_url: str, words: str):
    """Template code, markup, remote images, emoji and right-to-left text are shown, never run."""
    context = browser.new_context()
    visit = Visit(context.new_page(), base_url, phone=False)
    visit.open()
    visit.start()
    visit.send(words)
    shown = visit.page.locator("#talk .bubble.mine").inner_text()
    visit.page.get_by_role("button", name="Stop").click()
    visit.page.get_by_text("One goal for next time").wait_for()

    assert words in shown
    assert visit.page.evaluate("() => window.__x") is None
    assert visit.page.locator("#report form, #report img, #report script").count() == 0
    assert visit.outside == []
    context.close()
