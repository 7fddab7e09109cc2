// "Write drafts": descriptions for the selected tracks, from what is accepted about them. The studio answers with the
// list of texts, an undo, and which tracks were left and why.

import { toast } from "../toast.js";

const MOST = 300; // one page request writes them

export function draftsButton({ root, selection, store, signal }) {
  const form = root.querySelector("[data-draft-form]");
  if (!form) return;
  form.addEventListener(
    "submit",
    (event) => {
      if (selection.rowCount > MOST) {
        event.preventDefault();
        toast(`Select up to ${MOST} tracks; a release or the whole catalog is drafted on the page Texts.`, { kind: "warning" });
        return;
      }
      const { top, bottom } = selection.range;
      const fields = store.items.slice(top, bottom + 1).map(({ id }) => {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name: "track", value: id });
        return field;
      });
      form.querySelector("[data-tracks]").replaceChildren(...fields);
    },
    { signal },
  );
}
