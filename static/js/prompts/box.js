// The prompt box: Enter asks, Shift+Enter makes a new line; example links fill the box too.

import { behaviour } from "../behaviour.js";

behaviour("[data-submit-on-enter]", (element, signal) => {
  element.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      element.form.requestSubmit();
    },
    { signal },
  );
});
