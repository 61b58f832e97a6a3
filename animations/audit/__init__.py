"""The audit: is every number that a scene draws the right one, and can everybody read the picture?

every_frame.py        audit(scene, source): goes through all frames
sources.py            what the numbers should be: a recording, arrays, a function
texts.py              which texts a frame draws, and the boxes they take
numbers.py            each number against its source
places.py             each number at its place: boards and rows, marks of axes, the names by it
covered.py            every letter is to be seen: nothing lies over it
layout.py             no text cut off, none touching another, nothing on the edge
contrast.py           texts that can be read on what lies under them
colour_blindness.py   colours that stay apart for those who lack a kind of cones
clock.py              what `update` changed it returned; it needs no frame before; digits that change are numbers
redraw.py             painted is what matplotlib draws from nothing, in three frames
things.py             no two things of one name or one look, and all of them in the legend
report.py             what was found
"""

from animations.audit.every_frame import CHECKS as CHECKS
from animations.audit.every_frame import audit as audit
from animations.audit.report import AuditError as AuditError
from animations.audit.report import Finding as Finding
from animations.audit.report import Report as Report
