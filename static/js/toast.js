// Short messages at the corner, read out by the page's live region.
//
//   toast("12 tracks updated.", { kind: "done", undo: "/w/…/undo/" });
//
// From a server answer to htmx: HX-Trigger: {"toast": {"text": "…", "kind": "done", "undo": "…"}}
// or {"announce": "…"} for words that only need to be heard.

import { behaviour } from "./behaviour.js";

const SHOWN_S = 8;
const SHOWN_WITH_UNDO_S = 20;

/** Say something to screen readers without moving anything. */
export function announce(text) {
  const live = document.getElementById("live");
  live.textContent = "";
  requestAnimationFrame(() => {
    live.textContent = text;
  });
}

/** Show a message; errors stay until dismissed. `undo` is an address that takes a POST, `link` words and an address. */
export function toast(text, { kind = "info", undo = "", link = null } = {}) {
  const shown = [...document.querySelectorAll("#toasts p")];
  if (shown.some((line) => line.textContent === text)) return; // a poll that fails says so once
  const pattern = document.getElementById("toast-pattern");
  const element = pattern.content.firstElementChild.cloneNode(true);
  element.classList.add(kind);
  element.querySelector("p").textContent = text;
  const dismiss = () => element.remove();
  element.querySelector("[data-dismiss]").addEventListener("click", dismiss);
  if (undo) {
    const button = element.querySelector("[data-undo]");
    button.hidden = false;
    button.addEventListener("click", () => post(undo));
  }
  if (link) {
    const anchor = element.querySelector("a");
    [anchor.textContent, anchor.href] = link;
    anchor.hidden = false;
  }
  document.getElementById("toasts").append(element);
  announce(undo ? `${text} Undo is available.` : text);
  if (kind !== "error") dismissLater(element, undo || link ? SHOWN_WITH_UNDO_S : SHOWN_S);
}

function dismissLater(element, seconds) {
  const check = () => {
    if (element.matches(":hover, :focus-within")) setTimeout(check, 2000);
    else element.remove();
  };
  setTimeout(check, seconds * 1000);
}

function post(address) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = document.querySelector('meta[name="csrf-token"]').content;
  form.append(token);
  document.body.append(form);
  form.submit();
}

const KINDS = { success: "done", error: "error", warning: "warning" };

// Messages of the last action become toasts; what went wrong stays on the page.
behaviour("[data-messages] > .note", (note) => {
  if (note.dataset.kind === "error" || note.dataset.kind === "warning") return;
  const text = note.querySelector("[data-text]").textContent.trim();
  toast(text, { kind: KINDS[note.dataset.kind] ?? "info", undo: note.dataset.undo });
  const container = note.parentElement;
  note.remove();
  if (!container.children.length) container.remove();
});

document.addEventListener("toast", ({ detail }) => toast(detail.text, detail));
document.addEventListener("announce", ({ detail }) => announce(detail.value));
