"""Argument validation for `audit`: each mistake is refused in a sentence before a frame is painted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from animations import checks
from animations.scene import Scene, checked_scene
from tinylearn.checks import shortened

WHO = "audit"


def check_scene(scene: Scene) -> None:
    """Raise TypeError or ValueError if this is not a scene."""
    checked_scene(WHO, scene)


def frames_of(scene: Scene, frames: Any) -> Sequence[int]:
    """Return the frames to look at, by default all; TypeError or ValueError for one that the scene does not have."""
    if frames is None:
        return range(scene.frames)
    if isinstance(frames, str) or not isinstance(frames, Iterable):
        raise TypeError(f"{WHO}: frames must be a list of frames, got {shortened(frames)}")
    wanted = list(frames)
    return [checks.position(WHO, "frames, each of them,", frame, scene.frames) for frame in wanted]


def check_steps(steps: Any) -> None:
    """Raise TypeError or ValueError unless these are updates, one for each frame, or None."""
    if steps is not None:
        checks.clock(WHO, "steps", steps)


def texts_of(name: str, values: Any) -> set[str]:
    """Return several texts as a set; TypeError for anything else, including a single text."""
    if isinstance(values, str) or not isinstance(values, Collection) or not all(isinstance(v, str) for v in values):
        raise TypeError(f"{WHO}: {name} must be texts, as in {{'one', 'another'}}, got {shortened(values)}")
    return set(values)


def check_places(places: Any) -> None:
    """Raise TypeError unless this is a function or None."""
    if places is not None and not isinstance(places, Callable):  # type: ignore[arg-type]
        raise TypeError(f"{WHO}: places must be a function frame → (gid → (x, y)), got {shortened(places)}")


def check_names(names: Any) -> None:
    """Raise TypeError unless this is a mapping gid → label, or labels, or None."""
    if names is None:
        return
    if not isinstance(names, Mapping):
        raise TypeError(f"{WHO}: names must be a mapping from gid to label, got {shortened(names)}")
    for gid, label in names.items():
        if not isinstance(label, str) and not (isinstance(label, tuple) and all(isinstance(v, str) for v in label)):
            raise TypeError(f"{WHO}: names[{gid!r}] must be a label, or a tuple of labels, got {shortened(label)}")
