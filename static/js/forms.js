// Forms: focus on what went wrong, warn before unsaved words are lost, submit filters at once.

import { behaviour } from "./behaviour.js";

behaviour("[data-focus-on-load]", (element) => element.focus());

behaviour("[data-submit-on-change]", (element, signal) => {
  element.addEventListener("change", () => element.form.requestSubmit(), { signal });
});

const unsaved = new Set();

/** Tell whether a guarded form on this page holds words that are not saved. */
export const hasUnsaved = () => [...unsaved].some((form) => form.isConnected);

behaviour("form[data-guard]", (form, signal) => {
  form.addEventListener("input", () => unsaved.add(form), { signal });
  form.addEventListener("submit", () => unsaved.delete(form), { signal });
  signal.addEventListener("abort", () => unsaved.delete(form));
});

addEventListener("beforeunload", (event) => {
  if (hasUnsaved()) event.preventDefault();
});
