"""Notebooks: a scene shows itself as a page that plays, or as a picture where pages do not show."""

from __future__ import annotations

import base64
import io
from typing import Any

from animations.engine.clip import Clip
from animations.formats.html import embed, write_page
from animations.formats.png import write_png
from animations.scene import Scene


def mimebundle(scene: Scene, include: Any = None, exclude: Any = None, **options: Any) -> dict[str, str]:
    """Return what a notebook shows: the page, and the last frame for an exported, printed or untrusted notebook.

    `options` are those of the clip.
    """
    page, picture = io.BytesIO(), io.BytesIO()
    name = type(scene).__name__
    try:
        Clip(scene, **options, caller=name).play([(write_page, page, name), (write_png, picture, name)])
    except NotImplementedError as error:  # a scene without `draw`; a notebook keeps this kind of error to itself
        raise TypeError(str(error)) from None
    png = base64.b64encode(picture.getvalue()).decode()
    return {
        "text/html": embed(page.getvalue().decode(), scene, png),
        "image/png": png,
        "text/plain": repr(scene),
    }


Scene._repr_mimebundle_ = mimebundle  # type: ignore[attr-defined]
