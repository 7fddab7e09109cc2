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
