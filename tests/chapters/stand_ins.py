"""Chapters that take no time, take long, or fail: they replace real ones, even in other processes."""

import inspect
import os
import select
import sys
import time

from animations import Clip
from chapters.tools.films import draw
from chapters.tools.options import Own
from tests.chapters.dot_scenes import Broken, Dot, Killed


class StandIn:
    """Replaces a chapter; `function` is its run, and returns its numbers; or it is an error that the run ends with."""

    title = "Chapters that take no time"
    module = "chapters.ch00"
    own = Own()

    def __init__(self, function):
        self.function, self.name = function, "ch00"
        self.takes = set(inspect.signature(function).parameters) - {"out"} if callable(function) else set()

    def main(self, out, **settings):
        if isinstance(self.function, Exception):
            raise self.function
        return {"numbers": self.function(out, **settings), "cells": []}


def two_films(out, *, formats=("png",), processes=1):
    """Draw two films without delay."""
    draw({"ch01_one": Clip(Dot()), "ch01_two": Clip(Dot())}, out, formats, processes)
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


def slow(out):
    """Compute for a minute."""
    time.sleep(60)
