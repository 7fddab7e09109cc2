// The review room: the focus after each answer, and the keys of the field. All other keys are data-shortcut buttons.

import { behaviour } from "../behaviour.js";

behaviour("[data-room]", (room) => {
  const field = room.querySelector("[data-room-edit] textarea");
  if (field) {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  } else {
    room.querySelector("[data-room-title]").focus({ preventScroll: true });
  }
});

behaviour("[data-room-edit]", (form, signal) => {
  form.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit();
      } else if (event.key === "Escape") {
        event.preventDefault();
        form.querySelector("[data-cancel]").click();
      }
    },
    { signal },
  );
});

// Fingers are faster than answers: keys pressed while one is on its way wait for the new piece. Until htmx has settled
// it, its forms would load a page.

const KEYS = new Set("npueday123");
let underWay = 0;
let early = [];
const ofRoom = ({ detail }) => detail.target?.id === "room";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (ofRoom(event)) underWay += 1;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!ofRoom(event)) return;
  const over = () => {
    underWay = Math.max(0, underWay - 1);
    // With the field open the keys are letters, and were not meant for it.
    if (document.querySelector("[data-room-edit]")) early = [];
    replay();
  };
  if (event.detail.successful) document.addEventListener("htmx:afterSettle", over, { once: true });
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
