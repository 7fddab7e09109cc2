// The form that sends a table: a dropped file becomes the chosen one, and its name is shown.
import { behaviour } from "../behaviour.js";

behaviour("[data-table-form]", (form, signal) => {
  const input = form.querySelector('input[type="file"]');
  const zone = form.querySelector("[data-dropzone]");
  const name = form.querySelector("[data-table-name]");

  const show = () => {
    name.textContent = input.files[0]?.name ?? "";
  };
  input.addEventListener("change", show, { signal });
  zone.addEventListener(
    "dragover",
    (event) => {
      event.preventDefault();
      zone.classList.add("over");
    },
    { signal },
  );
  zone.addEventListener("dragleave", () => zone.classList.remove("over"), { signal });
  zone.addEventListener(
    "drop",
    (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      if (!event.dataTransfer.files.length) return;
      const only = new DataTransfer();
      only.items.add(event.dataTransfer.files[0]);
      input.files = only.files;
      show();
    },
    { signal },
  );
});
