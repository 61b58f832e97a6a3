"""What every film of every chapter should show: worked out anew, from recordings, data files and plain arithmetic.

A chapter's function is told what the chapter handed on while it ran (`handed[name]`: the arguments of each call, and
what it returned) and returns film → what `animations.audit` is told about it. No value comes from a scene.
"""

from tests.chapters.sources.ch01 import chapter_1
from tests.chapters.sources.ch02 import chapter_2
from tests.chapters.sources.ch03 import chapter_3
from tests.chapters.sources.ch04 import chapter_4
from tests.chapters.sources.ch05 import chapter_5
from tests.chapters.sources.ch06 import chapter_6
from tests.chapters.sources.ch07 import chapter_7
from tests.chapters.sources.ch08 import chapter_8

__all__ = ["chapter_1", "chapter_2", "chapter_3", "chapter_4", "chapter_5", "chapter_6", "chapter_7", "chapter_8"]
