"""What a whole session was worth, from its grades. Pure.

Knows nothing of scenarios, moods or screens: what called for which criterion, and when, comes in.
Laws, each held by a property test: a grave violation more never makes the result better, a better
level never makes it worse, and a reply that could not be graded changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rubrics.grade import CRITERIA, Grade, Span, Ungraded, Violation
from rubrics.model import Rubric, SessionRules
from rubrics.signs import Sign

CutShort = Literal["", "stopped", "unfinished"]


@dataclass(frozen=True)
class Reply:
    """A reply that stands."""

    number: int
    """1 for the first."""
    grade: Grade | Ungraded
    concern: str
    """Id of the concern that was being talked about."""
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True)
class Call:
    """Something that called for a criterion, and the replies that could have answered it."""

    criterion: str
    replies: tuple[int, ...]


@dataclass(frozen=True)
class Worry:
    """A concern of the customer's."""

    id: str
    weight: int
    met_on: int | None
    """Number of the reply that met it; None while it is open."""


@dataclass(frozen=True)
class Played:
    """A session, as far as its worth goes."""

    replies: tuple[Reply, ...]
    calls: tuple[Call, ...]
    worries: tuple[Worry, ...]
    taken_back: tuple[int, ...] = ()
    """Numbers of the replies that were taken back and written again."""
    cut_short: CutShort = ""


@dataclass(frozen=True)
class Standing:
    """How one criterion did over the session."""

    criterion: str
    level: float | None
    """Mean over what called for it of the best level, 0.0 to 3.0; None when nothing graded was."""
    result: str | None
    """The best result that this level alone would allow."""
    best: int | None
    """Number of the best reply to what called for it: a clean one if there is, then the first."""
    best_level: int | None
    calls: int
    """How many things called for it, of those that a graded reply could have answered."""


@dataclass(frozen=True)
class Broken:
    """A violation, the reply it stands in, and the reply that put it right, if one did."""

    reply: int
    violation: Violation
    repaired_by: int | None = None


@dataclass(frozen=True)
class Seen:
    """A sign over the session: where it was found, and whether that is as asked."""

    kind: str
    as_asked: bool
    says: str
    found: tuple[tuple[int, Span], ...]
    """(reply number, words)."""


@dataclass(frozen=True)
class SessionGrade:
    """What a session was worth, and why."""

    result: str | None
    """A name from the rubric; None when there is none to give."""
    says: str
    """What the result means, or why there is none."""
    criteria: tuple[Standing, ...]
    concerns: float
    """Share of the concerns, by weight, that were met: 0.0 to 1.0."""
    violations: tuple[Broken, ...]
    signs: tuple[Seen, ...]
    limits: tuple[str, ...]
    """Why the result can be no better, in sentences that quote the trainee; empty without a cap."""
    recoveries: tuple[str, ...]
    notes: tuple[str, ...]
    """What was not counted."""
    rubric: str
    """Id of the rubric."""


def grade_session(played: Played, rubric: Rubric) -> SessionGrade | None:
    """Return what a session was worth; None when its rubric has no rules for sessions."""
    rules = rubric.session
    if rules is None:
        return None
    graded = [(reply, reply.grade) for reply in played.replies if isinstance(reply.grade, Grade)]
    criteria = tuple(_standing(name, played.calls, graded, rules) for name in CRITERIA)
    violations = _violations(graded, played.worries, rules)
    signs = _signs(played.replies, rubric)
    met = _share_met(played.worries)
    result, says = _result(played, criteria, met, violations, signs, rubric, rules)
    return SessionGrade(
        result=result,
        says=says,
        criteria=criteria,
        concerns=met,
        violations=violations,
        signs=signs,
        limits=_limits(violations, signs, rubric, rules) if graded else (),
        recoveries=_recoveries(violations, rules),
        notes=_notes(played, rules),
        rubric=rubric.id,
    )


def dump(grade: SessionGrade) -> dict[str, Any]:
    """Return plain JSON types; `load` gives the same grade back."""
    return asdict(grade)


def load(fields: Mapping[str, Any]) -> SessionGrade:
    """Return the session grade that `dump` wrote, from it or from its JSON."""
    return SessionGrade(
        **{
            **fields,
            "criteria": tuple(Standing(**standing) for standing in fields["criteria"]),
            "violations": tuple(_broken(broken) for broken in fields["violations"]),
            "signs": tuple(_seen(seen) for seen in fields["signs"]),
            **{name: tuple(fields[name]) for name in ("limits", "recoveries", "notes")},
        }
    )


Graded = Sequence[tuple[Reply, Grade]]


def _standing(name: str, calls: Iterable[Call], graded: Graded, rules: SessionRules) -> Standing:
    by_number = {reply.number: grade for reply, grade in graded}
    answered = [
        [number for number in call.replies if number in by_number]
        for call in calls
        if call.criterion == name
    ]
    answered = [numbers for numbers in answered if numbers]
    if not answered:
        return Standing(name, None, None, None, None, 0)
    highest = [max(by_number[number].level(name) for number in numbers) for numbers in answered]
    level = sum(highest) / len(highest)
    best = max(
        {number for numbers in answered for number in numbers},
        key=lambda n: (by_number[n].level(name), not by_number[n].violations, -n),
    )
    result = next(step.name for step in rules.results if level >= step.least_level)
    return Standing(name, level, result, best, by_number[best].level(name), len(answered))


def _violations(
    graded: Graded, worries: tuple[Worry, ...], rules: SessionRules
) -> tuple[Broken, ...]:
    met_on = {worry.id: worry.met_on or 0 for worry in worries}
    repairing = [
        reply.number
        for reply, grade in graded
        if not grade.violations and grade.total >= rules.repairs_from
    ]
    found = []
    for reply, grade in graded:
        later = [number for number in repairing if number > reply.number]
        met_after = met_on.get(reply.concern, 0) > reply.number
        repaired_by = later[0] if later and met_after else None
        found += [
            Broken(reply.number, violation, repaired_by if violation.grave else None)
            for violation in grade.violations
        ]
    return tuple(found)


def _signs(replies: Iterable[Reply], rubric: Rubric) -> tuple[Seen, ...]:
    found: dict[str, list[tuple[int, Span]]] = {kind: [] for kind in rubric.signs}
    for reply in replies:
        for sign in reply.signs if isinstance(reply.grade, Grade) else ():
            if sign.kind in found:
                found[sign.kind].append((reply.number, sign.span))
    return tuple(
        Seen(
            kind=kind,
            as_asked=bool(found[kind]) == words.wanted,
            says=words.shown if found[kind] else words.not_shown,
            found=tuple(found[kind]),
        )
        for kind, words in rubric.signs.items()
    )


def _share_met(worries: Sequence[Worry]) -> float:
    whole = sum(worry.weight for worry in worries)
    met = sum(worry.weight for worry in worries if worry.met_on is not None)
    return met / whole if whole else 1.0


def _result(
    played: Played,
    criteria: Sequence[Standing],
    met: float,
    violations: Sequence[Broken],
    signs: Sequence[Seen],
    rubric: Rubric,
    rules: SessionRules,
) -> tuple[str | None, str]:
    if played.cut_short:
        return None, getattr(rules.no_result, played.cut_short)
    levels = [standing.level for standing in criteria if standing.level is not None]
    if not levels:
        return None, rules.no_result.nothing_graded
    bad = len({broken.reply for broken in violations})
    earned = next(
        step.name
        for step in rules.results
        if min(levels) >= step.least_level
        and met >= step.least_concerns
        and (step.most_violations is None or bad <= step.most_violations)
    )
    result = _worst([earned, *_caps(violations, signs, rubric, rules)], rules)
    return result, next(step.says for step in rules.results if step.name == result)


def _caps(
    violations: Iterable[Broken], signs: Iterable[Seen], rubric: Rubric, rules: SessionRules
) -> list[str]:
    caps = [_grave_cap(broken, rules) for broken in violations if broken.violation.grave]
    limits = [rubric.signs[seen.kind].most for seen in signs if not seen.as_asked]
    return [*caps, *(most for most in limits if most is not None)]


def _grave_cap(broken: Broken, rules: SessionRules) -> str:
    return rules.caps.grave if broken.repaired_by is None else rules.caps.grave_repaired


def _worst(names: Iterable[str], rules: SessionRules) -> str:
    return max(names, key=rules.names.index)


def _limits(
    violations: Iterable[Broken], signs: Iterable[Seen], rubric: Rubric, rules: SessionRules
) -> tuple[str, ...]:
    grave = [
        rules.sentences.capped.format(
            reply=broken.reply,
            words=broken.violation.span.text,
            means=rubric.violations[broken.violation.kind].means,
            most=_grave_cap(broken, rules),
        )
        for broken in violations
        if broken.violation.grave
    ]
    held = [
        rules.sentences.held_back.format(asks=rubric.signs[seen.kind].asks, most=most)
        for seen in signs
        if not seen.as_asked and (most := rubric.signs[seen.kind].most)
    ]
    return (*grave, *held)


def _recoveries(violations: Iterable[Broken], rules: SessionRules) -> tuple[str, ...]:
    pairs = [(b.repaired_by, b.reply) for b in violations if b.repaired_by is not None]
    return tuple(
        rules.sentences.repaired.format(reply=by, broken=broken)
        for by, broken in dict.fromkeys(pairs)
    )


def _notes(played: Played, rules: SessionRules) -> tuple[str, ...]:
    ungraded = [reply.number for reply in played.replies if isinstance(reply.grade, Ungraded)]
    told = ((rules.sentences.taken_back, played.taken_back), (rules.sentences.ungraded, ungraded))
    return tuple(words.format(replies=_listed(numbers)) for words, numbers in told if numbers)


def _listed(numbers: Sequence[int]) -> str:
    """Return `reply 2`, or `replies 2, 3 and 5`."""
    names = [str(number) for number in sorted(set(numbers))]
    if len(names) == 1:
        return f"reply {names[0]}"
    return f"replies {', '.join(names[:-1])} and {names[-1]}"


def _broken(fields: Mapping[str, Any]) -> Broken:
    violation = fields["violation"]
    span = Span(**violation["span"])
    return Broken(**{**fields, "violation": Violation(**{**violation, "span": span})})


def _seen(fields: Mapping[str, Any]) -> Seen:
    found = tuple((number, Span(**span)) for number, span in fields["found"])
    return Seen(**{**fields, "found": found})
