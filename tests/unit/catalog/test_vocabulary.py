"""The shipped vocabulary is complete and a mistake in a file is named."""

from pathlib import Path

import pytest

from catalog.vocabulary import (
    FACETS,
    VOCABULARY_DIR,
    TermSpec,
    VocabularyError,
    default_terms,
    fold_name,
    read_facet,
)

# Words public auto-taggers answer with; each must lead to a term of some facet.
MTG_JAMENDO_MOODS = """
action adventure advertising ambiental background ballad calm children christmas commercial cool
corporate dark deep documentary drama dramatic dream emotional energetic epic fast film fun funny
game groovy happy heavy holiday hopeful horror inspiring love meditative melancholic mellow melodic
motivational movie nature party positive powerful relaxing retro romantic sad sexy slow soft
soundscape space sport summer trailer travel upbeat uplifting
"""
MTG_JAMENDO_INSTRUMENTS = """
accordion acousticbassguitar acousticguitar bass beat bell bongo brass cello clarinet
classicalguitar computer doublebass drummachine drums electricguitar electricpiano flute guitar
harmonica harp horn keyboard oboe orchestra organ pad percussion piano pipeorgan rhodes sampler
saxophone strings synthesizer trombone trumpet ukulele viola violin voice
"""
MTT_TAGS = """
guitar,classical,slow,techno,strings,drums,electronic,rock,fast,piano,ambient,beat,violin,vocal,
synth,female,indian,opera,male,singing,vocals,no vocals,harpsichord,loud,quiet,flute,woman,
male vocal,no vocal,pop,soft,sitar,solo,man,classic,choir,voice,new age,dance,male voice,
female vocal,beats,harp,cello,no voice,weird,country,metal,female voice,choral
"""
MSD_TAGS = """
rock,pop,alternative,indie,electronic,female vocalists,dance,00s,alternative rock,jazz,beautiful,
metal,chillout,male vocalists,classic rock,soul,indie rock,Mellow,electronica,80s,folk,90s,chill,
instrumental,punk,oldies,blues,hard rock,ambient,acoustic,experimental,female vocalist,guitar,
Hip-Hop,70s,party,country,easy listening,sexy,catchy,funk,electro,heavy metal,Progressive rock,60s,
rnb,indie pop,sad,House,happy
"""
MIREX_WORDS = """
passionate rousing confident boisterous rowdy rollicking cheerful fun sweet amiable literate
poignant wistful bittersweet autumnal brooding humorous silly campy quirky whimsical witty wry
aggressive fiery tense intense volatile visceral
"""


def _tags(block: str) -> list[str]:
    return [tag.strip() for tag in block.split(",")]


def _facets_by_name() -> dict[str, dict[str, str]]:
    known: dict[str, dict[str, str]] = {}
    for term in default_terms():
        for name in term.names:
            known.setdefault(name, {})[term.facet] = term.slug
    return known


def _write(tmp_path: Path, text: str, facet: str = "mood") -> Path:
    (tmp_path / f"{facet}.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        MTG_JAMENDO_MOODS.split(),
        MTG_JAMENDO_INSTRUMENTS.split(),
        _tags(MTT_TAGS),
        _tags(MSD_TAGS),
        MIREX_WORDS.split(),
    ],
    ids=["jamendo moods", "jamendo instruments", "MTT", "MSD", "MIREX"],
)
def test_every_word_of_the_public_taggers_leads_to_a_term(words: list[str]) -> None:
    known = _facets_by_name()

    assert [word for word in words if fold_name(word) not in known] == []


@pytest.mark.parametrize(
    ("word", "facet", "slug"),
    [
        ("calm", "mood", "calm"),
        ("advertising", "activity", "advertising"),
        ("sport", "activity", "sport"),
        ("trailer", "activity", "trailer"),
        ("love", "theme", "love"),
        ("space", "theme", "space"),
        ("ballad", "property", "ballad"),
        ("melodic", "property", "melodic"),
        ("fast", "property", "fast"),
        ("voice", "vocals", "vocals"),
        ("no vocals", "vocals", "instrumental"),
        ("synth", "instrument", "synthesizer"),
        ("Hip-Hop", "genre", "hip-hop"),
    ],
)
def test_mixed_tagger_words_land_in_the_right_facet(word: str, facet: str, slug: str) -> None:
    assert _facets_by_name()[fold_name(word)].get(facet) == slug


def test_every_facet_has_a_useful_number_of_terms() -> None:
    sizes = {facet: sum(term.facet == facet for term in default_terms()) for facet in FACETS}

    assert sizes["genre"] >= 100
    assert sizes["mood"] >= 60
    assert sizes["activity"] >= 50
    assert sizes["theme"] >= 40
    assert sizes["instrument"] >= 70
    assert sizes["vocals"] >= 9
    assert sizes["property"] >= 30


def test_moods_have_a_point_on_the_circle_that_agrees_with_the_word() -> None:
    points = {t.slug: (t.valence, t.arousal) for t in default_terms() if t.facet == "mood"}

    assert all(v is not None and a is not None for v, a in points.values())
    quadrants = {"happy": (1, 1), "calm": (1, -1), "sad": (-1, -1), "angry": (-1, 1)}
    for slug, (valence_sign, arousal_sign) in quadrants.items():
        valence, arousal = points[slug]
        assert valence is not None
        assert arousal is not None
        assert valence * valence_sign > 0
        assert arousal * arousal_sign > 0


def test_parents_are_stated_for_the_usual_families() -> None:
    parents = {(t.facet, t.slug): t.parents for t in default_terms()}

    assert parents["instrument", "violin"] == ("strings",)
    assert parents["instrument", "electric-guitar"] == ("guitar",)
    assert "vocals" in parents["vocals", "female-vocals"]
    assert parents["vocals", "instrumental"] == ()


def test_what_only_the_words_of_a_song_tell_is_never_suggested() -> None:
    terms = {(t.facet, t.slug): t for t in default_terms()}

    assert terms["theme", "heartbreak"].never_automatic
    assert terms["activity", "worship"].never_automatic
    assert not terms["instrument", "piano"].never_automatic


def test_ddex_codes_come_with_the_list_they_belong_to() -> None:
    assert all(bool(t.avs_code) == bool(t.avs_list) for t in default_terms())
    terms = {(t.facet, t.slug): (t.avs_list, t.avs_code) for t in default_terms()}
    assert terms["activity", "late-night"] == ("Activity", "LateAtNight")
    assert terms["genre", "rnb"] == ("ClassifiedGenre", "R'n'B")
    assert terms["property", "four-on-the-floor"] == ("RhythmStyle", "4OnTheFloor")


def test_files_hold_no_facet_the_studio_does_not_know() -> None:
    assert sorted(path.stem for path in VOCABULARY_DIR.glob("*.toml")) == sorted(FACETS)


def test_a_minimal_entry_takes_its_label_from_its_slug(tmp_path: Path) -> None:
    directory = _write(tmp_path, 'facet = "theme"\n[terms]\nopen-road = {}\n', "theme")

    assert read_facet("theme", directory) == (TermSpec("theme", "open-road", "Open road"),)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("facet = [", "mood.toml: not valid TOML"),
        ('facet = "genre"\n[terms]\nx = {}', 'mood.toml: must say facet = "mood"'),
        ('facet = "mood"', "mood.toml: holds no terms"),
        ('facet = "mood"\nfoo = 1\n[terms]\nx = {point=[0,0]}', "mood.toml: unknown key foo"),
        ('facet = "mood"\n[terms]\nBad_slug = {point=[0,0]}', "entry Bad_slug: a slug is"),
        ('facet = "mood"\n[terms]\nx = 3', "entry x: must be a table"),
        ('facet = "mood"\n[terms]\nx = {colour="red"}', "entry x: unknown key colour"),
        ('facet = "mood"\n[terms]\nx = {}', "entry x: a mood needs point"),
        ('facet = "mood"\n[terms]\nx = {point=[0, 1.2]}', "entry x: a mood needs point"),
        ('facet = "mood"\n[terms]\nx = {point=[0,0], label=" "}', "entry x: label must be a text"),
        ('facet = "mood"\n[terms]\nx = {point=[0,0], synonyms="a"}', "entry x: synonyms must be"),
        ('facet = "mood"\n[terms]\nx = {point=[0,0], never_automatic=1}', "x: never_automatic"),
        ('facet = "mood"\n[terms]\nx = {point=[0,0], avs="X"}', "entry x: has an AVS code but"),
        ('facet = "mood"\n[terms]\nx = {point=[0,0], parents=["y"]}', "entry x: parent y is not"),
        (
            """facet = "mood"\n[terms]\nx = {point=[0,0], parents=["y"]}
            y = {point=[0,0], parents=["x"]}""",
            "entry x: is its own ancestor",
        ),
        (
            """facet = "mood"\n[terms]\nx = {point=[0,0], synonyms=["laid-back"]}
            y = {point=[0,0], synonyms=["Laid back"]}""",
            'entry y: "laid back" already means x',
        ),
    ],
)
def test_a_mistake_names_the_file_and_the_entry(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(VocabularyError, match=r"mood\.toml") as caught:
        read_facet("mood", _write(tmp_path, text))

    assert named in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match=r"mood\.toml: the file is missing"):
        read_facet("mood", tmp_path)


def test_a_point_on_anything_but_a_mood_is_refused(tmp_path: Path) -> None:
    directory = _write(tmp_path, 'facet = "genre"\n[terms]\nrock = {point=[0,0]}', "genre")

    with pytest.raises(VocabularyError, match="entry rock: only moods have a point"):
        read_facet("genre", directory)
