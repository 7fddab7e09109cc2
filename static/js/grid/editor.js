// The editor of one cell: a field laid over it. Enter and Tab save, Escape leaves everything as it was.

import { ask } from "./talk.js";
import { joinValues, splitValues } from "./tsv.js";

const WAIT_MS = 120;

/**
 * Open an editor over a cell.
 *
 * `done(text, move)` is told the new text and where to go ("down", "up", "right", "left" or ""); `cancel()` that
 * nothing is to change.
 */
export function openEditor({ box, cell, column, text, typed = null, problem = "", urls, done, cancel }) {
  const frame = document.createElement("div");
  frame.className = `grid-editor ${column.kind}`;
  const field = fieldFor(column, typed ?? text);
  field.setAttribute("aria-label", column.label);
  field.autocomplete = "off";
  frame.append(field);
  const list = suggests(column) ? document.createElement("ul") : null;
  const note = document.createElement("p");
  note.className = "grid-editor-note";
  note.id = "grid-editor-note";
  note.textContent = problem || column.help;
  note.classList.toggle("text-danger", Boolean(problem));
  note.hidden = !note.textContent;
  if (problem) field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", note.id);
  frame.append(note);
  place(frame, box, cell);
  box.append(frame);

  let open = true;
  const words = list ? offer({ field, list, frame, column, urls }) : null;

  function finish(move) {
    if (!open) return;
    open = false;
    const value = field.value;
    frame.remove();
    done(value, move);
  }

  function leave() {
    if (!open) return;
    open = false;
    frame.remove();
    cancel();
  }

  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return;
    if (words?.key(event)) return;
    const multiline = field.tagName === "TEXTAREA";
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
    } else if (event.key === "Enter" && !(multiline && event.altKey)) {
      event.preventDefault();
      finish(event.shiftKey ? "up" : "down");
    } else if (event.key === "Enter") {
      event.preventDefault();
      field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
    } else if (event.key === "Tab") {
      event.preventDefault();
      finish(event.shiftKey ? "left" : "right");
    }
  });
  field.addEventListener("blur", () => finish(""));
  field.focus();
  if (typed === null) field.select?.();
  else field.setSelectionRange?.(field.value.length, field.value.length);
  if (typed !== null) field.dispatchEvent(new Event("input"));
  return { frame, close: leave };
}

const suggests = (column) => ["terms", "names", "release"].includes(column.kind);

function fieldFor(column, text) {
  if (column.kind === "choice" || column.kind === "flag") {
    const field = document.createElement("select");
    const choices = column.kind === "flag" ? ["no", "yes"] : column.choices;
    if (!column.required && column.kind !== "flag") field.append(new Option("", ""));
    field.append(...choices.map((choice) => new Option(choice, choice)));
    const typed = choices.find((choice) => choice.toLowerCase().startsWith(text.toLowerCase()));
    field.value = text ? (typed ?? "") : "";
    return field;
  }
  if (column.kind === "long") {
    const field = document.createElement("textarea");
    field.rows = 4;
    field.value = text;
    return field;
  }
  const field = document.createElement("input");
  field.type = "text";
  field.dir = "auto";
  field.value = text;
  if (["number", "whole"].includes(column.kind)) field.inputMode = "decimal";
  field.spellcheck = column.kind === "text";
  return field;
}

function place(frame, box, cell) {
  const outer = box.getBoundingClientRect();
  const inner = cell.getBoundingClientRect();
  const width = Math.max(inner.width, Math.min(260, outer.width - 16));
  const left = Math.min(inner.left - outer.left, outer.width - width - 8);
  frame.style.insetInlineStart = "";
  frame.style.left = `${Math.max(0, left)}px`;
  frame.style.top = `${inner.top - outer.top}px`;
  frame.style.width = `${width}px`;
  frame.style.setProperty("--cell-height", `${inner.height}px`);
}

/** Offer words under the field: for lists, for the value that the caret is in. */
function offer({ field, list, frame, column, urls }) {
  const isList = column.kind !== "release";
  let shown = [];
  let active = -1;
  let timer = 0;
  let asked = 0;
  list.className = "tag-options";
  list.id = "grid-editor-words";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", column.label);
  list.hidden = true;
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  frame.append(list);

  function part() {
    if (!isList) return { start: 0, end: field.value.length, text: field.value.trim() };
    const caret = field.selectionStart ?? field.value.length;
    const start = field.value.lastIndexOf(";", caret - 1) + 1;
    const next = field.value.indexOf(";", caret);
    const end = next < 0 ? field.value.length : next;
    return { start, end, text: field.value.slice(start, end).trim() };
  }

  async function refresh() {
    const { text } = part();
    asked += 1;
    const mine = asked;
    if (!text) {
      close();
      return;
    }
    const answer = await ask(urls.words, { column: column.name, q: text }).catch(() => ({ words: [] }));
    if (mine !== asked || !field.isConnected) return;
    shown = answer.words;
    active = shown.length && column.kind === "terms" ? 0 : -1;
    list.replaceChildren(...shown.map(option));
    list.hidden = !shown.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  function option(word, index) {
    const row = document.createElement("li");
    row.id = `${list.id}-${index}`;
    row.setAttribute("role", "option");
    row.dir = "auto";
    row.textContent = word;
    row.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      pick(index);
    });
    return row;
  }

  function mark() {
    for (const [index, row] of [...list.children].entries()) {
      row.setAttribute("aria-selected", String(index === active));
      if (index === active) row.scrollIntoView({ block: "nearest" });
    }
    if (active >= 0) field.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    else field.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function pick(index) {
    const { start, end } = part();
    if (!isList) {
      field.value = shown[index];
    } else {
      const before = splitValues(field.value.slice(0, start));
      const after = splitValues(field.value.slice(end + 1));
      field.value = `${joinValues([...before, shown[index], ...after])}; `;
    }
    field.setSelectionRange(field.value.length, field.value.length);
    asked += 1;
    close();
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT_MS);
  });

  return {
    key(event) {
      if (list.hidden) return false;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const step = event.key === "ArrowDown" ? 1 : -1;
        active = (active + step + shown.length) % shown.length;
        mark();
      } else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
        pick(active);
      } else if (event.key === "Escape") {
        close();
      } else {
        return false;
      }
      event.preventDefault();
      return true;
    },
  };
}
