"""What a session was, for its grade: which reply each criterion was called for on, and why. Pure.

The rules: acknowledgement is called for by the incident, which any reply may own, and again by
every concern that is raised later. Empathy is called for by a concern, on the replies to its being
raised or pressed, to a reaction, and whenever fear or anger is in the customer's voice. Next steps
are called for once by a concern, on any reply while it is talked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.mood import tone
from bot.shelf import case_of
from bot.turn import ActKind, Session, Turn
from rubrics.model import Rubric
from rubrics.session import Call, CutShort, Played, Reply, Worry
from rubrics.signs import find

STIRRED: frozenset[ActKind] = frozenset({"open", "raise", "press", "react"})
"""Acts by which the customer shows that something hurts, whatever her mood."""


def played(session: Session, rubric: Rubric) -> Played:
    """Return the session as its grade is made from it; signs only where the rubric asks for any."""
    talked = _talked_about(session)
    return Played(
        replies=tuple(
            _reply(turn, concern, session, with_signs=bool(rubric.signs))
            for turn, concern in zip(session.turns, talked, strict=True)
        ),
        calls=calls(session.turns, talked),
        worries=_worries(session),
        taken_back=tuple(sorted({turn.number for turn in session.redone})),
        cut_short=_cut_short(session),
    )


def calls(turns: Sequence[Turn], talked: Sequence[str]) -> tuple[Call, ...]:
    """Return what called for a criterion in `turns`; `talked` has the concern of each."""
    if not turns:
        return ()
    spoken = ["open", *(turn.act.kind for turn in turns)]
    found = [Call("acknowledgement", tuple(turn.number for turn in turns))]
    stretches = groupby(zip(turns, spoken, talked, strict=False), key=lambda part: part[2])
    for i, (_, stretch) in enumerate(stretches):
        parts = list(stretch)
        numbers = tuple(turn.number for turn, _, _ in parts)
        felt = tuple(turn.number for turn, said, _ in parts if _is_stirred(turn, said))
        if i:
            found.append(Call("acknowledgement", numbers))
        found += [Call("empathy", felt)] if felt else []
        found.append(Call("next_steps", numbers))
    return tuple(found)


def _is_stirred(turn: Turn, said: str) -> bool:
    return said in STIRRED or tone(turn.before) != "calm"


def _talked_about(session: Session) -> list[str]:
    """Return, for each standing turn, the concern that the reply was to."""
    first = session.scenario.concerns[0].id
    after = [turn.act.concern or first for turn in session.turns]
    return [first, *after][: len(session.turns)]


def _reply(turn: Turn, concern: str, session: Session, *, with_signs: bool) -> Reply:
    customer = session.scenario.customer
    case = case_of(session.scenario)
    signs = (
        find(turn.reply, case=case, history=customer.history, customer=customer.name)
        if with_signs
        else ()
    )
    return Reply(turn.number, turn.grade, concern, signs)


def _worries(session: Session) -> tuple[Worry, ...]:
    met_on = {name: turn.number for turn in reversed(session.turns) for name in turn.met}
    return tuple(
        Worry(concern.id, concern.weight, met_on.get(concern.id))
        for concern in session.scenario.concerns
    )


def _cut_short(session: Session) -> CutShort:
    if session.ending is None:
        return "unfinished"
    return "stopped" if session.ending == "stopped" else ""
