// The bar at the bottom of every page: draws what player/sound.js plays, and takes its buttons and keys.

import { clock } from "../clock.js";
import { shortcut } from "../keyboard.js";
import { tab } from "../storage.js";
import { playButtons } from "./buttons.js";
import {
  MASTER,
  close,
  currentTime,
  hear,
  isPlaying,
  load,
  loop,
  mark,
  onChange,
  play,
  seek,
  state,
  step,
  toggle,
  toggleMix,
} from "./sound.js";

const STEP_S = 5;
const bar = document.getElementById("player");
const part = (name) => bar.querySelector(`[data-player-${name}]`);

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
        ["muted", state.muted],
        ["solo", state.solo],
      ]) {
        const button = row.querySelector(`[data-mix="${kind}"]`);
        button.dataset.mixer = `${kind}:${key}`;
        button.setAttribute("aria-label", `${button.textContent} ${label}`);
        button.setAttribute("aria-pressed", String(chosen.has(key)));
        button.addEventListener("click", () => mark(kind, key));
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
  part("mix").addEventListener("click", toggleMix);
  part("source").addEventListener("change", ({ target }) => hear(target.value));
  onChange(draw);
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
