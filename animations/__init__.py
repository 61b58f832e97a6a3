"""animations: draws what tinylearn recorded. A scene says what a frame shows, `render` writes it to a file."""

from animations.neuron import LineFit, NeuronDiagram, NeuronStates
from animations.render import render
from animations.scene import Scene, SideBySide, spaced_steps
from animations.text import Number, PastedText

__all__ = [
    "LineFit",
    "NeuronDiagram",
    "NeuronStates",
    "Number",
    "PastedText",
    "Scene",
    "SideBySide",
    "render",
    "spaced_steps",
]
