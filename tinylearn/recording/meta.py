"""`meta.json`, beside the table: it describes how a recording was made."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np

from tinylearn.files import complete_or_absent
from tinylearn.identity import described
from tinylearn.recording.origin import Origin, description

META = "meta.json"
FORMAT = "tinylearn recording 2"
RUNS = 1000  # the last calls of `fit`, which it describes


class Meta:
    """The content of `meta.json`, and its folder (None in memory)."""

    def __init__(self, model: Any, folder: Path | None) -> None:
        versions = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
        self.content: dict[str, Any] = {"format": FORMAT, "closed": False, "model": described(model)}
        self.content |= {"versions": versions, "runs": []}
        self.folder = folder
        self.runs = list[str]()  # as text: a run becomes text once, not for each of the next runs again

    def add_run(self, origin: Origin, most: float) -> None:
        """Add how a call of `fit` begins; drop the oldest if the file would exceed `most` bytes."""
        run = description(origin)
        self.content["runs"] = [*self.content["runs"][1 - RUNS :], run]
        self.runs = [*self.runs[1 - RUNS :], json.dumps(run, default=np.ndarray.tolist)]
        while len(self.as_bytes()) > most and len(self.runs) > 1:
            del self.runs[0], self.content["runs"][0]

    def as_bytes(self) -> bytes:
        """Return the text of the file."""
        text = json.dumps(self.content | {"runs": None})
        return text.replace('"runs": null', f'"runs": [{", ".join(self.runs)}]').encode()

    def write(self, content: bytes) -> None:
        """Write the file atomically."""
        if self.folder is not None:
            with complete_or_absent(self.folder / META, "Recorder", survives_power_loss=False) as file:
                file.write(content)
