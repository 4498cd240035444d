"""The README keeps its word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.act import begin, next_act
from bot.judge import load_judge
from bot.shelf import Shelf, data_folder
from bot.voice import speak
from rubrics.grade import Grade
from scenarios.reader import read_folder

README = Path(__file__).parents[1] / "README.md"
REPLIES = (
    "We are sorry for any inconvenience. Please calm down, it's only some contact details.",
    "Pauline, your letter was in the mailbox they got into, with your account number in it, and "
    "that should never have happened. It's your mum's money, so of course you're shaking. We "
    "checked up to 22 November and found no payment out of your account that you did not make. "
    "I can block every payment out right now while we talk, and only you can lift it. "
    "What else is frightening you?",
)


def conversation() -> str:
    """Return the README's conversation, played now."""
    library = read_folder()
    scenario = library.scenarios["bank-savings-chat"]
    shelf = Shelf(data_folder(), library)
    judge, pins = load_judge(shelf), shelf.pins(scenario.id)
    state = begin(scenario, 1)
    said = speak(scenario, state.said)
    told = [f"> **Pauline:** {said}"]
    for reply in REPLIES:
        judged = judge.judge(reply, said=said, pins=pins)
        act, state = next_act(state, judged.grade, judged.heard, scenario, 1)
        said = speak(scenario, act.pools).replace("\n", "\n>\n> ")
        told += [f"> **You:** {reply}", f"> *{levels(judged.grade)}*", f"> **Pauline:** {said}"]
    return "\n>\n".join(told)


def levels(grade: object) -> str:
    assert isinstance(grade, Grade)
    given = ", ".join(f"{x.criterion.replace('_', ' ')} {x.level} of 3" for x in grade.levels)
    kinds = sorted({violation.kind for violation in grade.violations})
    return given + (f"; avoid: {', '.join(kinds)}" if kinds else "")


def test_its_conversation_is_real():
    """The transcript in the README is what the customer and the grader say today."""
    found = re.search(
        r"<!-- conversation -->\n(.*)\n<!-- /conversation -->", README.read_text(), re.DOTALL
    )

    assert found is not None
    assert found.group(1).strip() == conversation()


@pytest.mark.parametrize("target", ["practice", "test"])
def test_its_commands_are_there(target: str):
    """The two commands are targets of the Makefile."""
    makefile = (README.parent / "Makefile").read_text()

    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
