"""matplotlib's own settings, whatever the user has changed, so that a scene makes the same picture everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

import matplotlib
import numpy as np
from matplotlib import style

from animations.scene import Scene

DPI = 100  # a pixel is 0.72 points
FONT = "DejaVu Sans"  # ships with matplotlib: the same picture everywhere
DEFAULTS: dict[str, Any] = {
    **{key: value for key, value in dict.items(matplotlib.rcParamsDefault) if not key.startswith("backend")},
    "font.sans-serif": [FONT],  # other fonts may be missing on other computers
}
DRAWING = RLock()  # settings and warnings belong to the process: one thread draws at a time


@contextmanager
def using(settings: Mapping[str, Any]) -> Iterator[None]:
    """Draw with these settings, which matplotlib has checked; other threads that want to draw must wait.

    It takes a few microseconds; `rc_context` takes 1.5 ms.
    """
    params: Any = matplotlib.rcParams
    with DRAWING, np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"):  # NumPy's settings, too
        before = dict(dict.items(params))  # `dict.copy` would sort them
        try:
            dict.update(params, settings)
            yield
        finally:
            dict.update(params, before)


def settings_of(scene: Scene) -> dict[str, Any]:
    """Return the settings of a scene: matplotlib's own, changed by its `style`; ValueError if the style is invalid."""
    with using(DEFAULTS):
        try:
            if scene.style and scene.style != "default":
                style.use(scene.style)  # type: ignore[arg-type]  # any mapping
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{type(scene).__name__}.style must be a name of matplotlib.style.available, or settings of matplotlib "
                f"such as {{'axes.grid': True}}, got {scene.style!r}: {error}"
            ) from error
        return {key: value for key, value in dict.items(matplotlib.rcParams) if key in DEFAULTS}
