"""The words by which people name the parts of a track in file names. Plain text."""

import re
from collections.abc import Mapping

from catalog.domain.file_names import spaced

# Words that name a part, by the role it gets. Longer phrases win over the words in them.
_ROLE_WORDS: Mapping[str, str] = {
    "drums": """
        drums, drum, drum kit, drumkit, drum bus, drum loop, kit, kick, kick drum, bd, snare,
        sd, hat, hats, hi hat, hi hats, hihat, hihats, hh, tom, toms, overhead, overheads, oh,
        room mics, cymbal, cymbals, ride, crash, beat, beats, rhythm section
    """,
    "percussion": """
        percussion, perc, percs, shaker, shakers, conga, congas, bongo, bongos, tambourine,
        tamb, claps, clap, handclaps, cowbell, latin percussion, tabla, timpani
    """,
    "bass": """
        bass, bassline, bass line, bass guitar, e bass, electric bass, upright bass, double
        bass, sub, sub bass, subbass, synth bass, bass synth, bass di, bass amp, 808, 808s
    """,
    "guitar": """
        guitar, guitars, gtr, gtrs, git, acoustic guitar, acoustic guitars, electric guitar,
        electric guitars, ac gtr, el gtr, ag, eg, lead guitar, rhythm guitar, guitar solo,
        banjo, mandolin, ukulele, slide guitar, pedal steel
    """,
    "keys": """
        keys, key, keyboard, keyboards, piano, pianos, pno, grand piano, felt piano, rhodes,
        wurlitzer, wurli, e piano, electric piano, organ, hammond, clav, clavinet, harpsichord
    """,
    "synth": """
        synth, synths, synthesizer, synthesizers, pad, pads, synth pad, synth pads, synth
        lead, lead synth, arp, arps, arpeggio, pluck, plucks, synth pluck, poly synth, moog
    """,
    "strings": """
        strings, string section, violin, violins, viola, violas, cello, cellos, celli,
        contrabass, fiddle, string quartet, harp
    """,
    "brass": """
        brass, horns, horn section, trumpet, trumpets, trombone, trombones, french horn, tuba
    """,
    "woodwind": """
        woodwind, woodwinds, winds, flute, flutes, clarinet, oboe, bassoon, sax, saxes,
        saxophone, saxophones, recorder
    """,
    "chords": "chords, chord, harmony, harmonic",
    "melody": "melody, melodies, lead line, topline melody, riff, hook",
    "vocals": """
        vocals, vocal, vox, voc, vocs, voice, voices, lead vocals, lead vocal, lead vox, lead
        voc, ld vox, main vocals, main vocal, main vox, acapella, acappella, a cappella, lv,
        singer, rap
    """,
    "backing_vocals": """
        backing vocals, backing vocal, backing vox, background vocals, bg vocals, bgv, bgvs,
        bgvox, bv, bvs, backing, backings, harmonies, harmony vocals, vocal harmonies, choir,
        adlibs, ad libs, doubles, vox double, vocal doubles
    """,
    "effects": """
        fx, sfx, effects, effect, sound effects, riser, risers, impacts, foley, atmos,
        atmosphere, ambience, noise, sweeps, transitions
    """,
    "other": "other, others, misc, rest, accompaniment, everything else",
}
_ROLES: Mapping[str, str] = {
    " ".join(phrase.split()): role
    for role, phrases in _ROLE_WORDS.items()
    for phrase in phrases.split(",")
}
_FILLER = re.compile(
    r"\b(?:stems?|track|trk|bus|buss|group|grp|sub ?mix|dry|wet|mono|stereo|st|l|r|left|right|di|"
    r"amp|in|out|take|tk|audio|bounce|print|comp|main|all|full|mix|hi|lo|low|high|\d+)\b"
)
STEM_WORD = re.compile(r"\bstems?\b|\bmulti ?tracks?\b|\btrack ?outs?\b", re.IGNORECASE)


def role_of(text: str) -> str:
    """Give the role that words name ("Lead Vox 2", "BASS_DI"), or nothing.

    >>> role_of("Lead Vox 2"), role_of("kick in"), role_of("Bassment Jam"), role_of("sub")
    ('vocals', 'drums', '', 'bass')
    """
    words = " ".join(re.sub(r"[\W_]+", " ", split_camel(text)).casefold().split())
    for candidate in (words, " ".join(_FILLER.sub(" ", words).split())):
        if candidate in _ROLES:
            return _ROLES[candidate]
    bare = " ".join(_FILLER.sub(" ", words).split()).split()
    roles = {_ROLES[word] for word in bare if word in _ROLES}
    if bare and len(roles) == 1 and all(word in _ROLES for word in bare):
        return roles.pop()
    return ""


def label_of(part: str, role: str) -> str:
    """Keep the words of a name where they say more than the role does."""
    text = " ".join(spaced(STEM_WORD.sub("", split_camel(part))).strip(" -–—").split())
    plain = text.casefold()
    if plain in (role.replace("_", " "), role.rstrip("s"), ""):
        return ""
    return text[:1].upper() + text[1:]


def split_camel(text: str) -> str:
    """Part words that only a capital divides.

    >>> split_camel("LeadVox2"), split_camel("MySong_BGVs")
    ('Lead Vox 2', 'MySong_BGVs')
    """
    if re.search(r"[\s_]", text):
        return text
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d)", " ", text)
