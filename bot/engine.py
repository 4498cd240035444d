"""The Rasa project's own parts, and Rasa itself: the only file that imports it.

Three thin components around pure functions (grade a reply, choose the act, speak the line), the
tracker store that keeps the record, and the loaded agent on a thread of its own.
"""

from __future__ import annotations

import json
import logging
import os
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any, Dict, List, Optional

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import sqlalchemy as sa
from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.core.tracker_store import SQLTrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    Event,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.log_utils import configure_structlog

from bot import act as acts
from bot.act import State, begin, next_act
from bot.judge import REPLY, Judge, Judged, from_parse, load_judge, to_parse
from bot.record import turn_slot
from bot.shelf import Shelf, data_folder, database_path
from bot.turn import Pins
from bot.voice import choose, line, speak
from rubrics.grade import Ungraded
from scenarios.reader import read_folder

FOLDER = Path(__file__).parent
MODEL = FOLDER / "models" / "calmline.tar.gz"
MOST_LIVE_TRACKERS = 500

logger = logging.getLogger(__name__)


@cache
def shelf() -> Shelf:
    """Return the process's shelf, on the data folder of its environment."""
    return Shelf(data_folder(), read_folder())


@cache
def judge() -> Judge:
    """Return the process's judge; loads the sentence encoder."""
    return load_judge(shelf())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ReplyGrader(GraphComponent):
    """NLU: everything said to the customer is a reply; grades it where no grade came along."""

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ReplyGrader:
        """Return a grader; nothing is loaded before the first reply."""
        return cls()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the data as they are: there is nothing to learn here."""
        return training_data

    def process(self, messages: List[Message], tracker: DialogueStateTracker) -> List[Message]:
        """Set intent, entities, grade and what was heard on each message."""
        for message in messages:
            text = message.get("text") or ""
            for name, value in to_parse(text, _judged(text, tracker)).items():
                if name != "text":
                    message.set(name, value, add_to_output=True)
        return messages


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class CustomerPolicy(Policy):
    """Moves the mood and chooses the customer's next act; leaves structure to the rules."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the config: below the rules' priority (6), so that structure wins."""
        return {"priority": 5}

    def train(
        self,
        training_trackers: List[Any],
        domain: Domain,
        **kwargs: Any,
    ) -> Resource:
        """Return the resource: the customer's laws are code, not learned."""
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CustomerPolicy:
        """Return the policy; nothing was persisted."""
        return cls(config, model_storage, resource, execution_context)

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: Optional[Dict[str, Any]] = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Return the customer's answer to a reply, with the slots that hold her new state."""
        message = tracker.latest_message
        if message is None or message.intent.get("name") != REPLY:
            return self._prediction(self._default_predictions(domain))
        if tracker.latest_action_name != "action_listen":
            return self._certain("action_listen", domain, [])
        if not tracker.get_slot("scenario"):
            return self._certain("utter_choose", domain, [])
        if tracker.get_slot("stopped") or _state(tracker).ending:
            return self._certain("utter_over", domain, [])
        return self._certain("utter_customer", domain, _answer(tracker, message))

    def _certain(self, action: str, domain: Domain, events: List[Event]) -> PolicyPrediction:
        scores = self._default_predictions(domain)
        scores[domain.index_for_action(action)] = 1.0
        return self._prediction(scores, optional_events=events)


class CustomerVoice(TemplatedNaturalLanguageGenerator):
    """NLG in this process: the words of the act that the policy chose.

    The room's own words are templates: Rasa gives them to this class when it has loaded a model,
    which is after it made the generator.
    """

    def __init__(self, endpoint_config: Any = None, domain: Optional[Domain] = None) -> None:
        super().__init__(domain.responses if domain else {})

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> Optional[Dict[str, Any]]:
        """Return `{"text", "phrased_by"}`; None when nothing can be said."""
        if utter_action == "utter_customer":
            names = (tracker.get_slot("turn") or {})["act"]["pools"]
            return {"text": speak(_scenario(tracker), names), "phrased_by": "authored"}
        if utter_action == "utter_opening":
            return self._opening(tracker)
        if utter_action == "utter_choose":
            return {"text": _choices(), "phrased_by": "calmline"}
        said = await super().generate(utter_action, tracker, output_channel, **kwargs)
        return {**said, "phrased_by": "calmline"} if said else None

    def _opening(self, tracker: DialogueStateTracker) -> Dict[str, Any]:
        known = tracker.get_slot("scenario") in shelf().library.scenarios
        if not known and not tracker.get_slot("scenario_hash"):
            return {"text": _choices(), "phrased_by": "calmline"}
        scenario = _scenario(tracker)
        name = choose(scenario, ["opening"], (), _seed(tracker))
        return {"text": line(scenario, name or "opening.0"), "phrased_by": "authored"}


class PracticeStore(SQLTrackerStore):
    """The record: SQLite in WAL mode in the data folder, or any database by DATABASE_URL.

    A turn's events are one transaction. Between turns a short tracker is kept in memory (all slots,
    the events of the last turn): Rasa copies a tracker's events several times a turn, and with the
    whole session a turn took 13 ms at first and 58 ms after sixty. That no one else has written
    meanwhile is seen by the newest event's id.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: Optional[str] = None,
        event_broker: Any = None,
        **kwargs: Any,
    ) -> None:
        path = database_path(data_folder())
        url = os.environ.get("DATABASE_URL")
        super().__init__(domain, host=url, db=str(path), event_broker=event_broker, **kwargs)
        keep_in_wal(self.engine)
        self._live: OrderedDict[str, tuple[int, DialogueStateTracker, int]] = OrderedDict()

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return the session's tracker, or None for a new one; live ones hold its last turn."""
        live = self._live.get(sender_id)
        if live and live[0] == self._newest(sender_id):
            return live[1]
        return await super().retrieve(sender_id)

    async def whole(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Return the session's tracker with every event, read from the database."""
        self.forget(sender_id)
        return await super().retrieve(sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the tracker's new events, all or none."""
        live = self._live.pop(tracker.sender_id, None)
        if live and live[1] is tracker:
            self._append(tracker, live[2])
        else:
            await super().save(tracker)
        kept = _last_turn(tracker, self.domain)
        self._live[tracker.sender_id] = (self._newest(tracker.sender_id), kept, len(kept.events))
        if len(self._live) > MOST_LIVE_TRACKERS:
            self._live.popitem(last=False)

    def forget(self, sender_id: str) -> None:
        """Drop a tracker from memory: the next use reads it from the database."""
        self._live.pop(sender_id, None)

    def _newest(self, sender_id: str) -> int:
        with self.engine.connect() as connection:
            query = sa.select(sa.func.max(self.SQLEvent.id)).where(
                self.SQLEvent.sender_id == sender_id
            )
            return connection.execute(query).scalar() or 0

    def _append(self, tracker: DialogueStateTracker, stored: int) -> None:
        with self.session_scope() as session:
            for number in range(stored, len(tracker.events)):
                event = tracker.events[number]
                fields = event.as_dict()
                session.add(
                    self.SQLEvent(
                        sender_id=tracker.sender_id,
                        type_name=event.type_name,
                        timestamp=fields.get("timestamp"),
                        intent_name=fields.get("parse_data", {}).get("intent", {}).get("name"),
                        action_name=fields.get("name"),
                        data=json.dumps(fields),
                    )
                )
            session.commit()


def _last_turn(tracker: DialogueStateTracker, domain: Domain) -> DialogueStateTracker:
    """Return a tracker with the same slots, and the events since before the last user message."""
    events = tracker.applied_events()
    users = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    cut = users[-1] if users else 0
    earlier = [event for event in events[:cut] if isinstance(event, SlotSet)]
    slots = {event.key: event for event in earlier}
    listen = [ActionExecuted("action_listen")] if cut else []
    return DialogueStateTracker.from_events(
        tracker.sender_id, [*slots.values(), *listen, *events[cut:]], domain.slots, domain=domain
    )


def keep_in_wal(engine: sa.engine.Engine) -> None:
    """Put a SQLite database in write-ahead mode: readers and the writer don't block each other."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")


async def load() -> Agent:
    """Return the trained agent with the practice store. Raises FileNotFoundError if untrained."""
    # Rasa's default is to print every message it parses: a trainee's words stay out of the log.
    configure_structlog(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)
    if not MODEL.exists():
        raise FileNotFoundError(f"{MODEL} is not there; run `make practice`, which trains it")
    endpoints = AvailableEndpoints.read_endpoints(str(FOLDER / "endpoints.yml"))
    agent = await load_agent(str(MODEL), endpoints=endpoints)
    if agent is None or agent.processor is None:
        raise RuntimeError(f"Rasa could not load {MODEL}; delete it and run `make practice`")
    # Rasa wraps the store to fall back to memory when the database fails: a turn would be shown
    # and lost at the next restart. Without the wrapper the failure is shown instead.
    agent.tracker_store = agent.processor.tracker_store = PracticeStore(agent.domain)
    return agent


async def send(agent: Agent, sender_id: str, text: str, parse: Dict[str, Any]) -> None:
    """Put one judged message through the agent; its events are stored when this returns."""
    message = UserMessage(
        text, CollectingOutputChannel(), sender_id, input_channel="practice", parse_data=parse
    )
    try:
        await agent.handle_message(message)
    except BaseException:
        _store(agent).forget(sender_id)
        raise


async def take_back(agent: Agent, sender_id: str) -> None:
    """Take the last reply and its answer back; slots are as before, and the record keeps both."""
    store = _store(agent)
    async with agent.lock_store.lock(sender_id):
        tracker = await store.whole(sender_id)
        if tracker is None or not isinstance(tracker.latest_message, UserUttered):
            return
        tracker.update(UserUtteranceReverted(), agent.domain)
        tracker.update(ActionExecuted("action_listen"), agent.domain)
        await store.save(tracker)


def command(intent: str, **entities: Any) -> Dict[str, Any]:
    """Return the parse of a structural message, such as `start`."""
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    return {"text": f"/{intent}", "intent": {"name": intent, "confidence": 1.0}, "entities": found}


def _store(agent: Agent) -> PracticeStore:
    store = agent.tracker_store
    assert isinstance(store, PracticeStore)
    return store


def _answer(tracker: DialogueStateTracker, message: UserUttered) -> List[Event]:
    # A story of `rasa test` is replayed without having been parsed: no grade came along.
    parsed = "grade" in message.parse_data
    judged = from_parse(message.parse_data) if parsed else _judged(message.text or "", tracker)
    before, pins = _state(tracker), _pins(tracker)
    act, after = next_act(before, judged.grade, judged.heard, _scenario(tracker), _seed(tracker))
    told = turn_slot(before, after, act, judged.heard.covered)
    return [
        SlotSet("scenario_hash", pins.scenario),
        SlotSet("rubric_hash", pins.rubric),
        SlotSet("anxiety", after.mood.anxiety),
        SlotSet("anger", after.mood.anger),
        SlotSet("trust", after.mood.trust),
        SlotSet("turn", told),
        SlotSet("state", acts.dump(after)),
    ]


def _judged(text: str, tracker: DialogueStateTracker) -> Judged:
    if not tracker.get_slot("scenario"):
        return Judged(Ungraded(text, "empty", "No scenario has been started."), acts.Heard())
    said = next(
        (event.text or "" for event in reversed(tracker.events) if event.type_name == "bot"), ""
    )
    return judge().judge(text, said=said, pins=_pins(tracker))


def _state(tracker: DialogueStateTracker) -> State:
    stored = tracker.get_slot("state")
    return acts.load(stored) if stored else begin(_scenario(tracker), _seed(tracker))


def _scenario(tracker: DialogueStateTracker) -> Any:
    return shelf().pinned(_pins(tracker).scenario)


def _pins(tracker: DialogueStateTracker) -> Pins:
    """Return what the session is pinned to; a channel that pins nothing gets today's texts."""
    scenario, rubric = tracker.get_slot("scenario_hash"), tracker.get_slot("rubric_hash")
    scenario = scenario or shelf().pin_scenario(tracker.get_slot("scenario"))
    return Pins(scenario, rubric or shelf().pin_rubric(shelf().pinned(scenario).role))


def _seed(tracker: DialogueStateTracker) -> int:
    return int(tracker.get_slot("seed") or 0)


def _choices() -> str:
    names = "\n".join(
        f'/start{{"scenario": "{name}"}}   {scenario.title}'
        for name, scenario in shelf().library.scenarios.items()
    )
    return f"Choose a scenario to start:\n{names}"
