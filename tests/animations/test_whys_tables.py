"""Charts explain their numbers: cells of the table, growth since the row before, shares of the whole."""

import pytest

from animations import BarRace, GrowingLines, Pie, Sum
from animations.engine.painter import Painter
from tests.animations.samples.tables import DATES, GAPS, WITHOUT_NEGATIVES
from tinylearn.datasets import gdp


def test_leads_from_a_value_to_the_one_before_in_its_own_frame_only():
    scene = GrowingLines(gdp())
    assert [[*scene.why("value[1987, China]", frame).asked()] for frame in (17, 40)] == [2 * ["value[1986, China]"], []]


def test_measures_growth_over_gaps_from_the_first_value():
    assert [line.words for line in BarRace(GAPS).why("value[1900, 7]", 0).parts] == ["read from the table: 7, 1900"]
    change, _ = BarRace(GAPS).why("value[1910.5, 7]", 0).parts
    assert (change.words, change.arithmetic) == ("change since 1900", "0.0 - (-3.0) = 3.0")  # no percentage below 0
    growth, _ = BarRace(GAPS).why("value[2000, 007]", 0).parts
    assert (growth.words, growth.arithmetic) == ("growth since 1900", "(6.0 - 2.0) / 2.0 = 2.0")


@pytest.mark.parametrize("gid", ["value[1910.5, 007]", "value[1901, 7]", "value[1900, C]", "share[1900, 7]", "other"])
def test_knows_nothing_of_what_is_not_in_the_table(gid):
    assert GrowingLines(GAPS).why(gid, 0) is None


def test_divides_a_pie_by_the_sum_of_the_series_shown():
    table = gdp()
    scene = Pie(table, top=2)
    shown = scene.table.values[3].tolist()
    share = scene.why(f"share[1973, {scene.table.names[1]}]", 0)
    assert share.value == shown[1] / sum(shown)
    total = scene.why(next(gid for gid in share.asked() if gid.startswith("total")), 0)
    (bars,) = total.parts
    assert isinstance(bars, Sum)
    assert [term.value for term in bars.terms] == shown
    assert bars.labels == [*scene.names]


def test_leaves_missing_values_out_of_the_whole():
    why = Pie(WITHOUT_NEGATIVES).why("total[-1]", 0)
    assert (why.parts[0].labels, why.value) == (["B"], 2)
    assert Pie(WITHOUT_NEGATIVES).why("share[-1, A]", 0) is None


def test_counts_dates_in_days_and_frames_as_frames():
    scene = GrowingLines(DATES)
    Painter(scene)
    assert scene.moments() == ("frame", range(2))
    why = scene.why("date", 1)
    assert why.value == 18353
    assert "until 2020-04-01" in why.parts[0].words
    assert scene.why("value[2020-04-01, A]", 1).value == 3
