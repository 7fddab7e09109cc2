"""Every piece of the design system draws its states, and no template breaks the content policy."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

from studio.styleguide import ExampleForm, styleguide

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
PAGES = sorted(TEMPLATES.rglob("*.html"))
SERVED = [page for page in PAGES if page.parent.name != "mail"]  # mail is styled in its own tags
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
SHAPES = {"path", "rect", "line", "circle"}


def addresses_from_elsewhere(source: str) -> set[str]:
    """Names that one block takes from `{% url … as name %}` of another, where they hold nothing."""
    found = re.findall(r"{% block (\w+) %}(.*?){% endblock", source, re.DOTALL)
    set_in = {name: set(re.findall(r"{% url [^%]* as (\w+) %}", text)) for name, text in found}
    all_set: set[str] = set().union(*set_in.values())
    return {
        variable
        for name, text in found
        for variable in all_set - set_in[name]
        if re.search(rf"\b{variable}\b", text)
    }


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(TEMPLATES)) for path in paths]


def component(piece: str, /, **values: object) -> str:
    html = render_to_string(f"components/{piece}.html", values)
    return re.sub(r"[ \n]+", " ", html)


class Balance(HTMLParser):
    """Notes every tag that is closed out of order, and every id used twice."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


@pytest.mark.parametrize("name", names(PAGES))
def test_a_template_can_be_read_by_django(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("path", COMPONENTS, ids=names(COMPONENTS))
def test_a_component_opens_with_what_it_takes(path: Path) -> None:
    opening = path.read_text().split("{% endcomment %}")[0]
    assert opening.startswith("{% comment %}")
    assert re.search(r"\b[Tt]akes\b", opening)


@pytest.mark.parametrize("path", SERVED, ids=names(SERVED))
def test_a_template_obeys_the_content_policy(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text), "inline style"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline event handler"
    assert "<style" not in text
    assert "javascript:" not in text
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or 'type="application/json"' in attributes, "inline script"
    assert not re.search(r"hx-on|hx-vals=[\"']js:|hx-headers", text)


def test_the_style_guide_draws_every_piece_in_well_formed_html() -> None:
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    html = styleguide(request).content.decode()
    page = Balance(html)
    assert page.wrong == []
    assert page.open == []
    assert sorted(page.ids) == sorted(set(page.ids))


def test_every_component_is_shown_in_the_style_guide_or_the_frame() -> None:
    text = "".join(path.read_text() for path in PAGES)
    tags = {"panel", "table", "dialog", "chart_frame"}
    unused = [
        path.name
        for path in COMPONENTS
        if f"components/{path.name}" not in text and path.stem not in tags
    ]
    assert unused == []


def test_a_suggested_term_looks_and_reads_unlike_an_accepted_one() -> None:
    suggested = component("term_chip", facet="mood", label="Calm", state="suggested")
    accepted = component("term_chip", facet="mood", label="Calm", state="accepted")
    assert "(suggested)" in suggested
    assert "Mood:" in accepted
    assert "(suggested)" not in accepted


def test_a_prompt_term_that_must_not_be_there_says_not() -> None:
    html = component("term_chip", facet="vocals", label="Heavy vocals", state="excluded")
    assert "<span>not</span>" in html


def test_confidence_is_a_word_and_a_number_not_only_a_bar() -> None:
    html = component("confidence", value=0.61)
    assert "Fairly likely" in html
    assert "61\u202f%" in html
    assert 'tabindex="0"' in html


def test_an_evidence_range_names_its_seconds_and_loops_them() -> None:
    html = component("evidence_range", start_s=41.5, end_s=58.0, track_id=7)
    assert 'data-start="41.5"' in html
    assert 'data-track="7"' in html
    assert "0:42–0:58" in html


def test_removed_and_added_words_differ_by_more_than_colour() -> None:
    html = component("diff", before="soft drums", after="brushed drums")
    assert "<del>soft</del><ins>brushed</ins> drums" in html


def test_progress_of_unknown_length_has_no_value() -> None:
    assert "value=" not in component("progress", label="Reading the file")
    assert 'value="3" max="8"' in component("progress", label="3 of 8", value=3, max=8)
    assert 'value="0" max="8"' in component("progress", label="0 of 8", value=0, max=8)


def test_an_empty_state_offers_its_one_action() -> None:
    html = component(
        "empty_state", title="No tracks", text="Upload some.", action="Upload", action_url="/up"
    )
    assert 'href="/up"' in html
    assert "button" not in component("empty_state", title="No tracks", text="Upload some.")


def test_a_simulated_metric_says_so_in_words() -> None:
    assert "(simulated)" in component("metric", name="Saves", value="3 %", kind="simulated")


def test_a_play_button_carries_its_stems() -> None:
    stems = [{"key": "s1", "label": 'Drums "dry"', "src": "/d"}]
    html = component("play_button", track_id=3, title="A", src="/m", stems=stems)
    assert "&quot;label&quot;:&quot;Drums \\&quot;dry\\&quot;&quot;" in html


def test_titles_of_people_are_escaped_everywhere() -> None:
    evil = "<img src=x>"
    for html in (
        component("play_button", track_id=1, title=evil, src=""),
        component("person", name=evil),
        component("term_chip", facet="mood", label=evil),
        component("diff", before=evil, after=evil + "!"),
        component("note", text=evil),
    ):
        assert "<img" not in html


def test_a_field_ties_its_error_and_help_to_its_control() -> None:
    form = ExampleForm({"title": "", "isrc": "QZES12500", "mode": "minor"})
    html = component("field", field=form["title"])
    assert 'aria-invalid="true"' in html
    described = re.search(r'aria-describedby="([^"]+)"', html)
    assert described
    for target in described[1].split():
        assert f'id="{target}"' in html


def test_an_error_summary_links_to_the_controls_it_names() -> None:
    form = ExampleForm({"title": "", "isrc": "QZES12500", "mode": "minor"})
    summary = component("error_summary", form=form)
    fields = "".join(component("field", field=form[name]) for name in form.fields)
    targets = re.findall(r'href="#([^"]+)"', summary)
    assert len(targets) == 3
    for target in targets:
        assert f'id="{target}"' in fields


def test_a_whole_form_is_drawn_with_our_field() -> None:
    html = ExampleForm({"title": ""}).render()
    assert 'class="error-summary"' in html
    assert html.count('class="field') >= len(ExampleForm.base_fields)


def test_the_error_page_for_crashes_needs_nothing() -> None:
    html = engines["django"].get_template("500.html").render()
    assert "<h1>" in html
    assert Balance(html).wrong == []


@pytest.mark.parametrize("page", names(PAGES))
def test_a_block_uses_no_address_that_another_block_made(page: str) -> None:
    assert addresses_from_elsewhere((TEMPLATES / page).read_text()) == set()
