"""The audit: is every number of a scene right, and can everybody read the picture?

every_frame.py        audit(scene, source): goes through all frames
sources.py            the right numbers: from a recording, arrays, a function
texts.py              which texts a frame draws, and their boxes
numbers.py            compares each number with its source
places.py             is each number in its place? On boards, in rows, at the marks of axes, by its name
covered.py            is every letter visible? Nothing lies over it
layout.py             no text is cut off or touches another, and nothing is on the edge
contrast.py           each text is readable on what lies under it
colour_blindness.py   the colour-blind can tell the colours apart
clock.py              does `update` return all that it changes, whatever came before? Are changing digits numbers?
redraw.py             three painted frames equal what matplotlib draws from scratch
whys.py               each explanation gives the number that is drawn
things.py             no two things share a name or a look, and the legend has all of them
report.py             the findings
"""

from animations.audit.every_frame import CHECKS as CHECKS
from animations.audit.every_frame import audit as audit
from animations.audit.report import AuditError as AuditError
from animations.audit.report import Finding as Finding
from animations.audit.report import Report as Report
