// Turns <select multiple data-tags> into chips with a search box over its options (a combobox that
// keeps the select for the form, so everything works without JavaScript too).

import { behaviour } from "./behaviour.js";
import { announce } from "./toast.js";

const SHOWN = 12;

behaviour("select[multiple][data-tags]", (select, signal) => {
  const label = select.labels[0]?.textContent.trim() ?? "Terms";
  const box = build(select, label);
  let shown = [];
  let active = -1;

  const chosen = () => [...select.selectedOptions];

  function drawChips() {
    for (const chip of box.root.querySelectorAll(".chip")) chip.remove();
    box.input.before(...chosen().map((option) => chipOf(option, () => change(option, false))));
  }

  function change(option, on) {
    option.selected = on;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    select.dispatchEvent(new Event("input", { bubbles: true }));
    drawChips();
    announce(`${option.label} ${on ? "added" : "removed"}.`);
    box.input.focus();
  }

  function close() {
    active = -1;
    box.list.hidden = true;
    box.input.setAttribute("aria-expanded", "false");
    box.input.removeAttribute("aria-activedescendant");
  }

  function open() {
    shown = matching(select, box.input.value);
    active = box.input.value && shown.length ? 0 : -1;
    box.list.replaceChildren(...shown.map((option, index) => item(option, index)));
    if (!shown.length) box.list.append(nothing(box.input.value));
    box.list.hidden = false;
    box.input.setAttribute("aria-expanded", "true");
    mark();
  }

  function item(option, index) {
    const row = document.createElement("li");
    row.id = `${box.list.id}-${index}`;
    row.setAttribute("role", "option");
    const name = document.createElement("span");
    name.textContent = option.label;
    const group = document.createElement("span");
    group.className = "muted small";
    group.textContent = option.closest("optgroup")?.label ?? "";
    row.append(name, group);
    row.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      pick(index);
    });
    return row;
  }

  function mark() {
    for (const [index, row] of [...box.list.children].entries()) {
      if (row.role !== "option" && row.getAttribute("role") !== "option") continue;
      row.setAttribute("aria-selected", String(index === active));
      if (index === active) row.scrollIntoView({ block: "nearest" });
    }
    if (active >= 0) box.input.setAttribute("aria-activedescendant", `${box.list.id}-${active}`);
    else box.input.removeAttribute("aria-activedescendant");
  }

  function pick(index) {
    const option = shown[index];
    if (!option) return;
    box.input.value = "";
    change(option, true);
    open();
  }

  const keys = {
    ArrowDown: () => {
      if (box.list.hidden) open();
      active = Math.min(active + 1, shown.length - 1);
      mark();
    },
    ArrowUp: () => {
      active = Math.max(active - 1, 0);
      mark();
    },
    Enter: () => pick(active),
    Escape: close,
  };

  box.input.addEventListener("input", open, { signal });
  box.input.addEventListener("click", open, { signal });
  box.input.addEventListener("blur", close, { signal });
  box.input.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Backspace" && !box.input.value && chosen().length) {
        change(chosen().at(-1), false);
        return;
      }
      const act = keys[event.key];
      if (!act || (event.key === "Enter" && active < 0) || (event.key === "Escape" && box.list.hidden)) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    { signal },
  );
  select.form?.addEventListener("reset", () => setTimeout(drawChips), { signal });
  drawChips();
});

function build(select, label) {
  const root = document.createElement("div");
  root.className = "tag-input";
  const input = document.createElement("input");
  const list = document.createElement("ul");
  list.id = `${select.id}-options`;
  list.className = "tag-options";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  input.type = "text";
  input.id = `${select.id}-search`;
  input.autocomplete = "off";
  input.placeholder = select.dataset.tags || "Type to search";
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-label", label);
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  select.labels[0]?.setAttribute("for", input.id);
  select.hidden = true;
  root.append(input, list);
  select.after(root);
  return { root, input, list };
}

function chipOf(option, remove) {
  const chip = document.createElement("span");
  chip.className = "chip accepted";
  const term = document.createElement("span");
  term.className = "term";
  term.dir = "auto";
  term.textContent = option.label;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", `Remove ${option.label}`);
  button.addEventListener("click", remove);
  chip.append(term, button);
  return chip;
}

function nothing(text) {
  const row = document.createElement("li");
  row.className = "muted";
  row.textContent = text ? `Nothing like “${text}” to choose from.` : "All are chosen.";
  return row;
}

/** Options that are free and match every typed word, in their label, synonyms or group. */
function matching(select, typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const starts = (option) => option.label.toLowerCase().startsWith(words[0] ?? "");
  const found = [...select.options].filter((option) => {
    if (option.selected || option.disabled) return false;
    const group = option.closest("optgroup")?.label ?? "";
    const text = `${option.label} ${option.dataset.synonyms ?? ""} ${group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return found.sort((a, b) => Number(starts(b)) - Number(starts(a))).slice(0, SHOWN);
}
