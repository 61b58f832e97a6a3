"""Interactive pages: one HTML file that plays a scene as a drawing, and explains its numbers.

A film is a fragment of HTML without a player (see `film`). A page has one film, a book several; each has one player.
"""

from __future__ import annotations

import html
import io
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import BinaryIO

from animations.engine.clip import Clip, Taker
from animations.engine.painter import Painter
from animations.formats.drawing import Drawing
from animations.formats.film import fragment
from animations.formats.whys import Explanations
from animations.scene import Scene

PLAYER = files("animations.formats.player")
EMBEDDED = files("animations.formats").joinpath("embedded.js")
CONTROLS, SHEET, WIDE = 52, 360, 900  # pixels: buttons; a sheet beside the picture, in a page that is as wide
LOW_SHEET = """.film:not(.wide) .sheet { max-height: min(60vh, 340px) }
.film.asked:not(.wide) { padding-bottom: min(60vh, 340px) }"""  # in a frame: below the picture


def write_page(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write a page that plays one film."""
    film = io.BytesIO()
    yield from write_film(clip, painter, film, name)
    (width, height), title = clip.scene.size, html.escape(Path(name).stem.replace("_", " "))
    page = Template(PLAYER.joinpath("page.html").read_text(encoding="utf-8"))
    film_and_player = {"film": film.getvalue().decode(), "css": player("css"), "js": player("js")}
    file.write(page.substitute(film_and_player, title=title, width=width, height=height).encode())


def write_film(clip: Clip, painter: Painter, file: BinaryIO, name: str) -> Taker:
    """Write only the film, for a page that has the player."""
    drawing = Drawing(painter)
    for picture in range(len(clip.delays())):
        yield
        drawing.take(picture, clip.motion)
    whys = Explanations(clip.scene, drawing.texts, clip.explanations)
    file.write(fragment(clip, drawing, Path(name).stem, whys).encode())


def player(language: str) -> str:
    """Return the player's programs ("js") or its style sheets ("css")."""
    parts = sorted(part.name for part in PLAYER.iterdir() if part.name.endswith(f".{language}"))
    return "\n".join(PLAYER.joinpath(part).read_text(encoding="utf-8") for part in parts)


def looks(of: str) -> str:
    """Return one style sheet: of the "drawing" as it stands in the page, or of the "player"."""
    return PLAYER.joinpath(f"{of}.css").read_text(encoding="utf-8")


def embed(page: str, scene: Scene, picture: str) -> str:
    """Return a scene's page as HTML to put into another page, such as a notebook.

    `picture` is a PNG in base64, for viewers that show no pages; where scripts run, the page removes it.
    """
    (width, height), name, said = scene.size, type(scene).__name__, html.escape(scene.describe(scene.frames - 1))
    style = (
        f"width: 100%; max-width: {max(width + SHEET, WIDE)}px; border: 0; "
        f"height: calc(min(100cqw, {width}px) * {height / width:.4f} + {CONTROLS + 2}px)"
    )
    script = EMBEDDED.read_text(encoding="utf-8")
    page = page.replace("</body>", f"<style>{LOW_SHEET}</style>\n<script>\n{script}</script>\n</body>")
    return (
        f'<div style="container-type: inline-size"><img src="data:image/png;base64,{picture}" alt="{said}" '
        f'style="max-width: 100%"><iframe srcdoc="{html.escape(page)}" title="{name}" style="{style}"></iframe></div>'
    )
