// The on-device approach: puts a list in order by a profile that is kept in this browser and goes nowhere.
// This module makes no request. The weights come with the page (prompts/data/on_device.json).

import { behaviour } from "../behaviour.js";
import { browser } from "../storage.js";

const PROFILE = "listening-profile"; // { "genre:jazz": 2.0, ... }

/** What a profile adds to the score of a track with these terms, at most `weights.most` either way. */
export function points(terms, profile, weights) {
  const known = terms.filter((term) => profile[term]);
  if (!known.length) return 0;
  const sum = known.reduce((total, term) => total + Math.tanh(profile[term] / 3), 0);
  const value = (weights.term * sum) / Math.sqrt(terms.length) * 2;
  return Math.max(-weights.most, Math.min(weights.most, value));
}

/** The profile after a thumb: what was said before fades a little. */
export function learned(profile, terms, direction, weights) {
  const next = {};
  for (const [term, value] of Object.entries(profile)) next[term] = value * weights.fade;
  for (const term of terms) next[term] = (next[term] ?? 0) + direction * weights.step;
  return next;
}

behaviour("[data-on-device]", (list, signal) => {
  const weights = JSON.parse(list.dataset.onDevice);
  const note = list.parentElement.querySelector("[data-device-note]");
  const rows = [...list.querySelectorAll("[data-track-terms]")];
  const terms = (row) => row.dataset.trackTerms.split(" ").filter(Boolean);
  const profile = () => browser.get(PROFILE) ?? {};

  function arrange() {
    const known = profile();
    const score = new Map(
      rows.map((row) => [row, Number(row.dataset.score) + points(terms(row), known, weights)]),
    );
    const size = Object.keys(known).length;
    const order = size ? rows.toSorted((a, b) => score.get(b) - score.get(a)) : rows;
    order.forEach((row, at) => {
      row.querySelector(".place").textContent = String(at + 1);
      list.append(row);
    });
    const moved = order.filter((row, at) => rows[at] !== row).length;
    note.textContent = size
      ? `Put in order on this device by ${size} terms you liked or not; ${moved} tracks moved. The profile is in this browser only. `
      : "Nothing is known of you on this device yet: say “more” or “less” of a track. The profile stays in this browser. ";
    if (!size) return;
    const forget = document.createElement("button");
    forget.type = "button";
    forget.className = "button small quiet";
    forget.textContent = "Forget it";
    forget.addEventListener("click", () => {
      browser.set(PROFILE, null);
      arrange();
    });
    note.append(forget);
  }

  for (const thumbs of list.querySelectorAll(".device-thumbs")) thumbs.hidden = false;
  list.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-device-thumb]");
      if (!button) return;
      const row = button.closest("[data-track-terms]");
      const direction = Number(button.dataset.deviceThumb);
      browser.set(PROFILE, learned(profile(), terms(row), direction, weights));
      arrange();
      button.focus();
    },
    { signal },
  );
  arrange();
});
