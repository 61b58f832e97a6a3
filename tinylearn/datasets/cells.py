"""The meaning of the cells of a table: a number, a missing value, or a time.

Numbers may have separators for thousands (1,234,567 or 1 234 567). If commas do not separate columns, they may have a
decimal comma. Times are numbers such as years, or dates. Dates become days since 1970, so that every day has the same
length in a chart.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

MISSING = {"", ".", "..", "...", "…", "-", "–", "—", ":", "na", "n/a", "#n/a", "nan", "null", "none"}
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?[\d.]*,\d+")
QUARTER = re.compile(r"(?:(?P<year>\d{4})[ -]?)?Q(?P<quarter>[1-4])(?: (?P<later>\d{4}))?")

DAY, MONTH, MINUTE, SECOND = "%Y-%m-%d", "%Y-%m", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"
FORMS = {  # how dates are written in files → how they are shown
    DAY: DAY, "%Y/%m/%d": DAY, "%d.%m.%Y": DAY, "%d/%m/%Y": DAY, "%m/%d/%Y": DAY, MONTH: MONTH, "%Y/%m": MONTH,
    "%b %Y": MONTH, "%B %Y": MONTH, MINUTE: SECOND, SECOND: SECOND, "%Y-%m-%d %H:%M:%S.%f": SECOND,
}  # fmt: skip
DIGITS = {8: ("%Y%m%d", DAY), 6: ("%Y%m", MONTH)}  # 20200302 and 202003, for years in this range
EPOCH = datetime(1970, 1, 1)


def is_missing(cell: str) -> bool:
    """Does a cell say that there is no value?"""
    return cell.lower() in MISSING


def number(cell: str, decimal: str = ".") -> float | None:
    """Return the number in a cell, None if there is none; `decimal` is the mark before the decimals.

    >>> number("1,234.5"), number("1.234,5", ","), number("12 000"), number("1,5")
    (1234.5, 1234.5, 12000.0, None)
    """
    text = re.sub(r"(?<=\d)[ '’\u00a0\u202f](?=\d{3})", "", cell).replace("−", "-")
    if decimal == ",":
        text = re.sub(r"\.(?=\d{3}(\D|$))", "", text).replace(",", ".")
    elif THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        return float(text) if math.isfinite(float(text)) else None
    except ValueError:
        return None


@functools.cache
def is_time(cell: str) -> bool:
    """Can a cell be a time, or any other number?"""
    try:
        return number(cell) is not None or number(cell, ",") is not None or times([cell]) is not None
    except ValueError:  # a date that has two readings
        return True


def decimal_mark(cells: Sequence[str], delimiter: str) -> str:
    """Return "," if these cells, separated by `delimiter`, have decimal commas, else ".".

    >>> decimal_mark(["1,5", "2"], ";"), decimal_mark(["1,500", "2"], "\\t"), decimal_mark(["1,500"], ";")
    (',', '.', ',')
    """
    with_comma = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)] if delimiter != "," else []
    german = delimiter == ";" or not all(THOUSANDS.fullmatch(cell) for cell in with_comma)
    return "," if with_comma and german else "."


def times(cells: Sequence[str]) -> tuple[list[float], str] | None:
    """Return cells of times as numbers, and the format of dates ("" for numbers); None if one is not a time.

    ValueError if a date has two readings.

    >>> times(["1970", "1980.5"]), times(["2020-02-28", "2020-03-01"]), times(["1990Q1", "1990Q3"])
    (([1970.0, 1980.5], ''), ([18320.0, 18322.0], '%Y-%m-%d'), ([7305.0, 7486.0], '%Y Q%q'))
    """
    numbers = [number(cell) for cell in cells]
    days = _digits(cells)
    if days or None not in numbers:
        return days or ([each for each in numbers if each is not None], "")
    quarters = [QUARTER.fullmatch(cell) for cell in cells]
    if all(quarters):
        found = [(int(q["year"] or q["later"] or 0), 3 * int(q["quarter"]) - 2) for q in quarters if q]
        return ([_days(datetime(year, month, 1)) for year, month in found], "%Y Q%q") if all(found[0]) else None
    plain = [re.sub(r"(?<=\d)T(?=\d)", " ", cell).removesuffix("Z").removesuffix("+00:00") for cell in cells]
    readings = [(moments, shown) for form, shown in FORMS.items() if (moments := _moments(plain, form))]
    if not readings:
        return None
    if any(moments != readings[0][0] for moments, _ in readings):
        raise ValueError(f"{cells[0]!r} can be two dates; write year-month-day, such as 2020-03-02")
    moments, shown = readings[0]
    if shown == SECOND and not any(moment.second for moment in moments):
        shown = MINUTE if any(moment.hour or moment.minute for moment in moments) else DAY
    return [_days(moment) for moment in moments], shown


def written(time: float, form: str) -> str:
    """Return a time as text: a number as it is, a date in the format `form`.

    >>> written(1987.0, ""), written(18322.0, "%Y-%m-%d"), written(7486.0, "%Y Q%q")
    ('1987', '2020-03-01', '1990 Q3')
    """
    if not form:
        return f"{time:.10g}"
    moment = EPOCH + timedelta(seconds=round(86_400 * time))
    return moment.strftime(form.replace("%q", str((moment.month + 2) // 3)))


def _digits(cells: Sequence[str]) -> tuple[list[float], str] | None:
    """Return the dates in cells such as 20200302 or 202003; None if one has another form."""
    form, shown = DIGITS.get(len(cells[0]), ("", ""))
    if not form or not all(cell.isdecimal() and len(cell) == len(cells[0]) for cell in cells):
        return None
    moments = _moments(cells, form)
    meant = bool(moments) and all(1700 <= moment.year <= 2200 for moment in moments)
    return ([_days(moment) for moment in moments], shown) if meant else None


def _moments(cells: Sequence[str], form: str) -> list[datetime]:
    """Return the dates in the cells, all in the format `form`; [] if one is not."""
    with suppress(ValueError):
        return [datetime.strptime(cell, form) for cell in cells]
    return []


def _days(moment: datetime) -> float:
    return (moment - EPOCH) / timedelta(days=1)
