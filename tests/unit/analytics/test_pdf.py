"""Printed reports: what they hold, on every page, and names in scripts that a font may lack."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fpdf import FPDF

from analytics import reports
from analytics.domain.charts import Estimate, bar_chart, interval_chart
from analytics.models import (
    Market,
    PromptBank,
    PromptSpace,
    SimulationRun,
    SpaceResult,
    TrackResult,
)
from analytics.pdf.fonts import add_fonts, has_glyph, printable
from analytics.pdf.groups import GroupSheet, group_pdf
from analytics.pdf.tracks import shared_track_pdf, track_pdf
from analytics.reports import FacetTerm, GroupSpace, SpaceLine, TrackReport
from catalog.models import Track

NAMES = ("Late night synthwave", "Calm piano for studying", "Warm soul on a Sunday morning")


def run() -> SimulationRun:
    return SimulationRun(
        pk=1,
        bank=PromptBank(grammar_version="g1", prompt_count=10_000, space_count=214),
        market=Market(name="Generated market", version="3", track_count=20_000),
        seed=1,
        engine_version="2",
        choice_version="4",
        examination="geometric",
        finished_at=datetime(2026, 11, 30, 12, tzinfo=UTC),
    )


def track_report(title: str = "Nocturne", spaces: int = 14) -> TrackReport:
    """A report of made-up figures, without a database."""
    track = Track(pk=1, title=title)
    lines = tuple(_line(track, number) for number in range(spaces))
    chart = [
        Estimate(line.space.name, f"{line.result.surfaced} of 40", line.result.rate, 0.05, 0.5)
        for line in lines[:10]
    ]
    return TrackReport(
        run=run(),
        track=track,
        result=TrackResult(
            spaces_surfaced=spaces,
            reach=0.021 if spaces else 0.0,
            reach_low=0.014,
            reach_high=0.031,
            saves=4.2 if spaces else 0.0,
            saves_low=1.1,
            saves_high=16.0,
            prompt_count=10_000,
            parameter_share=0.8,
        ),
        spaces_in_bank=214,
        headline=reports.headline([line.result for line in lines], 214),
        surfaced=lines,
        near=tuple(_line(track, number) for number in range(20, 20 + min(spaces, 6))),
        rate_chart=bar_chart(chart, what="Share of prompts") if chart else None,
        conversion_chart=interval_chart(chart, what="Conversion") if chart else None,
        rate_finding="It surfaces for 40 % of the prompts in Late night synthwave 1",
        conversion_finding="Once surfaced, no space saves it clearly more often than another",
        funnel=tuple(
            reports.FunnelLine(words, 210 / step, 150 / step, 310 / step)
            for step, words in enumerate(reports.STAGE_WORDS.values(), 1)
        )
        if spaces
        else (),
        sensitivity=(reports.SensitivityLine("saves a track heard out", 1.2, 9.0, "Chosen."),),
        is_stale=False,
    )


def _line(track: Track, number: int) -> SpaceLine:
    space = PromptSpace(slug=f"space-{number}", name=f"{NAMES[number % 3]} {number + 1}")
    result = SpaceResult(
        track=track,
        space=space,
        prompt_count=40,
        surfaced=max(1, 16 - number),
        near=7,
        rate_low=0.05,
        rate_high=0.5,
        best_rank=2,
        median_rank=7.5,
        median_near_rank=41.0,
        conversion=0.012,
        conversion_low=0.003,
        conversion_high=0.05,
        example="calm piano to study to",
    )
    return SpaceLine(result, (FacetTerm("mood", "dreamy", "Dreamy"),))


def pages(content: bytes, folder: Path) -> list[str]:
    """The text of each page, as a reader takes it out."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine (Debian: apt-get install poppler-utils)")
    file = folder / "report.pdf"
    file.write_bytes(content)
    text = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True
    ).stdout
    return text.split("\f")[:-1]


def test_every_page_says_that_it_is_simulated_and_is_numbered(tmp_path: Path) -> None:
    text = pages(track_pdf(track_report(), artists="Ada"), tmp_path)
    assert len(text) >= 2
    for number, page in enumerate(text, 1):
        assert "Simulated" in page
        assert f"Page {number} of {len(text)}" in page
    whole = "\n".join(text)
    for words in ("Nocturne", "Ada", "30 Nov 2026", "seed 1", "n = 10,000", "What the words mean"):
        assert words in whole


def test_title_language_and_outline_are_in_the_document(tmp_path: Path) -> None:
    content = track_pdf(track_report("夜のドライブ"), artists="Ada")
    assert b"/Lang (en)" in content
    assert b"/Outlines" in content
    whole = "\n".join(pages(content, tmp_path))
    assert "[6 letters: CJK, hiragana, katakana]" in whole
    assert "none of the fonts of this report has" in whole
    facts = subprocess.run(
        ["pdfinfo", "-enc", "UTF-8", str(tmp_path / "report.pdf")], capture_output=True, check=True
    ).stdout.decode()
    assert (
        "夜のドライブ" in facts
    )  # the title is whole, though no font of the pages has its letters


def test_what_a_link_gives_to_print_holds_no_weak_spots(tmp_path: Path) -> None:
    whole = "\n".join(pages(shared_track_pdf(track_report(), artists="Ada"), tmp_path))
    assert "Where it surfaces" in whole
    for words in ("nearly reaches", "Dreamy", "calm piano to study to", "From list to follower"):
        assert words not in whole


def test_a_track_that_surfaces_nowhere_gets_a_report_that_helps(tmp_path: Path) -> None:
    whole = "\n".join(pages(track_pdf(track_report(spaces=0), artists=""), tmp_path))
    assert "It does not surface in any of 214 prompt spaces yet." in whole
    assert "What would help" in whole


def group_of(result: TrackResult, *, name: str, below: str) -> GroupSheet:
    return GroupSheet(
        kind="release",
        name=name,
        below=below,
        run=run(),
        is_stale=True,
        headline="1 of 2 tracks surfaces, in 3 of 214 prompt spaces.",
        chart=reports.reach_chart([result]),
        finding="It surfaces for 2.1 % of all prompts",
        results=[result],
        total=1,
        surfacing=1,
        spaces=[GroupSpace("Calm piano", "calm-piano", 1, "ليلة هادئة", 9, 40)],
        spaces_held=1,
        left_out=1,
    )


def test_a_group_prints_its_tracks_and_says_who_is_left_out(tmp_path: Path) -> None:
    result = track_report().result
    result.track = Track(pk=1, title="Nocturne")
    group = group_of(result, name="First Light", below="Ada")
    whole = "\n".join(pages(group_pdf(group), tmp_path))
    for words in ("First Light", "Calm piano", "1 track is left out", "catalog changed since"):
        assert words in whole


@pytest.fixture(scope="module")
def paper() -> FPDF:
    pdf = FPDF()
    add_fonts(pdf)
    return pdf


@pytest.mark.parametrize(
    "name",
    [
        "Ångström Ćuprija Tiếng Việt",
        "Привет Ωμέγα",
        "ليلة هادئة",
        "לילה שקט",
        "रात का सफर",
        "คืนที่เงียบสงบ",
    ],
)
def test_names_in_these_scripts_are_printed(paper: FPDF, name: str) -> None:
    assert printable(name, has_glyph(paper)) == name


def test_text_after_letters_of_another_font_is_set_in_ours_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    result = track_report().result
    result.track = Track(pk=1, title="ليلة هادئة")
    group = group_of(result, name="فيروز", below="فيروز")
    whole = "\n".join(pages(group_pdf(group), tmp_path))
    assert "1 of 2 tracks surfaces, in 3 of 214 prompt spaces." in whole
    assert "2.1 % (1.4 % to 3.1 %)" in whole, "the cell after a title in Arabic"
    assert "What is assumed about listeners" in whole
    assert [found for found in caplog.records if found.levelname == "WARNING"] == []


def test_letters_without_a_font_become_a_note_and_odd_characters_no_crash(paper: FPDF) -> None:
    known = has_glyph(paper)
    assert printable("夜 (Live)", known) == "[1 letter: CJK] (Live)"
    assert printable("서울의 밤", known) == "[3 letters: hangul] [1 letter: hangul]"
    assert printable("Loud 🎵🔥", known) == "Loud [2 symbols]"
    assert printable("a\u202eb\x00\ud800c", known) == "abc"
