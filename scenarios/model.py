"""The model that every scenario file must fit. Knows nothing of files, Rasa or grading."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1, max_length=1200)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=60)]
Day = Annotated[date, Field(strict=False)]
Lines = Annotated[tuple[Text, ...], Field(min_length=2, max_length=30, strict=False)]
SomeLines = Annotated[tuple[Text, ...], Field(min_length=1, max_length=30, strict=False)]

Role = Literal["surge_staff", "executive"]
Channel = Literal["chat", "email", "phone"]
Difficulty = Literal["gentle", "real", "hard"]
Segment = Literal["affected", "worried_unaffected", "high_value", "vulnerable", "bereaved"]
Temperament = Literal[
    "panicked", "icy", "ashamed", "weary", "sarcastic", "loyal_and_hurt", "confused", "expert"
]
StartingMood = Literal["calm", "worried", "anxious", "angry", "hurt"]
IncidentType = Literal[
    "account_takeover",
    "credential_stuffing",
    "denial_of_service",
    "insider",
    "lost_device",
    "misdirected_mail",
    "phishing",
    "ransomware",
    "vendor_leak",
]


class Strict(BaseModel):
    """Frozen; unknown keys refused; a number or a bare `no` is not a text."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


class Unknown(Strict):
    """Something nobody knows yet, and when it will be known."""

    what: Text
    known_by: Text


class Incident(Strict):
    """The case card: what happened, what may be said and offered, and what may not."""

    type: IncidentType
    summary: Text
    exposed_data: SomeLines | Annotated[tuple[Text, ...], Field(max_length=0, strict=False)]
    confirmed: SomeLines
    unknown: Annotated[tuple[Unknown, ...], Field(min_length=1, max_length=12, strict=False)]
    approved_offers: SomeLines
    must_not_say: SomeLines
    verification: SomeLines
    next_update: Text


class Customer(Strict):
    """Who is calling, and in what state."""

    name: Text
    age: Annotated[int, Field(ge=16, le=110)] | None = None
    history: Text
    segment: Segment
    temperament: Temperament
    mood: StartingMood


class Raised(Strict):
    """How a concern is put, by mood. Angry lines are used when anger is high, and so on."""

    calm: Lines
    anxious: Lines
    angry: Lines


class Need(Strict):
    """One thing that a good answer must contain, with sentences that would contain it."""

    need: Text
    examples: Annotated[tuple[Text, ...], Field(min_length=3, max_length=12, strict=False)]


class Concern(Strict):
    """Something that troubles the customer until a reply meets every need of it."""

    id: Name
    about: Text
    weight: Annotated[int, Field(ge=1, le=3)] = 1
    lines: Raised
    needs: Annotated[tuple[Need, ...], Field(min_length=1, max_length=4, strict=False)]
    follow_ups: Lines
    """Said when part of it was answered."""
    press: Lines
    """Said when it was dodged."""
    met: Lines
    """Said when it was met, before the next concern."""
    hint: Text


class Known(Strict):
    """Something the customer knows and says when asked."""

    asked: Annotated[tuple[Text, ...], Field(min_length=2, max_length=12, strict=False)]
    answers: SomeLines


class Reactions(Strict):
    """What the customer says to a reply that went wrong, or right, whatever the subject."""

    blamed: Lines
    minimised: Lines
    asked_for_secret: Lines
    promised_too_much: Lines
    guessed: Lines
    told_of_others: Lines
    shut_down: Lines
    wrong_advice: Lines
    stock_phrases: Lines
    good_question: Lines
    felt_heard: Lines
    does_not_know: Lines
    silence: Lines


class Endings(Strict):
    """The customer's last words, by how it went."""

    reassured: Lines
    uneasy: Lines
    walks_away: Lines
    asks_for_supervisor: Lines


class Exemplar(Strict):
    """A reply worth copying the thought of, for one concern."""

    concern: Name
    reply: Text
    why: Text


class Source(Strict):
    """Where a fact comes from, as of when, and when it must be looked at again."""

    fact: Text
    source: Text
    as_of: Day
    review_by: Day

    @model_validator(mode="after")
    def _reviewed_later(self) -> Source:
        if self.review_by <= self.as_of:
            raise ValueError("review_by must be later than as_of")
        return self


class Survey(Strict):
    """The sentence that the customer leaves in the survey afterwards, by ending."""

    reassured: Text
    uneasy: Text
    walks_away: Text
    asks_for_supervisor: Text
    stopped: Text


class Scenario(Strict):
    """One role-play."""

    id: Name
    title: Text
    version: Annotated[int, Field(ge=1)]
    role: Role
    channel: Channel
    difficulty: Difficulty
    minutes: Annotated[int, Field(ge=2, le=30)]
    jurisdiction: Literal["US", "UK", "Ireland", "Germany", "Canada", "Australia"]
    as_of: Day
    sector: Text
    company: Text
    content_note: Text | None = None
    incident: Incident
    customer: Customer
    opening: SomeLines
    concerns: Annotated[tuple[Concern, ...], Field(min_length=2, max_length=8, strict=False)]
    knows: Annotated[tuple[Known, ...], Field(min_length=1, max_length=30, strict=False)]
    reactions: Reactions
    endings: Endings
    survey: Survey
    exemplars: Annotated[tuple[Exemplar, ...], Field(min_length=1, max_length=20, strict=False)]
    sources: Annotated[tuple[Source, ...], Field(min_length=1, max_length=30, strict=False)]

    @model_validator(mode="after")
    def _references_hold(self) -> Scenario:
        ids = [concern.id for concern in self.concerns]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"concerns: id used twice: {', '.join(twice)}")
        covered = {exemplar.concern for exemplar in self.exemplars}
        unknown = sorted(covered - set(ids))
        if unknown:
            raise ValueError(
                f"exemplars: no concern has the id {', '.join(unknown)}; "
                f"expected one of {', '.join(ids)}"
            )
        missing = [name for name in ids if name not in covered]
        if missing:
            raise ValueError(f"exemplars: none for the concern {', '.join(missing)}")
        return self
