// Deciding suggestions by keyboard: one is the current one, keys move between them and press its buttons.
//
// The list (templates/analysis/parts/suggestions.html) comes anew with every answer; the place in it is kept here, by
// track, so that the next suggestion is under the fingers. Undo, halve, double and "accept likely" are plain
// data-shortcut buttons.

import { behaviour } from "../behaviour.js";
import { shortcut } from "../keyboard.js";

const places = new Map(); // track -> index of the current suggestion
let keepsFocus = false; // an answer was given from the list, so the focus belongs there afterwards
const group = "Suggestions";

behaviour("[data-suggestions]", (list, signal) => {
  const { track } = list.dataset;
  const rows = () => [...list.querySelectorAll("[data-suggestion]")];
  let current = Math.min(places.get(track) ?? 0, rows().length - 1);

  function mark(index, { focus = true, scroll = true } = {}) {
    const all = rows();
    if (!all.length) return;
    current = Math.min(Math.max(index, 0), all.length - 1);
    places.set(track, current);
    for (const [place, row] of all.entries()) row.classList.toggle("current", place === current);
    if (focus) all[current].focus({ preventScroll: !scroll });
  }

  const press = (selector) => () => rows()[current]?.querySelector(selector)?.click();
  const key = (name, what, run) => shortcut(name, what, run, { group, signal });

  if (rows().length) {
    key("j", "Next suggestion", () => mark(current + 1));
    key("k", "Suggestion before", () => mark(current - 1));
    key("l", "Loop the strongest seconds", press("[data-loop]"));
    key("s", "Hear the stem alone, or the master again", press("[data-solo]"));
  }
  if (list.querySelector("[data-decide]")) {
    key("a", "Accept", press('[data-decide="accept"]'));
    key("r", "Refuse", press('[data-decide="reject"]'));
    key("e", "Edit", press('[data-decide="edit"]'));
  }

  list.addEventListener(
    "focusin",
    ({ target }) => {
      const row = target.closest("[data-suggestion]");
      if (row) mark(rows().indexOf(row), { focus: false });
    },
    { signal },
  );
  list.addEventListener("submit", () => { keepsFocus = true; }, { signal });

  mark(current, { focus: keepsFocus });
  if (keepsFocus && !rows().length) {
    // Only once htmx knows the link: an Enter before that would load a whole page.
    document.addEventListener("htmx:afterSettle", () => focusWhatComesNext(list), { once: true, signal });
  }
  keepsFocus = false;
});

/** With nothing left to decide, Enter should lead on: to the next track in Review, else stay in the list. */
function focusWhatComesNext(list) {
  const next = document.querySelector('#review [data-shortcut="n"]');
  if (next) {
    next.focus();
    return;
  }
  const heading = list.querySelector("h2");
  heading.tabIndex = -1;
  heading.focus();
}

// Fingers are faster than answers: keys pressed while an answer is on its way wait for the new list. Those pressed
// while the form for another answer loads are meant for it, so they must not decide anything.

const KEYS = new Set("jkareulnpA[]");
const WAITS = "#suggestions, #review";
const LOADS = ".ask-edit";
let underWay = 0;
let early = [];

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target?.matches(`${WAITS}, ${LOADS}`)) underWay += 1;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.target?.matches(`${WAITS}, ${LOADS}`)) return;
  const over = () => {
    underWay = Math.max(0, underWay - 1);
    if (detail.target.matches(LOADS)) early = [];
    replay();
  };
  // Until htmx has settled, the forms of a new list would load a page.
  if (detail.successful) document.addEventListener("htmx:afterSettle", over, { once: true });
  else over();
});

function replay() {
  while (early.length && !underWay) {
    document.body.dispatchEvent(
      new KeyboardEvent("keydown", { key: early.shift(), bubbles: true, cancelable: true }),
    );
  }
}

document.addEventListener(
  "keydown",
  (event) => {
    const typing = event.target.closest?.("input, textarea, select, dialog[open]");
    if (!underWay || typing || event.ctrlKey || event.metaKey || !KEYS.has(event.key)) return;
    event.preventDefault();
    early.push(event.key);
  },
  { capture: true },
);

// The lanes under the waveform are drawn once; their state follows the list.
behaviour("[data-lane]", (row) => {
  for (const lane of document.querySelectorAll(`.lane[data-of="${CSS.escape(row.dataset.lane)}"]`)) {
    lane.classList.remove("suggested", "accepted", "refused");
    lane.classList.add(row.dataset.state);
  }
});

// The form for another answer: the focus goes in, Escape and Cancel give it back.
behaviour("[data-edit-answer]", (form, signal) => {
  const row = form.closest("[data-suggestion]");
  if (!row) return; // on its own page the link and the browser do all of this
  const close = (event) => {
    event.preventDefault();
    form.remove();
    row.focus();
  };
  form.querySelector("[data-cancel-edit]").addEventListener("click", close, { signal });
  form.addEventListener("keydown", (event) => event.key === "Escape" && close(event), { signal });
  form.querySelector("select, input:not([type=hidden])").focus();
});

// Another track in Review: its first suggestion is the current one.
behaviour("#review", (review) => {
  const first = review.querySelector("[data-suggestion]") ?? review.querySelector("[data-review-title]");
  first?.focus({ preventScroll: true });
});
