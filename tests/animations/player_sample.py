"""A small film by hand, as a page: chapter 3's neuron, to try the player on."""

import base64
import io
import json
import zlib
from importlib.resources import files
from string import Template

import numpy as np
from PIL import Image

from animations.formats.html import player

PLAYER = files("animations.formats").joinpath("player")
LIGHT = ("#1f2328", "#0068a8", "#722e80", "#b83d00", "#c9ced6", "#5c6570")
DARK = ("#e6e8eb", "#6cb6ff", "#c79bd2", "#ff9e6b", "#454c56", "#a3abb5")
X = np.array([-40.0, -10, 0, 20, 60, 100])
Y = 1.8 * X + 32
RATE = 0.0002


def packed(data):
    return base64.b64encode(zlib.compress(json.dumps(data).encode())).decode()


def page(*fragments, title="a film", width=1200, height=600):
    css, js = PLAYER.joinpath("player.css").read_text(), player("js")
    template = Template(PLAYER.joinpath("page.html").read_text())
    return template.substitute(title=title, css=css, js=js, film="\n".join(fragments), width=width, height=height)


def signed(value, digits=3):
    return f"{value:.{digits}f}".replace("-", "−")


def neuron(name="neuron", updates=13, motion=2, loop=1, milliseconds=150):
    """Return the film of a neuron that learns °F: a panel of numbers, a panel with its line."""
    w, b, states = 1.0, 1.0, []
    for _ in range(updates):
        out = w * X + b
        dout = 2 * (out - Y) / len(X)
        states.append((w, b, np.mean((out - Y) ** 2), dout, dout @ X, dout.sum()))
        w, b = w - RATE * states[-1][4], b - RATE * states[-1][5]
    moments = [int(1.6**k) + k for k in range(updates)]
    texts, slots, tracks, trails, strings = [], [], [], [], []

    def number(text):
        if text not in strings:
            strings.append(text)
        return strings.index(text)

    def text(x, y, gid, of, color=0, size=15):
        slot, said = len(slots), [of(state) for state in states]
        slots.append(slot)
        texts.append(
            f'<text x="{x}" y="{y}" data-slot="{slot}" data-gid="{gid}" fill="var(--c{color})" '
            f'font-size="{size}">{said[0]}</text>'
        )
        pictures = [k for k in range(updates) if k == 0 or said[k] != said[k - 1]]
        tracks.append([slot, "text", [k * motion for k in pictures], [number(said[k]) for k in pictures]])

    texts.append('<text x="40" y="60" font-size="17" fill="var(--c0)">weight</text>')
    text(140, 60, "dense_1.w[0,0]", lambda state: signed(state[0]), 1, 22)
    texts.append('<text x="40" y="110" font-size="17" fill="var(--c0)">bias</text>')
    text(140, 110, "dense_1.b[0]", lambda state: signed(state[1]), 2, 22)
    texts.append('<text x="40" y="160" font-size="17" fill="var(--c0)">loss</text>')
    text(140, 160, "loss", lambda state: signed(state[2], 1), 3, 22)
    for row in range(len(X)):
        texts.append(f'<text x="40" y="{220 + 40 * row}" fill="var(--c5)" font-size="14.6">row {row}</text>')
        text(140, 220 + 40 * row, f"dout[{row}]", lambda state, row=row: signed(state[3][row]), 3)
    image = io.BytesIO()
    Image.fromarray(np.linspace(255, 40, 64).reshape(8, 8).astype(np.uint8)).save(image, "png")
    url = "data:image/png;base64," + base64.b64encode(image.getvalue()).decode()
    texts.append(f'<image class="map" href="{url}" x="400" y="200" width="160" height="160" image-rendering="pixelated"/>')

    def points(state):
        return " ".join(f"{80 + 4 * (x + 40) * 0.8:.1f},{500 - 1.8 * (state[0] * x + state[1] + 60):.1f}" for x in (-40, 100))

    line = len(slots)
    slots.append(line)
    between = [
        tuple(a + (c - a) * part for a, c in zip(one[:2], other[:2], strict=True))
        for one, other in zip(states, states[1:], strict=False)
        for part in np.arange(motion) / motion
    ] + [states[-1][:2]]
    tracks.append([line, "points", [*range(len(between))], [number(points(each)) for each in between]])
    right = [f'<polyline points="{points(states[0])}" data-slot="{line}" fill="none" stroke="var(--c1)" stroke-width="2.5"/>']
    right += [f'<circle cx="{80 + 3.2 * (x + 40)}" cy="{500 - 1.8 * (y + 60)}" r="6" fill="var(--c3)"/>' for x, y in zip(X, Y, strict=True)]
    for k in range(3):
        slot = len(slots)
        slots.append(slot)
        trails.append([slot, 2 * k * motion])
        hidden = ' display="none"' if k else ""
        right.append(f'<circle data-slot="{slot}"{hidden} cx="{480 + 30 * k}" cy="60" r="10" fill="var(--c2)"/>')
    right.append('<text x="300" y="560" text-anchor="middle" font-size="14.6" fill="var(--c0)">°C</text>')

    def whys(k):
        w, b, loss, dout, dw, db = states[k]
        told = {
            "loss": {"says": f"the mean squared error at update {moments[k]}", "value": loss, "parts": [
                {"sum": "each row's squared error, divided by 6", "labels": [f"row {i}" for i in range(6)],
                 "terms": [[(d * 3) ** 2 / 6, f"dout[{i}]"] for i, d in enumerate(dout)], "total": loss}]},
            "gradient.w": {"says": "the gradient of the loss by w", "value": dw, "parts": [
                {"sum": "what each row adds to it: dout · x", "labels": [f"row {i}, {x:.0f} °C" for i, x in enumerate(X)],
                 "terms": [[d * x, f"dout[{i}]"] for i, (d, x) in enumerate(zip(dout, X, strict=True))], "total": dw},
                {"code": "Dense.backward, in tinylearn/layers/dense.py", "lines": [
                    ["dw = x.T @ dout", f"{dw:.5g}"], ["db = dout.sum(axis=0)", f"{db:.5g}"], ["dx = dout @ self.params[\"w\"].T", "not needed"]]}]},
        } | {
            f"dout[{i}]": {"says": f"how the loss changes with the output of row {i}", "value": d, "parts": [
                {"line": "2 · (output − target) / rows", "pieces": ["2 * (", [w * X[i] + b, ""], "-", [Y[i], ""], ") /", [6, ""], "=", [d, ""]]}]}
            for i, d in enumerate(dout)
        }  # fmt: skip
        if k % 4 != 3:
            before = states[k - 1] if k else states[0]
            told["dense_1.w[0,0]"] = {"says": f"the weight at update {moments[k]}", "value": w, "parts": [
                {"line": "p − learning rate · g", "pieces": [[before[0], "dense_1.w[0,0]"], "-", [RATE, ""], "*", [before[4], "gradient.w"], "=", [w, ""]]}
                if k else {"line": "set to 1 before the first update", "pieces": [[1.0, ""]]}]}  # fmt: skip
        return told

    frames = {k: whys(k) for k in range(updates)}
    groups = [packed({k: frames[k] for k in range(start, min(start + 5, updates))}) for start in range(0, updates, 5)]
    data = {
        "motion": motion, "loop": loop, "milliseconds": [milliseconds] * ((updates - 1) * motion + 1),
        "texts": [f"The neuron at update {moment}" for moment in moments], "unit": "update", "moments": moments,
        "changes": packed({"strings": strings, "tracks": tracks, "trails": trails}),
        "whys": groups, "why_group": 5,
        "why_says": "Explanations of some frames were left out, to keep this page below 2 MB.",
    }  # fmt: skip
    colours = ["; ".join(f"--c{i}: {each}" for i, each in enumerate(scheme)) for scheme in (LIGHT, DARK)]
    panels = [
        f'<div class="panel" style="--width:600;--height:600;--least:0.82"><svg viewBox="0 0 600 600" role="img" '
        f'aria-label="{said}" font-family="DejaVu Sans, sans-serif">{"".join(shapes)}</svg></div>'
        for said, shapes in (("its numbers", texts), ("its line", right))
    ]
    return (
        f'<section class="film" id="film-{name}" style="--width:1200;--height:600" aria-label="{name}">'
        f"<style>#film-{name} {{ {colours[0]} }} @media (prefers-color-scheme: dark) {{ #film-{name} {{ {colours[1]} }} }}</style>"
        f'<div class="stage"><div class="row" style="--width:1200;--height:600">{"".join(panels)}</div></div>'
        f'<script type="application/json" class="film-data">{json.dumps(data)}</script></section>'
    )
