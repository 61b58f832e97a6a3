"""The terms of the field, and a sentence that explains each: `glossary.md`, one paragraph per term."""

from __future__ import annotations

import re
from pathlib import Path

PATH = Path(__file__).with_name("glossary.md")


def read_glossary(text: str) -> dict[str, str]:
    """Return term → sentence, in alphabetical order; ValueError for a paragraph in another form, or a repeated term.

    >>> read_glossary("**loss**: How wrong.\\n\\n**epoch**: Once through\\nthe data.")
    {'epoch': 'Once through the data.', 'loss': 'How wrong.'}
    """
    found: dict[str, str] = {}
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        entry = re.fullmatch(r"\*\*([^*]+)\*\*: ([^*]+\.)", " ".join(paragraph.split()))
        if entry is None or entry[1] in found:
            raise ValueError(f"the glossary needs one paragraph per term, **term**: A sentence. It has {paragraph!r}")
        found[entry[1]] = entry[2]
    return dict(sorted(found.items(), key=lambda entry: entry[0].lower()))


def anchor(term: str) -> str:
    """Return the name of a term's anchor in a page.

    >>> anchor("bootstrapped (TD) targets")
    'bootstrapped-td-targets'
    """
    return re.sub(r"\W+", "-", term.lower()).strip("-")


GLOSSARY = read_glossary(PATH.read_text(encoding="utf-8"))


def entry(said: str) -> str | None:
    """Return the term as the glossary spells it; None if it is not in the glossary.

    >>> entry("Standardise"), entry("targets"), entry("loss"), entry("nonsense")
    ('standardise', 'target', 'loss', None)
    """
    forms = (said, said[:1].lower() + said[1:])
    return next((term for form in forms for term in (form, form.removesuffix("s")) if term in GLOSSARY), None)
