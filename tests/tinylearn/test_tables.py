"""Tables: the GDP figures of chapter 1, and files of other people, correct and wrong."""

import hashlib

import numpy as np
import pytest

from tests.tinylearn.peoples_tables import TABLES
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


def test_has_the_51_years_of_chapter_1_and_has_changed_no_figure():
    table = gdp()
    np.testing.assert_array_equal(table.times, range(1970, 2021))
    assert table.names == ("USA", "Japan", "Germany", "UK", "China")
    assert (table.clock, table.unit) == ("year", "trillion US$, current prices")
    assert table.source == "World Bank, NY.GDP.MKTP.CD, CC BY 4.0"
    np.testing.assert_array_equal(table.values[-1], [20.953, 5.0578, 3.8464, 2.7598, 14.7227])
    digest = hashlib.sha256((table.values * 10_000).round().astype("<i8").tobytes()).hexdigest()
    assert digest == "81f745720e7cddfed3b2278d937f6d48ef9b050aa3023571f3f31cbac642363f"


@pytest.mark.parametrize("text", [
    GOOD,
    "\ufeff" + GOOD,  # as Excel writes it
    GOOD.replace("\n", "\r\n"),
    GOOD.replace(",", " , "),
    GOOD.replace("1,190", "\n\n# in between\n1,190") + "\n\n",
    GOOD.replace("month,Bergen,Cairo", '"month","Bergen","Cairo"'),
])  # fmt: skip
def test_reads_a_file_however_it_is_written(file, text):
    table = read_table(file(text))
    assert (table.clock, table.title, table.unit, table.source) == ("month", "Rainfall", "mm", "")
    assert table.names == ("Bergen", "Cairo")
    np.testing.assert_array_equal(table.times, [1, 2])
    np.testing.assert_array_equal(table.values, [[190, 5], [152, 4.5]])


@pytest.mark.parametrize("name", TABLES)
def test_reads_the_tables_that_people_have(file, name):
    text, names, times, values = TABLES[name]
    table = read_table(file(text))
    assert (list(table.names), [table.written(time) for time in table.times]) == (names, times)
    np.testing.assert_array_equal(table.values, values)


def test_knows_how_long_two_nights_take_and_finds_a_title(file):
    """It is the name of the column of values, unless that is "Value"; else that of the file."""
    for text in (TABLES["days"][0], TABLES["days"][0].replace("-", ""), TABLES["days"][0].replace("-", "/")):
        np.testing.assert_array_equal(np.diff(read_table(file(text)).times), [2, 1])
    assert read_table(file(TABLES["long"][0])).title == "Life expectancy"
    assert read_table(file(TABLES["long"][0].replace("Life expectancy", "Value"))).title == "rain"
    table = read_table(file('t,"Bergen, rain"\n0,1\n1,2'))
    assert (table.names, table.title) == (("Bergen, rain",), "rain")


REFUSED = {
    "no names": ("1990,5\n1991,6\n", r"line 1: expected the names of the columns, got '1990'; write a line such as"),
    "no names, a line a series": ("USA,2019,21,14\nChina,2020,21,15\nJapan,2021,22,16\n", "names .*, got '2019'"),
    "times behind values": ("Land,Wert,Jahr\nJ,1.5,1960\nJ,2.5,1961\n", "beside 'Land' in .*, got '1.5' in 'Wert'"),
    "two dates": ("date,A\n1/2/2020,5\n2/2/2020,6\n", "line 2, column 'date': '1/2/2020' can be two dates; write"),
    "dates in two forms": ("date,A\n2020-03-02,5\n2020-04,6\n", "got '2020-03-02', '2020-04' and others; write all in"),
    "words for months": ("month,A\nJan,1\nFeb,2\n", "line 2, column 'month': expected numbers, got words such as "),
    "a column of notes": ("year,A,note\n1990,5,good\n1991,6,bad\n", "column 'note': .* such as .good.; leave"),
    "two columns of values": ("country,year,area,pop\nUK,1990,7,5\nUK,1991,7,6\n",
                              "expected one column of values beside 'country' and 'year', got area, pop; keep one"),
    "twice": ("Entity,Year,Value\nA,1990,5\nA,1990,6\n",
              "line 3, column 'Value': expected one value of A for 1990, but line 2 has one too; keep one of them"),
    "nothing": ("", "line 1: expected the names of at least two columns"),
    "one column": ("year\n1\n2", "expected the names of at least two columns, .* and one series.*got 'year'"),
    "bars": ("a|b\n1|2", "with commas, semicolons or tabs between them, got 'a|b'"),
    "a name twice": ("year,A,A\n1,2,3", "line 1: every column needs a name of its own; column 3 'A' is there twice"),
    "no name": ("year,,A\n1,2,3", "line 1: every column needs a name of its own; column 2 is empty"),
    "words": ("# x\nyear,A\n1,2\n2,many\n", "line 4, column 'A': expected a number such as 1234.5, got 'many'"),
    "a decimal comma": ('year,A\n1,2\n2,"1,5"\n', "line 3, column 'A': expected a number such as 1234.5, got '1,5'"),
    "May": ("year,A\n1,2\nMay,3\n", "line 3, column 'year': expected times such as 1987, 2020-03 or .*, got 'May'"),
    "nan": ("year,A\n1,2\n2,nan\n", "expected at least 2 rows of numbers under the names, got 1"),
    "infinity": ("year,A\n1,inf\n2,1\n", "line 2, column 'A': expected a number such as 1234.5, got 'inf'"),
    "too large": ("year,A\n1,2\n2,-2e300\n", r"line 3, column 'A': expected a number within ±1e\+100, got -2e300"),
    "a day twice": ("year,A\n20200303,2\n20200303,1\n", "line 3, column 'A': expected one value of A for 20200303"),
    "a value less": ("year,A,B\n\n1,2\n", "line 3: expected 3 values, as many as names, got 2"),
    "a value more": ("year,A,B\n1,2,3,4\n", "line 2: expected 3 values, as many as names, got 4"),
    "no rows": ("year,A\n", "line 1: expected at least 2 rows of numbers under the names, got 0"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_a_table_and_says_how_to_mend_it(file, name):
    text, message = REFUSED[name]
    with pytest.raises(ValueError, match=rf"rain\.csv.*{message}"):
        read_table(file(text))


def test_refuses_another_encoding_and_names_a_file_that_is_not_there(file, tmp_path):
    with pytest.raises(ValueError, match=r"rain\.csv: expected text in UTF-8 .* save it as CSV UTF-8"):
        read_table(file("year,Köln\n1,2\n2,3", "latin-1"))
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv")


def test_picks_the_largest_of_the_last_row_and_keeps_its_own_values():
    values = np.array([[9, 9, 1, 1], [np.nan, 1, 3, 2]])
    table = Table([1, 2], list("ABCD"), values)
    values[:] = 7
    assert table.largest(2).names == ("C", "D")  # in the order of the table
    assert table.largest(9).names == tuple("ABCD")
    np.testing.assert_array_equal(table.largest(1).values, [[1], [3]])


@pytest.mark.parametrize(("parts", "message"), [
    (([1, 2], ["A"], [[1, 2], [3, 4]]), r"shape \(times, names\) = \(2, 1\), got \(2, 2\)"),
    (([1, 2], [], np.ones((2, 0))), "expected two times and one series at least, got 2 and 0"),
    (([1, np.nan], ["A"], [[1], [2]]), "every time must be a finite number, got nan; leave out that row"),
    (([1, 2], ["A", "B"], [[1, np.nan], [2, np.nan]]), "a series needs a value at least, got none for 'B'"),
    (([1, 2], ["A"], [[1], [2e300]]), r"must lie within ±1e\+100, got 2e\+300; choose a larger unit"),
    (([1, 4, 4], ["A"], [[1], [2], [3]]), "times must increase, got 4 after 4"),
    (([1, 2], ["A", "A"], [[1, 2], [3, 4]]), "every series needs a name of its own, got A, A"),
])  # fmt: skip
def test_refuses_parts_that_make_no_table(parts, message):
    with pytest.raises(ValueError, match=message):
        Table(*parts)
