"""A page is one file that is whole, asks for nothing, runs nothing but its own script, and can be read without it."""

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser

import pytest

from kansr.report.charts import curve_charts, front_chart, predicted_chart, residual_charts, staircase_chart
from kansr.report.html import MARK, render
from kansr.report.page import Scatter
from tests.report.pages import IMAGE, QUOTE, SCRIPT, a_page, written


class Reader(HTMLParser):
    """Collects what a browser would see: elements and attributes, the text of script and style, all other text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.inside, self.said, self._in = [], {"script": [], "style": []}, "", ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._in = tag

    def handle_data(self, data):
        if self._in in self.inside:
            self.inside[self._in].append(data)
        else:
            self.said += data

    def handle_endtag(self, _tag):
        self._in = ""

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def text():
    return render(a_page())


@pytest.fixture(scope="module")
def read(text):
    return Reader(text)


def test_names_from_a_table_are_text_and_never_markup(read):
    assert len(read.all("script")) == len(read.all("style")) == 1
    assert read.all("img") == []
    assert not [a for _, attributes in read.elements for a in attributes if a.startswith("on")]
    for name in (SCRIPT, QUOTE, IMAGE):
        assert name in read.said


def test_what_cannot_be_seen_is_marked_and_cannot_reverse_or_hide_text():
    text = render(a_page(target="a\u202eb\x00c\u200bd", run="r\x1b[31m"))
    assert not any(sign in text for sign in "\u202e\x00\u200b\x1b")
    assert "a\ufffdb\ufffdc\ufffdd" in text


def test_quotes_in_a_name_end_no_attribute(read):
    known = {"class", "id", "href", "d", "x", "y", "cx", "cy", "r", "rx", "width", "height", "viewbox", "role", "lang"}
    known |= {"text-anchor", "opacity", "aria-label", "aria-live", "name", "content", "charset", "http-equiv", "open"}
    assert {a for _, attributes in read.elements for a in attributes} <= known


def test_the_policy_allows_the_style_and_the_script_of_the_page_and_nothing_else(read):
    (policy,) = [m["content"] for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    for tag in ("style", "script"):
        (content,) = read.inside[tag]
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert not any("style" in attributes for _, attributes in read.elements)  # the policy would drop it


def test_no_request_can_leave_the_page(text, read):
    assert not re.search(r"https?://|url\(|@import|src=[\"']|fetch\(|XMLHttp", text)
    assert read.all("link") == read.all("iframe") == read.all("form") == []
    assert all(a["href"].startswith("#") for a in read.all("a"))


def test_every_link_leads_to_a_place_on_the_page(read):
    places = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    assert {a["href"].removeprefix("#") for a in read.all("a")} <= places


def test_without_the_script_the_front_is_a_table_and_each_point_leads_to_its_row(read):
    marks = [a for a in read.all("a") if "mark" in a.get("class", "")]
    assert [a["href"] for a in marks] == ["#front-1", "#front-2", "#front-3"]
    assert [" chosen" in a["class"] for a in marks] == [False, False, True]
    assert "size 5, error 0.9: 1.63*x_y + 1.846" in marks[1]["aria-label"]
    assert all(one.text in read.said for one in a_page().front)


def test_a_page_is_known_by_its_mark_and_the_same_page_gives_the_same_text(text):
    assert MARK in text[:4096]
    assert render(a_page()) == text


def test_what_a_run_does_not_have_is_left_out():
    bare = a_page(
        network=None, structure=None, history=(), dependence=(), stability=None, rivals=(), fitted=(), named={},
        symbols={}, units={}, status="done", warnings=(), hand=(), learned=(),
    )  # fmt: skip
    said = Reader(render(bare)).said
    for title in ("The network", "The staircase", "Partial dependence", "Why this graph", "Stability", "Rivals"):
        assert title not in said
    assert "The fit" in said


@pytest.mark.parametrize("error", [0.0, float("inf"), float("nan"), 1e300, 5e-324])
def test_errors_of_any_size_are_drawn(error):
    one = written("0", 1, error)
    assert "The front" in Reader(render(a_page(front=(one,), chosen=0, formula=one, verdict="approximation"))).said


def test_a_formula_without_a_value_at_any_row_is_drawn_as_gaps():
    rows = Scatter(of=2, part=[0, 2], measured=[1.0, 2.0], predicted=[None, None], columns={"x": [1.0, 2.0]})
    page = a_page(scatter=rows)
    assert "NaN" not in render(page)
    assert [d for style, d in predicted_chart(page).paths if "dots" in style] == ["", "", ""]


def test_a_page_of_many_rows_and_columns_is_smaller_than_two_megabytes():
    many = [i / 1000 for i in range(1000)]
    rows = Scatter(of=10**6, part=[i % 3 for i in range(1000)], measured=many, predicted=many, columns={
        f"x{i}": many for i in range(50)
    })  # fmt: skip
    page = a_page(scatter=rows, dependence=a_page().dependence * 12, front=a_page().front * 10)
    assert len(render(page).encode()) < 2_000_000


def test_each_chart_has_a_path_for_each_series():
    page = a_page()
    assert len(front_chart(page).marks) == 3
    assert [style for style, _ in staircase_chart(page).paths] == ["steps part-train", "steps part-validation"]
    assert len(list(residual_charts(page))) == 3
    assert [len(drawn.paths) for drawn, _, _ in curve_charts(page)] == [1, 2]
