"""The pinned copies that sessions hold on to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.shelf import RUBRICS, Shelf
from rubrics.model import CORE, EXECUTIVE, load_rubric
from scenarios.model import Scenario
from scenarios.reader import Library
from tests.examples import as_yaml, small


@pytest.fixture
def library() -> Library:
    made = {role: small(id=role.replace("_", "-"), role=role) for role in RUBRICS}
    return Library(
        {role: Scenario.model_validate_json(json.dumps(fields)) for role, fields in made.items()},
        {role: as_yaml(fields) for role, fields in made.items()},
    )


@pytest.mark.parametrize(("role", "rubric"), [("surge_staff", "core"), ("executive", "executive")])
def test_a_role_has_its_rubric(tmp_path: Path, library: Library, role: str, rubric: str):
    """A scenario's session is pinned to the rubric of its role."""
    shelf = Shelf(tmp_path, library)

    pins = shelf.pins(role)

    assert shelf.pinned_rubric(pins.rubric).rubric.id == rubric
    assert shelf.pinned_rubric(pins.rubric).hash == pins.rubric


def test_a_session_keeps_the_whole_rubric_it_began_with(tmp_path: Path, library: Library):
    """When the core changes under the executives' rubric, only new sessions have the change."""
    for path in (CORE, EXECUTIVE):
        shutil.copy(path, tmp_path / path.name)
    shelf = Shelf(tmp_path, library, {role: tmp_path / p.name for role, p in RUBRICS.items()})
    before = shelf.pins("executive")

    core = tmp_path / CORE.name
    core.write_text(core.read_text().replace("repairs_from: 5", "repairs_from: 9"))
    after = shelf.pins("executive")

    kept, fresh = (Shelf(tmp_path, library).pinned_rubric(p.rubric) for p in (before, after))
    assert kept.rubric == load_rubric(EXECUTIVE).rubric
    assert fresh.rubric.session is not None
    assert fresh.rubric.session.repairs_from == 9
