"""Tables: the GDP figures of chapter 1, and files of other people, correct and wrong."""

import hashlib

import numpy as np
import pytest

from tests.tinylearn.peoples_tables import REFUSED, TABLES
from tinylearn.datasets import Table, gdp, read_table

GOOD = "# title: Rainfall\n# unit: mm\nmonth,Bergen,Cairo\n1,190,5\n2,152,4.5\n"


@pytest.fixture
def file(tmp_path):
    """Write a text to a file; return its path."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "rain.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_has_the_51_years_of_chapter_1():
    table = gdp()
    np.testing.assert_array_equal(table.times, range(1970, 2021))
    assert table.names == ("USA", "Japan", "Germany", "UK", "China")
    assert table.values.shape == (51, 5)
    np.testing.assert_array_equal(table.values[0], [1.0733, 0.2126, 0.2158, 0.1307, 0.0926])
    np.testing.assert_array_equal(table.values[-1], [20.953, 5.0578, 3.8464, 2.7598, 14.7227])
    assert (table.clock, table.unit) == ("year", "trillion US$, current prices")
    assert table.source == "World Bank, NY.GDP.MKTP.CD, CC BY 4.0"


def test_has_changed_no_figure():
    digest = hashlib.sha256((gdp().values * 10_000).round().astype("<i8").tobytes()).hexdigest()
    assert digest == "81f745720e7cddfed3b2278d937f6d48ef9b050aa3023571f3f31cbac642363f"


@pytest.mark.parametrize("text", [
    GOOD,
    "\ufeff" + GOOD,  # as Excel writes it
    GOOD.replace("\n", "\r\n"),
    GOOD.replace(",", " , "),
    GOOD.replace("1,190", "\n\n# in between\n1,190") + "\n\n",
    GOOD.replace("month,Bergen,Cairo", '"month","Bergen","Cairo"'),
], ids=["as here", "mark", "line ends", "spaces", "empty lines and comments", "quotes"])  # fmt: skip
def test_reads_a_file_however_it_is_written(file, text):
    table = read_table(file(text))
    assert (table.clock, table.title, table.unit, table.source) == ("month", "Rainfall", "mm", "")
    assert table.names == ("Bergen", "Cairo")
    np.testing.assert_array_equal(table.times, [1, 2])
    np.testing.assert_array_equal(table.values, [[190, 5], [152, 4.5]])


def test_names_with_commas_and_a_title_from_the_file_name(file):
    table = read_table(file('t,"Bergen, rain"\n0,1\n1,2'))
    assert table.names == ("Bergen, rain",)
    assert table.title == "rain"


@pytest.mark.parametrize("name", TABLES)
def test_reads_the_tables_that_people_have(file, name):
    text, names, times, values = TABLES[name]
    table = read_table(file(text))
    assert (list(table.names), [table.written(time) for time in table.times]) == (names, times)
    np.testing.assert_array_equal(table.values, values)


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_a_table_and_says_how_to_mend_it(file, name):
    text, message = REFUSED[name]
    with pytest.raises(ValueError, match=rf"rain\.csv.*{message}"):
        read_table(file(text))


def test_lets_two_nights_take_two_nights(file):
    for text in (TABLES["days"][0], TABLES["days"][0].replace("-", ""), TABLES["days"][0].replace("-", "/")):
        np.testing.assert_array_equal(np.diff(read_table(file(text)).times), [2, 1])


def test_takes_the_title_of_a_long_table_from_its_column(file):
    """The name of the column of values, unless that is "Value"."""
    assert read_table(file(TABLES["long"][0])).title == "Life expectancy"
    assert read_table(file(TABLES["long"][0].replace("Life expectancy", "Value"))).title == "rain"


def test_picks_the_largest_of_the_last_row_in_the_order_of_the_table():
    table = Table([1, 2], list("ABCD"), [[9, 9, 1, 1], [np.nan, 1, 3, 2]])
    assert table.largest(2).names == ("C", "D")
    assert table.largest(9).names == tuple("ABCD")
    np.testing.assert_array_equal(table.largest(1).values, [[1], [3]])


def test_refuses_another_encoding(file):
    with pytest.raises(ValueError, match=r"rain\.csv: expected text in UTF-8 .* save it as CSV UTF-8"):
        read_table(file("year,Köln\n1,2\n2,3", "latin-1"))


def test_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(("parts", "message"), [
    (([1, 2], ["A"], [[1, 2], [3, 4]]), r"shape \(times, names\) = \(2, 1\), got \(2, 2\)"),
    (([1], ["A"], [[1]]), "expected two times and one series at least, got 1 and 1"),
    (([1, 2], [], np.ones((2, 0))), "expected two times and one series at least, got 2 and 0"),
    (([1, np.nan], ["A"], [[1], [2]]), "every time must be a finite number, got nan; leave out that row"),
    (([1, 2], ["A", "B"], [[1, np.nan], [2, np.nan]]), "a series needs a value at least, got none for 'B'"),
    (([1, 2], ["A"], [[1], [np.inf]]), r"must lie within ±1e\+100, got inf"),
    (([1, 2], ["A"], [[1], [2e300]]), r"must lie within ±1e\+100, got 2e\+300; choose a larger unit"),
    (([1, 4, 4], ["A"], [[1], [2], [3]]), "times must increase, got 4 after 4"),
    (([1, 2], ["A", "A"], [[1, 2], [3, 4]]), "every series needs a name of its own, got A, A"),
])  # fmt: skip
def test_refuses_parts_that_make_no_table(parts, message):
    with pytest.raises(ValueError, match=message):
        Table(*parts)


def test_does_not_change_with_the_arrays_that_it_was_made_of():
    values = np.ones((2, 1))
    table = Table([1, 2], ["A"], values)
    values[:] = 7
    assert table.values[0, 0] == 1
