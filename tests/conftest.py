"""What all tests share: a data folder of their own, and no calls home."""

from __future__ import annotations

import os
import tempfile

from ui.cli import QUIET

os.environ.update(QUIET)
os.environ["CALMLINE_DATA"] = tempfile.mkdtemp(prefix="calmline-tests-")
