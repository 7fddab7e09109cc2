// The player at the bottom: one track, heard as its master or as its stems.
//
// A page says what can be played with data-play on a button (components/play_button.html):
//   data-play data-track="12" data-title="…" data-detail="Artist" data-href="/w/…" data-src="/w/…/audio"
//   data-duration="213.4" data-stems='[{"key": "drums", "label": "Drums", "src": "/w/…"}]'
// Buttons inside one [data-queue] play one after another. data-loop data-start data-end [data-track] on a button
// loops those seconds (components/evidence_range.html). data-solo data-track data-source (a stem's key) on a button
// makes that stem heard alone, and the whole again when pressed a second time.
//
// Events on document, all with detail.track (the id as text, or null):
//   player:load   { item }               another track is in the player
//   player:state  { playing }            it started or stopped
//   player:time   { time, duration }     about ten times a second while playing, and on every seek
//   player:range  { start, end } or {}   seconds are being looped, or no longer
//   player:source {}                     another source or mix is heard

import { tab } from "../storage.js";
import { toast } from "../toast.js";

const DRIFT_S = 0.05;
export const MASTER = "master";

export const state = {
  item: null, // { track, title, detail, href, duration, sources: [{ key, label, src }] }
  source: MASTER,
  mixing: false,
  muted: new Set(),
  solo: new Set(),
  range: null,
  queue: [],
};
let voices = []; // { key, audio }; the first one keeps the time
let ticking = null;

const emit = (name, detail = {}) => {
  const track = state.item?.track ?? null;
  document.dispatchEvent(new CustomEvent(`player:${name}`, { detail: { track, ...detail } }));
};

const watchers = [];

/** Have `look` called whenever what the bar shows may have changed. */
export const onChange = (look) => watchers.push(look);
const show = () => watchers.forEach((look) => look());

// Reading

export const isPlaying = () => voices.length > 0 && !voices[0].audio.paused;
export const currentTrack = () => state.item?.track ?? null;
export const currentTime = () => voices[0]?.audio.currentTime ?? 0;
export const currentRange = () => state.range;

function duration() {
  const known = voices[0]?.audio.duration;
  return Number.isFinite(known) ? known : (state.item?.duration ?? 0);
}

// Acting

/** Put a track into the player, without starting it. */
export function load(item, { at = 0, source = MASTER, mixing = false, queue = [] } = {}) {
  silence();
  const known = item.sources.some((each) => each.key === source);
  Object.assign(state, {
    item,
    source: known ? source : item.sources[0].key,
    mixing,
    queue,
    range: null,
    muted: new Set(),
    solo: new Set(),
  });
  openVoices(at);
  show();
  emit("load", { item });
  emit("range");
  emitTime();
}

export async function play() {
  if (!voices.length) return;
  try {
    await Promise.all(voices.map(({ audio }) => audio.play()));
  } catch (error) {
    // NotAllowedError: the browser wants a press first. AbortError: another track came in between.
    if (error.name !== "NotAllowedError" && error.name !== "AbortError") explainFailure();
  }
}

export function pause() {
  for (const { audio } of voices) audio.pause();
}

export function toggle() {
  if (isPlaying()) pause();
  else play();
}

export function seek(time) {
  const to = Math.min(Math.max(time, 0), Math.max(duration() - 0.05, 0));
  for (const { audio } of voices) audio.currentTime = to;
  emitTime(to);
}

/** Play the seconds from `start` to `end` again and again; without numbers, stop doing so. */
export function loop(start = null, end = null) {
  state.range = start === null ? null : { start, end };
  if (state.range) seek(start);
  emit("range", state.range ?? {});
  show();
}

export function close() {
  silence();
  state.item = null;
  state.range = null;
  tab.set("player", null);
  show();
  emit("range");
  emit("state", { playing: false });
}

// Voices

function openVoices(at) {
  const stems = state.item.sources.filter((each) => each.key !== MASTER);
  const wanted = state.mixing
    ? stems
    : state.item.sources.filter((each) => each.key === state.source);
  voices = wanted.map(({ key, src }) => ({ key, audio: new Audio(src) }));
  for (const { audio } of voices) {
    audio.preload = "metadata";
    if (at) audio.currentTime = at;
    audio.addEventListener("error", explainFailure);
  }
  const [{ audio: clock }] = voices;
  clock.addEventListener("play", changed);
  clock.addEventListener("pause", changed);
  clock.addEventListener("ended", ended);
  clock.addEventListener("loadedmetadata", () => emitTime());
  applyMix();
}

function silence() {
  clearInterval(ticking);
  ticking = null;
  for (const { audio } of voices) {
    audio.removeEventListener("error", explainFailure);
    audio.pause();
    audio.removeAttribute("src");
    audio.load();
  }
  voices = [];
}

async function reopen(change) {
  const at = currentTime();
  const playing = isPlaying();
  silence();
  change();
  openVoices(at);
  show();
  if (playing) await play();
  else emit("state", { playing: false });
}

function applyMix() {
  for (const { key, audio } of voices) {
    const heard = state.solo.size ? state.solo.has(key) : !state.muted.has(key);
    audio.muted = state.mixing && !heard;
  }
  emit("source");
}

/** Hear one source as it is, or all stems in a mix. */
export const hear = (source) => reopen(() => { state.source = source; });
export const toggleMix = () => reopen(() => { state.mixing = !state.mixing; });

/** Mute a stem of the mix or take that back; `kind` is "muted" or "solo". */
export function mark(kind, key) {
  if (!state[kind].delete(key)) state[kind].add(key);
  applyMix();
  show();
}

export const isAlone = (key) =>
  state.mixing ? state.solo.size === 1 && state.solo.has(key) : state.source === key;

/** Hear one stem alone, or the whole again if it is alone already; the place and the loop stay. */
export async function solo(key) {
  const { sources } = state.item;
  if (!sources.some((each) => each.key === key)) return;
  const alone = isAlone(key);
  if (state.mixing) {
    state.solo = new Set(alone ? [] : [key]);
    applyMix();
    show();
    return;
  }
  await hear(alone ? sources[0].key : key);
}

function changed() {
  clearInterval(ticking);
  ticking = isPlaying() ? setInterval(tick, 100) : null;
  show();
  emit("state", { playing: isPlaying() });
}

function tick() {
  const now = currentTime();
  if (state.range && now >= state.range.end) {
    seek(state.range.start);
    return;
  }
  for (const { audio } of voices.slice(1)) {
    if (Math.abs(audio.currentTime - now) > DRIFT_S) audio.currentTime = now;
  }
  emitTime();
}

function ended() {
  if (state.range) {
    seek(state.range.start);
    play();
    return;
  }
  step(1);
}

export function step(by) {
  const here = state.queue.findIndex((item) => item.track === state.item?.track);
  const next = state.queue[here + by];
  if (here < 0 || !next) return;
  load(next, { queue: state.queue });
  play();
}

function emitTime(time = currentTime()) {
  emit("time", { time, duration: duration() });
}

function explainFailure() {
  if (!state.item) return;
  pause();
  toast(`“${state.item.title}” cannot be played here. The file is kept; download it or look at its page.`, {
    kind: "error",
  });
}
