"""The README: short, its links lead somewhere, and the files that it asks people to read are as long as it says."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
ROW = re.compile(r"^\| \[`(.+?)`\]\((.+?)\) \| .+ \| (\d+) \|$", re.MULTILINE)


def test_is_short_enough_to_be_read_and_shows_all_of_learning_in_nine_lines():
    assert len(README.splitlines()) <= 140
    section = README.split("## All of learning in nine lines")[1]
    assert len([line for line in section.split("```")[1].splitlines() if line.startswith((">>> ", "... "))]) == 9


def test_names_ten_files_to_read_and_how_long_they_are():
    rows = ROW.findall(README)
    assert len(rows) == 10
    for shown, path, lines in rows:
        assert shown == path
        there = len((ROOT / path).read_text(encoding="utf-8").splitlines())
        assert abs(there - int(lines)) <= max(10, there / 10), f"{path} has {there} lines"


def test_leads_to_every_page_of_the_documentation_and_all_links_to_files_that_are_there():
    assert [page for page in PAGES[1:] if f"]({page})" not in README] == []
    for page in PAGES:
        links = re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text(encoding="utf-8"))
        missing = [link for link in links if "://" not in link and not ((ROOT / page).parent / link).exists()]
        assert missing == [], page
