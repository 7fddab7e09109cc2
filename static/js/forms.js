// Forms: focus on what went wrong, warn before unsaved words are lost, submit filters at once.

import { behaviour } from "./behaviour.js";

behaviour("[data-focus-on-load]", (element) => element.focus());

behaviour("[data-submit-on-change]", (element, signal) => {
  element.addEventListener("change", () => element.form.requestSubmit(), { signal });
});

const unsaved = new Set();

behaviour("form[data-guard]", (form, signal) => {
  form.addEventListener("input", () => unsaved.add(form), { signal });
  form.addEventListener("submit", () => unsaved.delete(form), { signal });
  signal.addEventListener("abort", () => unsaved.delete(form));
});

addEventListener("beforeunload", (event) => {
  if ([...unsaved].some((form) => form.isConnected)) event.preventDefault();
});
