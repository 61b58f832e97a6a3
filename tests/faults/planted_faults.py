"""Planted faults: the kills must find them."""

import contextlib
import time
from importlib import import_module
from pathlib import Path

from tinylearn.recording.store import Store

PAUSE = 0.05  # seconds in which a kill finds the fault
WRITERS = [import_module(name) for name in ("tinylearn.checkpoint", "tinylearn.model", "animations.render")]


@contextlib.contextmanager
def _in_place(path, caller="", **settings):
    with open(path, "wb") as file:
        time.sleep(PAUSE)
        yield file


def write_in_place():
    """Without a temporary file: what was complete is gone as soon as its successor begins."""
    for module in WRITERS:
        module.complete_or_absent = _in_place


@contextlib.contextmanager
def _renamed_early(path, caller="", **settings):
    temporary = Path(path).with_name(".x.0000000000000000.tmp" + Path(path).suffix)
    with open(temporary, "wb") as file:
        temporary.replace(path)
        time.sleep(PAUSE)
        yield file


def rename_too_early():
    """The file gets its name before it is complete."""
    for module in WRITERS:
        module.complete_or_absent = _renamed_early


def count_before_the_row():
    """The header counts records that are not in the file yet."""
    flush = Store.flush

    def count_first(self, commit=True):
        with self.lock:
            rows = self.table.rows
            if len(self) > rows:
                self.table.commit(len(self))
                self.table.rows = self.table.visible = rows
                time.sleep(PAUSE)
            flush(self)

    Store.flush = count_first


PLANTED_FAULTS = {planted.__name__: planted for planted in (write_in_place, rename_too_early, count_before_the_row)}
