// "Edit many": one or more changes for the chosen tracks, planned by the studio and looked at on a page of their own
// before anything is written. Find and replace is one of those changes.

import { toast } from "../toast.js";
import { ask, send } from "./talk.js";

export function bulkPanel(grid) {
  const { boot, selection, store, signal } = grid;
  const dialog = document.getElementById("grid-bulk");
  if (!boot.canBulk || !dialog) return;
  const list = dialog.querySelector("[data-operations]");
  const pattern = document.getElementById("grid-operation").content.firstElementChild;
  const error = dialog.querySelector("[data-error]");
  const send_button = dialog.querySelector("[data-plan]");
  let actions = null;

  const chosen = () => {
    const { top, bottom } = selection.range;
    return store.items.slice(top, bottom + 1).map(({ id }) => id);
  };
  const scope = () => dialog.querySelector('[name="scope"]:checked').value;
  const selectionOf = () => (scope() === "all" ? { query: grid.query } : { ids: chosen() });

  async function open(first) {
    actions ??= (await ask(boot.urls.bulk, {})).actions;
    const rows = selection.rowCount.toLocaleString("en");
    dialog.querySelector("[data-scope-rows]").textContent =
      selection.rowCount === 1 ? "The track of the current row" : `The ${rows} selected rows`;
    dialog.querySelector("[data-scope-all]").textContent =
      `All ${store.size.toLocaleString("en")} tracks that match the search and the filters`;
    const whole = selection.isWhole() && store.size > 1;
    dialog.querySelector(`[name="scope"][value="${whole ? "all" : "rows"}"]`).checked = true;
    error.hidden = true;
    list.replaceChildren();
    add(first);
    dialog.showModal();
    list.querySelector(first.action === "find" ? '[data-of="find"] input' : "select")?.focus();
  }

  function add({ column = selection.field, action = "" } = {}) {
    const row = pattern.cloneNode(true);
    const part = (name) => row.querySelector(`[data-of="${name}"]`);
    const columns = part("column").querySelector("select");
    columns.append(...boot.columns.filter(({ name }) => actions[name].length).map(
      ({ name, label }) => new Option(label, name, false, name === column),
    ));
    const verbs = part("action").querySelector("select");
    const fillVerbs = () => {
      const known = actions[columns.value];
      const wanted = known.some(([name]) => name === verbs.value) ? verbs.value : action;
      verbs.replaceChildren(...known.map(([name, label]) => new Option(label, name, false, name === wanted)));
      adapt();
    };
    const adapt = () => {
      const verb = verbs.value;
      const finds = verb === "find";
      part("find").hidden = !finds;
      part("options").hidden = !finds;
      part("text").hidden = !finds && !["add", "remove", "replace_all", "fill", "set", "prefix", "suffix"].includes(verb);
      part("text").querySelector("[data-label]").textContent = finds ? "Replace with" : "Value";
      const several = grid.byName.get(columns.value).kind;
      const offered = ["terms", "names", "release"].includes(several);
      part("text").querySelector("[data-hint]").hidden = !["terms", "names"].includes(several) || finds;
      part("text").querySelector("input").setAttribute("list", offered && !finds ? words.id : "");
    };
    const words = part("words");
    words.id = `grid-words-${Math.random().toString(36).slice(2)}`;
    row.querySelectorAll("[data-field]").forEach((field, at) => {
      field.id = `${words.id}-${at}`;
      field.closest("[data-of]").querySelector("label")?.setAttribute("for", field.id);
    });
    const mixed = part("mixed");
    let askedLast = 0;
    const tellMixed = async () => {
      const asked = ++askedLast;
      mixed.textContent = "";
      const answer = await send(boot.urls.mixed, { ...selectionOf(), column: columns.value }).catch(() => null);
      if (asked !== askedLast) return; // the answer for a column chosen before came late
      if (answer) mixed.textContent = spokenMix(answer);
      mixed.classList.toggle("cell-mixed", Boolean(answer?.mixed));
    };
    columns.addEventListener("change", () => { fillVerbs(); tellMixed(); });
    verbs.addEventListener("change", adapt);
    for (const radio of dialog.querySelectorAll('[name="scope"]')) {
      radio.addEventListener("change", () => row.isConnected && tellMixed(), { signal });
    }
    const input = part("text").querySelector("input");
    input.addEventListener("input", async () => {
      const typed = input.value.split(";").at(-1).trim();
      if (!input.getAttribute("list") || !typed) return;
      const answer = await ask(boot.urls.words, { column: columns.value, q: typed }).catch(() => null);
      if (typed !== input.value.split(";").at(-1).trim()) return;
      const before = input.value.slice(0, input.value.lastIndexOf(";") + 1);
      words.replaceChildren(...(answer?.words ?? []).map((word) => new Option("", before ? `${before} ${word}` : word)));
    });
    part("remove").addEventListener("click", () => {
      row.remove();
      if (!list.children.length) add();
    });
    list.append(row);
    fillVerbs();
    tellMixed();
  }

  function read(row) {
    const field = (name) => row.querySelector(`[data-of="${name}"] [data-field]`);
    return {
      column: field("column").value,
      action: field("action").value,
      text: field("text").value.replace(/;\s*$/, ""),
      find: field("find").value,
      pattern: row.querySelector("[data-pattern]").checked,
      case: row.querySelector("[data-case]").checked,
    };
  }

  dialog.querySelector("[data-add]").addEventListener("click", () => add(), { signal });
  dialog.querySelector("form").addEventListener(
    "submit",
    async (event) => {
      event.preventDefault();
      send_button.disabled = true;
      error.hidden = true;
      try {
        const { url } = await send(boot.urls.bulk, {
          ...selectionOf(),
          operations: [...list.children].map(read),
        });
        location.assign(url);
      } catch (refused) {
        error.textContent = refused.whole ?? String(refused);
        error.hidden = false;
        error.focus();
      } finally {
        send_button.disabled = false;
      }
    },
    { signal },
  );

  const opened = (first) => open(first).catch((refused) => toast(refused.whole ?? String(refused), { kind: "error" }));
  grid.openBulk = () => opened({});
  grid.openReplace = () => opened({ action: "find" });
  for (const [name, act] of [["bulk", grid.openBulk], ["replace", grid.openReplace]]) {
    grid.root.querySelector(`[data-open-${name}]`)?.addEventListener("click", act, { signal });
  }
}

function spokenMix({ tracks, mixed, common, empty, values, more }) {
  if (!tracks) return "";
  if (!mixed) return common ? `All have: ${common}` : "Empty on all of them";
  const shown = values.slice(0, 5).map(([text, count]) => `${text} (${count.toLocaleString("en")})`);
  const rest = values.length - shown.length + more;
  return [
    `Mixed: ${shown.join(", ")}`,
    rest > 0 ? `and ${rest.toLocaleString("en")} more` : "",
    empty ? `empty on ${empty.toLocaleString("en")}` : "",
  ].filter(Boolean).join(", ");
}
