// Keys that act on the whole page, and the dialog (?) that lists them.
//
//   shortcut("a", "Accept the suggestion", accept, { group: "Review", signal });
//
// Keys are named as in KeyboardEvent.key; "Shift+" and "Mod+" (Ctrl or Cmd) may stand before. In HTML:
// data-shortcut="a" presses that element, data-shortcut-focus="/" moves the focus to it; the words in the
// list are its data-shortcut-label, aria-label or text. Single keys can be switched off in the dialog.

import { behaviour } from "./behaviour.js";
import { browser } from "./storage.js";

const TYPING = 'input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select, [contenteditable]';
const OWN_SPACE = "button, a[href], summary, input, [role='button'], [role='slider'], audio";
const NAMES = {
  " ": "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
};

const shortcuts = [];

/** Bind a key to an action, listed under `group`, until `signal` aborts. */
export function shortcut(key, what, run, { group = "Everywhere", signal = null } = {}) {
  const entry = { key, what, run, group };
  shortcuts.push(entry);
  signal?.addEventListener("abort", () => shortcuts.splice(shortcuts.indexOf(entry), 1));
}

export const singleKeysOn = () => browser.get("single-keys") !== false;

function pressed(event) {
  const mod = event.ctrlKey || event.metaKey ? "Mod+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "Shift+" : "";
  return mod + shift + event.key;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const key = pressed(event);
  const plain = !key.startsWith("Mod+");
  const target = event.target instanceof Element ? event.target : document.body;
  if (plain && (!singleKeysOn() || target.closest(TYPING))) return;
  if ((key === " " || key === "Enter") && target.closest(OWN_SPACE)) return;
  if (key.includes("Arrow") && target.closest('input, [role="slider"], [role="option"]')) return;
  if (target.closest("dialog[open]") && key !== "?") return;
  const entry = shortcuts.findLast((each) => each.key === key);
  if (!entry) return;
  event.preventDefault();
  entry.run(event);
});

function words(element) {
  return (
    element.dataset.shortcutLabel ||
    element.getAttribute("aria-label") ||
    element.textContent.replace(/\s+/g, " ").trim()
  );
}

behaviour("[data-shortcut]", (element, signal) => {
  const press = () => {
    if (!element.disabled) element.click();
  };
  const group = element.dataset.shortcutGroup || "This page";
  shortcut(element.dataset.shortcut, words(element), press, { group, signal });
  element.setAttribute("aria-keyshortcuts", element.dataset.shortcut);
});

behaviour("[data-shortcut-focus]", (element, signal) => {
  const focus = () => {
    element.focus();
    element.select?.();
  };
  shortcut(element.dataset.shortcutFocus, words(element), focus, { signal });
  element.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && !element.value) element.blur();
    },
    { signal },
  );
});

function row(entry) {
  const term = document.createElement("dt");
  for (const part of entry.key.split(/\+(?=.)/)) {
    const key = document.createElement("kbd");
    key.textContent = NAMES[part] ?? part;
    term.append(key, " ");
  }
  const what = document.createElement("dd");
  what.textContent = entry.what;
  return [term, what];
}

behaviour("[data-shortcut-list]", (list, signal) => {
  const dialog = list.closest("dialog");
  const fill = () => {
    const groups = Map.groupBy(shortcuts, (entry) => entry.group);
    list.replaceChildren();
    for (const [group, entries] of groups) {
      const heading = document.createElement("h3");
      heading.textContent = group;
      const rows = document.createElement("dl");
      rows.className = "keys";
      const seen = new Map(entries.map((entry) => [entry.key, entry]));
      for (const entry of seen.values()) rows.append(...row(entry));
      list.append(heading, rows);
    }
  };
  dialog.addEventListener("beforetoggle", fill, { signal });
});

behaviour("[data-single-keys]", (box, signal) => {
  box.checked = singleKeysOn();
  box.addEventListener("change", () => browser.set("single-keys", box.checked), { signal });
});

shortcut("?", "Show these keys", () => {
  const dialog = document.getElementById("shortcuts");
  if (dialog.open) dialog.close();
  else dialog.showModal();
});
