"""Shows the numbers of a run as a table in HTML: rounded, and matrices as matrices."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

DIGITS = 5  # of a rounded number


def numbers_table(numbers: Mapping[str, Any]) -> str:
    """Return a table with a row for each number: its name, and its value."""
    rows = "\n".join(f'<tr><th scope="row">{html.escape(name)}</th><td>{shown(value)}</td></tr>'
                     for name, value in numbers.items())  # fmt: skip
    return f'<div class="scrolls" tabindex="0"><table class="numbers">\n{rows}\n</table></div>'


def shown(value: Any) -> str:
    """Return a value of a run as HTML: a number, a list of numbers, a matrix, a list of matrices, or a text.

    >>> shown(31.970400154777106), shown([0.53, 0.66]), shown([[1, 2], [3, 4]])[:50]
    ('31.97', '0.53, 0.66', '<table class="matrix"><tr><td>1</td><td>2</td></tr')
    """
    if isinstance(value, list | tuple):
        if not any(isinstance(each, list | tuple) for each in value):
            return ", ".join(shown(each) for each in value)
        if any(isinstance(each, list | tuple) for row in value for each in row):
            return "".join(shown(matrix) for matrix in value)
        return _matrix(value)
    return rounded(value).replace(" ", "&nbsp;") if isinstance(value, int | float) else html.escape(str(value))


def _matrix(rows: Sequence[Sequence[Any]]) -> str:
    cells = ("".join(f"<td>{shown(value)}</td>" for value in row) for row in rows)
    return '<table class="matrix">' + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def rounded(number: float) -> str:
    """Return a number with five digits, or all digits before the point if they are more; if tiny, with a power of ten.

    >>> [rounded(number) for number in (7, 8001, -1234.56, 0.00054566, 121.98, 1.5, 3e-12, float("inf"))]
    ['7', '8,001', '−1,234.6', '0.00054566', '121.98', '1.5', '3 × 10⁻¹²', '∞']
    """
    if isinstance(number, bool) or math.isnan(number):
        return str(number)
    sign, size = "−" if number < 0 else "", abs(number)
    if math.isinf(size):
        return f"{sign}∞"
    if isinstance(number, int) or size == 0:
        return f"{sign}{size:,.0f}"
    power = math.floor(math.log10(size))
    if not -5 < power < 9:
        digits = f"{size / 10**power:.3g}"
        return f"{sign}{digits} × 10{str(power).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    text = f"{size:,.{max(0, DIGITS - 1 - power)}f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)
