"""Numbers in the prose come from the run: `{losses[0]:.0f}` stands for a value that the code above it has computed.

Between the braces stands whatever may stand in the braces of an f-string. When the run reaches the prose, it evaluates
the expression with the names that the code above has defined. In `code`, in $formulas$ and in blocks of them, braces
are only braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

LEFT_ALONE = r"```.*?```|`[^`]*`|(?<!\\)\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$"
PLACEHOLDER = re.compile(rf"(?P<left>{LEFT_ALONE})|\{{(?P<inside>[^{{}}]+)\}}", re.DOTALL)


def placeholders(prose: str) -> list[str]:
    """Return the texts between the braces, in order.

    >>> placeholders("from {losses[0]:.0f} to {loss}, with `{this}` and $e^{x}$ left alone")
    ['losses[0]:.0f', 'loss']
    """
    return [found["inside"] for found in PLACEHOLDER.finditer(prose) if found["inside"]]


def replaced(prose: str, give: Callable[[str], str]) -> str:
    """Replace each placeholder in the prose with `give(its text)`; return the prose."""
    return PLACEHOLDER.sub(lambda found: found["left"] or give(found["inside"]), prose)


def evaluated(inside: str, names: Mapping[str, Any], where: str) -> str:
    """Return the value of a placeholder as text, with a typographic minus sign.

    >>> evaluated("w[0]:,.2f", {"w": [-1234.567]}, "chapter 3")
    '−1,234.57'

    Raises NameError, or whatever the expression raises, with a note that says where it stands.
    """
    try:
        value = eval(f'f"""{{{inside}}}"""', dict(names))
    except Exception as error:
        error.add_note(f"{where}: {{{inside}}} in prose needs names that the code above it defines")
        raise
    return re.sub(r"(?<!\w)-(?=\d)", "−", value)
