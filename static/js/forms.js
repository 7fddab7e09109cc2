// Forms: focus on what went wrong, warn before unsaved words are lost, submit filters at once.

import { behaviour } from "./behaviour.js";
import { tab } from "./storage.js";

// Every press of an arrow changes a slider or a closed list; the answer waits until the pressing ends.
const PAUSE_AFTER_KEYS_MS = 600;
// How long the place of the keyboard is kept for the page that answers.
const ANSWER_WITHIN_MS = 10_000;

behaviour("[data-focus-on-load]", (element) => element.focus());

behaviour("[data-submit-on-change]", (element, signal) => {
  goOnWhere(element);
  let byKeyboard = false;
  let waiting = 0;
  const submit = () => {
    if (!element.isConnected) return;
    tab.set("asked-from", { path: location.pathname, id: element.id, at: Date.now(), top: scrollY });
    element.form.requestSubmit();
  };
  element.addEventListener("keydown", () => { byKeyboard = true; }, { signal });
  element.addEventListener("pointerdown", () => { byKeyboard = false; }, { signal });
  element.addEventListener(
    "change",
    () => {
      clearTimeout(waiting);
      waiting = setTimeout(submit, byKeyboard ? PAUSE_AFTER_KEYS_MS : 0);
    },
    { signal },
  );
});

/** Put the keyboard back on the filter that asked for this page, so the next press goes on from there. */
function goOnWhere(element) {
  const asked = tab.get("asked-from");
  if (!element.id || asked?.id !== element.id || asked.path !== location.pathname) return;
  tab.set("asked-from", null);
  if (Date.now() - asked.at > ANSWER_WITHIN_MS) return;
  element.focus({ preventScroll: true });
  scrollTo(0, asked.top);
}

const unsaved = new Set();

behaviour("form[data-guard]", (form, signal) => {
  form.addEventListener("input", () => unsaved.add(form), { signal });
  form.addEventListener("submit", () => unsaved.delete(form), { signal });
  signal.addEventListener("abort", () => unsaved.delete(form));
});

addEventListener("beforeunload", (event) => {
  if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
});
