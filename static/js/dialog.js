// Native dialogs and menus: data-opens="<id>" opens, data-closes closes; one menu open at a time.

import { behaviour } from "./behaviour.js";

behaviour("[data-opens]", (button, signal) => {
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener(
    "click",
    () => document.getElementById(button.dataset.opens).showModal(),
    { signal },
  );
});

behaviour("dialog", (dialog, signal) => {
  dialog.addEventListener(
    "click",
    (event) => {
      const onBackdrop = event.target === dialog && !insideBox(dialog, event);
      if (onBackdrop || event.target.closest("[data-closes]")) dialog.close();
    },
    { signal },
  );
});

function insideBox(dialog, { clientX, clientY }) {
  const box = dialog.getBoundingClientRect();
  return (
    clientX >= box.left && clientX <= box.right && clientY >= box.top && clientY <= box.bottom
  );
}

const FLOATING = "details.menu[open], details.definition[open]";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(FLOATING)) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll(FLOATING)) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    event.stopPropagation();
  }
});
