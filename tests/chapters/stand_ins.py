"""Chapters that take no time, take long, or fail: they replace real ones, even in other processes."""

import errno
import inspect
import os
import select
import sys
import time
from pathlib import Path

from animations import Clip
from chapters.tools.films import draw
from chapters.tools.options import Own
from chapters.tools.settings import UsageError
from tests.chapters.slow_scenes import Broken, Killed, Slow


class StandIn:
    """Replaces a chapter; `function` is its run, and returns its numbers."""

    title = "Chapters that take no time"
    module = "chapters.ch00"
    own = Own()

    def __init__(self, function):
        self.function, self.name = function, "ch00"
        self.takes = set(inspect.signature(function).parameters) - {"out"}

    def main(self, out, **settings):
        return {"numbers": self.function(out, **settings), "cells": []}


def two_films(out, *, formats=("png",), processes=1):
    """Draw two films without delay."""
    draw({"ch01_one": Clip(Slow()), "ch01_two": Clip(Slow())}, out, formats, processes)
    return {"films": 2, "process": os.getpid()}


def waits_for_the_page(out, *, seed=0):
    """Compute until the cover of the book exists, and keep a copy of it."""
    page = out / "index.html"
    while not page.exists():
        time.sleep(0.01)
    (out / "seen.html").write_bytes(page.read_bytes())
    return {"seed": seed, "process": os.getpid()}


def broken_film(out, *, formats=("png",), processes=1):
    """Draw a film that fails."""
    draw({"ch01_broken": Clip(Broken())}, out, formats, processes)


def killed_film(out, *, formats=("png",), processes=1):
    """Draw a film and die."""
    draw({"ch01_killed": Clip(Killed())}, out, formats, processes)


def nothing(out):
    """Do nothing."""
    return {"a": 1}


def until_nobody_reads(out):
    """Do nothing until the reader of what is printed has gone."""
    pipe = select.poll()
    pipe.register(sys.stdout, 0)  # an error is always reported
    pipe.poll(60_000)
    return {"a": 1}


def refused(out):
    """Refuse to run."""
    raise UsageError("not with these settings")


def slow(out):
    """Compute for a minute, and say in which process."""
    (Path(out) / "slow.pid").write_text(str(os.getpid()))
    time.sleep(60)
    return {"a": 1}


def full_disk(out):
    """Find the disk full."""
    raise OSError(errno.ENOSPC, "render: that could not be written: no room")


def missing_file(out):
    """Forget to write a file before reading it."""
    return {"a": (out / "forgotten").read_text()}
