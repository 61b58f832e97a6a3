"""Numbers in prose come from the run: `{losses[0]:.0f}` stands for the value that the code above it has computed.

What stands between the braces is what Python has between those of an f-string. It is evaluated when the run comes to
that prose, with the names that the code above has bound. In `code`, in $formulas$ and in blocks of them, braces are
only braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

LEFT_ALONE = r"```.*?```|`[^`]*`|(?<!\\)\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$"
PLACEHOLDER = re.compile(rf"(?P<left>{LEFT_ALONE})|\{{(?P<inside>[^{{}}]+)\}}", re.DOTALL)


def placeholders(prose: str) -> list[str]:
    """Return what stands between the braces, in order.

    >>> placeholders("from {losses[0]:.0f} to {loss}, with `{this}` and $e^{x}$ left alone")
    ['losses[0]:.0f', 'loss']
    """
    return [found["inside"] for found in PLACEHOLDER.finditer(prose) if found["inside"]]


def replaced(prose: str, give: Callable[[str], str]) -> str:
    """Return the prose with `give(what stands between the braces)` in the place of each placeholder."""
    return PLACEHOLDER.sub(lambda found: found["left"] or give(found["inside"]), prose)


def evaluated(inside: str, names: Mapping[str, Any], where: str) -> str:
    """Return the value of a placeholder as a text, with the minus sign of print.

    >>> evaluated("w[0]:,.2f", {"w": [-1234.567]}, "chapter 3")
    '−1,234.57'

    NameError, or whatever error the expression raises, with a note that says where it stands.
    """
    try:
        value = eval(f'f"""{{{inside}}}"""', dict(names))
    except Exception as error:
        error.add_note(f"{where}: {{{inside}}} in prose needs names that the code above it has bound")
        raise
    return re.sub(r"(?<!\w)-(?=\d)", "−", value)
