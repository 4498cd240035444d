"""The data folder, and the pinned copies of scenarios and rubrics that sessions hold on to."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from platformdirs import user_data_path

from bot.turn import Pins
from rubrics.grade import Case
from rubrics.model import CORE, EXECUTIVE, Loaded, load_rubric
from scenarios.model import Role, Scenario
from scenarios.reader import Library, content_hash, parse

RUBRICS: Mapping[Role, Path] = {"surge_staff": CORE, "executive": EXECUTIVE}
"""Which rubric a scenario is graded by, by its role."""


def data_folder() -> Path:
    """Return the folder that holds everything Calmline keeps: CALMLINE_DATA, or the platform's."""
    given = os.environ.get("CALMLINE_DATA")
    return Path(given).expanduser().resolve() if given else user_data_path("calmline")


def database_path(folder: Path) -> Path:
    """Return where the record lies, making the folder when it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "practice.db"


def calibration_folder(folder: Path) -> Path:
    """Return where batches, ratings and thresholds lie; it need not be there."""
    return folder / "calibration"


def secret(folder: Path) -> str:
    """Return the installation's signing secret, made once and readable by its owner only."""
    path = folder / "secret"
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(32))
        path.chmod(0o600)
    return path.read_text()


class Shelf:
    """Pinned copies by content hash: editing a file never changes a past or running session."""

    def __init__(
        self, folder: Path, library: Library, rubrics: Mapping[Role, Path] = RUBRICS
    ) -> None:
        self._pins = folder / "pins"
        self.calibration = calibration_folder(folder)
        self.library, self.rubrics = library, rubrics
        self.pinned = lru_cache(maxsize=256)(self._pinned)
        self.pinned_rubric = lru_cache(maxsize=64)(self._pinned_rubric)

    def pin(self, text: str) -> str:
        """Keep a copy of `text`; return its hash."""
        name = content_hash(text)
        path = self._pins / f"{name}.yaml"
        if not path.exists():
            self._pins.mkdir(parents=True, exist_ok=True)
            _write_once(path, text)
        return name

    def pin_scenario(self, scenario_id: str) -> str:
        """Pin the library's present text of a scenario; return its hash. KeyError if unknown."""
        return self.pin(self.library.texts[scenario_id])

    def pin_rubric(self, role: Role) -> str:
        """Pin the present text of a role's rubric; return its hash. BadRubric if unusable.

        A rubric that extends another is pinned whole, so a change of either leaves the copy alone.
        """
        return self.pin(load_rubric(self.rubrics[role]).text)

    def pins(self, scenario_id: str) -> Pins:
        """Pin what a session of the scenario is made from. KeyError if unknown."""
        scenario = self.pin_scenario(scenario_id)
        return Pins(scenario, self.pin_rubric(self.pinned(scenario).role))

    def path(self, name: str) -> Path:
        """Return where the pinned copy called `name` lies."""
        return self._pins / f"{name}.yaml"

    def _pinned(self, name: str) -> Scenario:
        return parse(self.path(name).read_text(encoding="utf-8"), f"pinned {name[:12]}")

    def _pinned_rubric(self, name: str) -> Loaded:
        return load_rubric(self.path(name))


def case_of(scenario: Scenario) -> Case:
    """Return what the grader may know of a scenario."""
    incident, customer = scenario.incident, scenario.customer
    return Case(
        exposed_data=incident.exposed_data,
        confirmed=(*incident.confirmed, f"{customer.name}: {customer.history}"),
        unknown=tuple(unknown.what for unknown in incident.unknown),
        approved_offers=incident.approved_offers,
        must_not_say=incident.must_not_say,
        verification=incident.verification,
        next_update=incident.next_update,
        country=scenario.jurisdiction,
        sector=f"{scenario.sector} ({scenario.company})",
        channel=scenario.channel,
        role=scenario.role,
    )


def _write_once(path: Path, text: str) -> None:
    """Write by rename, so that a kill leaves the whole file or none."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
