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

import { behaviour } from "./behaviour.js";
import { shortcut } from "./keyboard.js";
import { tab } from "./storage.js";
import { toast } from "./toast.js";

const DRIFT_S = 0.05;
const STEP_S = 5;
const MASTER = "master";

const state = {
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
  draw();
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
  draw();
}

function close() {
  silence();
  state.item = null;
  state.range = null;
  tab.set("player", null);
  draw();
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
  draw();
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

const isAlone = (key) =>
  state.mixing ? state.solo.size === 1 && state.solo.has(key) : state.source === key;

/** Hear one stem alone, or the whole again if it is alone already; the place and the loop stay. */
export async function solo(key) {
  const { sources } = state.item;
  if (!sources.some((each) => each.key === key)) return;
  const alone = isAlone(key);
  if (state.mixing) {
    state.solo = new Set(alone ? [] : [key]);
    applyMix();
    drawMixer();
    return;
  }
  await reopen(() => {
    state.source = alone ? sources[0].key : key;
  });
}

function changed() {
  clearInterval(ticking);
  ticking = isPlaying() ? setInterval(tick, 100) : null;
  draw();
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

function step(by) {
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

// What the page offers

function itemOf({ dataset }) {
  const stems = dataset.stems ? JSON.parse(dataset.stems) : [];
  const master = dataset.src ? [{ key: MASTER, label: "Master", src: dataset.src }] : [];
  return {
    track: dataset.track,
    title: dataset.title,
    detail: dataset.detail ?? "",
    href: dataset.href ?? "",
    duration: Number(dataset.duration) || 0,
    sources: [...master, ...stems],
  };
}

const playButtons = (root = document) => [...root.querySelectorAll("[data-play]:not(:disabled)")];

function queueAround(button) {
  const group = button.closest("[data-queue]");
  return group ? playButtons(group).map(itemOf) : [];
}

behaviour("[data-play]", (button, signal) => {
  const show = () => {
    const active = currentTrack() === button.dataset.track && isPlaying();
    button.classList.toggle("playing", active);
  };
  button.addEventListener(
    "click",
    () => {
      if (currentTrack() === button.dataset.track) {
        toggle();
        return;
      }
      load(itemOf(button), { queue: queueAround(button) });
      play();
    },
    { signal },
  );
  document.addEventListener("player:state", show, { signal });
  document.addEventListener("player:load", show, { signal });
  show();
});

/** Bring the track with this id into the player if the page offers it; true when it is there. */
export function bring(track) {
  if (!track || currentTrack() === track) return state.item !== null;
  const button = playButtons().find((each) => each.dataset.track === track);
  if (!button) return false;
  load(itemOf(button), { queue: queueAround(button) });
  return true;
}

behaviour("[data-loop]", (button, signal) => {
  const start = Number(button.dataset.start);
  const end = Number(button.dataset.end);
  const mine = () =>
    (!button.dataset.track || button.dataset.track === currentTrack()) &&
    state.range?.start === start &&
    state.range?.end === end;
  const show = () => button.setAttribute("aria-pressed", String(mine()));
  button.addEventListener(
    "click",
    () => {
      if (mine()) {
        loop();
        return;
      }
      if (!bring(button.dataset.track)) return;
      loop(start, end);
      play();
    },
    { signal },
  );
  document.addEventListener("player:range", show, { signal });
  show();
});

behaviour("[data-solo][data-source]", (button, signal) => {
  const { track, source } = button.dataset;
  const show = () => {
    const alone = currentTrack() === track && isAlone(source);
    button.setAttribute("aria-pressed", String(alone));
  };
  button.addEventListener(
    "click",
    async () => {
      if (!bring(track)) return;
      await solo(source);
      play();
    },
    { signal },
  );
  document.addEventListener("player:source", show, { signal });
  document.addEventListener("player:load", show, { signal });
  show();
});

// The bar

const bar = document.getElementById("player");
const part = (name) => bar.querySelector(`[data-player-${name}]`);

export function clock(seconds) {
  const whole = Math.round(seconds);
  const left = String(whole % 60).padStart(2, "0");
  return `${Math.floor(whole / 60)}:${left}`;
}

function draw() {
  bar.hidden = !state.item;
  bar.classList.toggle("playing", isPlaying());
  part("toggle").setAttribute("aria-label", isPlaying() ? "Pause" : "Play");
  if (!state.item) return;
  part("title").textContent = state.item.title;
  if (state.item.href) part("title").href = state.item.href;
  else part("title").removeAttribute("href");
  part("detail").textContent = state.item.detail;
  const here = state.queue.findIndex((item) => item.track === state.item.track);
  part("previous").hidden = part("next").hidden = state.queue.length < 2;
  part("previous").disabled = here < 1;
  part("next").disabled = here < 0 || here === state.queue.length - 1;
  part("loop").hidden = !state.range;
  part("loop").setAttribute("aria-pressed", String(Boolean(state.range)));
  drawSources();
  drawMixer();
}

function drawSources() {
  const { sources } = state.item;
  const select = part("source");
  select.replaceChildren(...sources.map(({ key, label }) => new Option(label, key)));
  select.value = state.source;
  part("source-box").hidden = sources.length < 2 || state.mixing;
  part("mix").hidden = sources.filter((each) => each.key !== MASTER).length < 2;
  part("mix").setAttribute("aria-pressed", String(state.mixing));
}

function drawMixer() {
  const mixer = part("mixer");
  mixer.hidden = !state.mixing;
  if (!state.mixing) return;
  const stems = state.item.sources.filter((each) => each.key !== MASTER);
  const pattern = document.getElementById("mixer-row-pattern").content.firstElementChild;
  const focused = document.activeElement?.dataset?.mixer;
  mixer.replaceChildren(
    ...stems.map(({ key, label }) => {
      const row = pattern.cloneNode(true);
      row.querySelector(".name").textContent = label;
      for (const [kind, chosen] of [
        ["mute", state.muted],
        ["solo", state.solo],
      ]) {
        const button = row.querySelector(`[data-${kind}]`);
        button.dataset.mixer = `${kind}:${key}`;
        button.setAttribute("aria-label", `${button.textContent} ${label}`);
        button.setAttribute("aria-pressed", String(chosen.has(key)));
        button.addEventListener("click", () => {
          if (!chosen.delete(key)) chosen.add(key);
          applyMix();
          drawMixer();
        });
      }
      return row;
    }),
  );
  if (focused) mixer.querySelector(`[data-mixer="${CSS.escape(focused)}"]`)?.focus();
}

if (bar) {
  const seekBar = part("seek");
  part("toggle").addEventListener("click", toggle);
  part("close").addEventListener("click", close);
  part("loop").addEventListener("click", () => loop());
  part("previous").addEventListener("click", () => step(-1));
  part("next").addEventListener("click", () => step(1));
  part("mix").addEventListener("click", () =>
    reopen(() => {
      state.mixing = !state.mixing;
    }),
  );
  part("source").addEventListener("change", ({ target }) =>
    reopen(() => {
      state.source = target.value;
    }),
  );
  seekBar.addEventListener("input", () => seek(Number(seekBar.value)));
  document.addEventListener("player:time", ({ detail: { time, duration: total } }) => {
    part("now").textContent = clock(time);
    part("total").textContent = clock(total);
    seekBar.max = String(total || 1);
    seekBar.value = String(time);
    seekBar.setAttribute("aria-valuetext", `${clock(time)} of ${clock(total)}`);
  });
  const group = { group: "Player" };
  const whenLoaded = (act) => () => state.item && act();
  const playHere = () => {
    const first = playButtons()[0];
    if (state.item) toggle();
    else first?.click();
  };
  shortcut(" ", "Play or pause", playHere, group);
  shortcut("ArrowLeft", "Back 5 seconds", whenLoaded(() => seek(currentTime() - STEP_S)), group);
  shortcut("ArrowRight", "Forward 5 seconds", whenLoaded(() => seek(currentTime() + STEP_S)), group);
  restore();
  addEventListener("pagehide", remember);
}

// Remembered in this tab for page loads that do stop the sound (forms, reloads)

function remember() {
  if (!state.item) return;
  const { item, source, mixing, queue } = state;
  const who = document.body.dataset.user;
  tab.set("player", { who, item, source, mixing, queue, time: currentTime(), playing: isPlaying() });
}

function restore() {
  const kept = tab.get("player");
  if (!kept || kept.who !== document.body.dataset.user) {
    tab.set("player", null);
    return;
  }
  load(kept.item, { at: kept.time, source: kept.source, mixing: kept.mixing, queue: kept.queue });
  if (kept.playing) play();
}
