"""Recording: a callback that keeps the parameters after every update, and the object that reads them back."""

from tinylearn.recording.reader import Recording
from tinylearn.recording.recorder import Recorder

__all__ = ["Recorder", "Recording"]
