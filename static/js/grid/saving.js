// Saving cells, and what can stand against it: errors (nothing is written), somebody else's newer value (both are
// shown, the person chooses), remarks on style (only said). One call is one change set, and one step of undo.

import { announce, toast } from "../toast.js";
import { Refused, send, withId } from "./talk.js";

const LISTED = 40;

export class Saving {
  constructor({ boot, store, selection, redraw, refetch, dialogs, edit }) {
    Object.assign(this, { boot, store, selection, redraw, refetch, dialogs, edit });
    this.undos = [];
    this.redos = [];
    this.queue = Promise.resolve();
  }

  label = (field) => this.boot.columns.find(({ name }) => name === field)?.label ?? field;

  /** Save `[{ item, field, text }]`; `said` is what is told when it is done. */
  save(cells, { reason = "", overwrite = false, said = "", single = false } = {}) {
    const wanted = this.prepare(cells);
    if (!wanted.length) return Promise.resolve(true);
    // One after another, so that what is typed second is saved second.
    const task = this.queue.then(() => this.sendNow(wanted, { reason, overwrite, said, single }));
    this.queue = task.catch(() => {});
    return task;
  }

  /** Go on with a save that was answered with a question; it still has its turn, so it does not queue. */
  saveOn(cells, options) {
    const wanted = this.prepare(cells);
    return wanted.length ? this.sendNow(wanted, options) : true;
  }

  /** Keep the cells that differ, remember what they were, and show what they will be. */
  prepare(cells) {
    const wanted = cells.filter(({ item, field, text }) => (item[field] ?? "") !== text);
    for (const each of wanted) each.before = each.item[each.field] ?? "";
    this.show(wanted);
    return wanted;
  }

  show(cells) {
    for (const { item, field, text } of cells) {
      item[field] = text;
      this.selection.invalid.delete(`${item.id}:${field}`);
    }
    this.redraw(cells.map(({ item }) => item));
  }

  restore(cells) {
    for (const { item, field, before } of cells) item[field] = before;
    this.redraw(cells.map(({ item }) => item));
  }

  async sendNow(cells, options) {
    let answer;
    try {
      answer = await send(this.boot.urls.save, {
        reason: options.reason,
        overwrite: options.overwrite,
        columns: this.store.columns,
        cells: cells.map(({ item, field, text, before }) => ({ id: item.id, column: field, text, before })),
      });
    } catch (error) {
      this.restore(cells);
      toast(error instanceof Refused ? error.whole : String(error), { kind: "error" });
      return false;
    }
    if (answer.errors.length) {
      this.restore(cells);
      return this.refuse(cells, answer.errors, options);
    }
    if (answer.conflicts.length) {
      this.restore(cells);
      return this.decide(cells, answer.conflicts, options);
    }
    if (answer.request) {
      this.restore(cells);
      const count = `${answer.changed.toLocaleString("en")} cells`;
      toast(`${count} wait for a second person; nothing is written yet.`, { link: ["Open the request", answer.request] });
      return true;
    }
    this.redraw(this.store.take(answer.rows));
    if (answer.releases_changed) this.refetch();
    if (answer.change_set) {
      this.undos.push(answer.change_set);
      this.redos.length = 0;
    }
    this.tell(answer, options);
    return true;
  }

  tell(answer, { said, single }) {
    const remark = answer.remarks[0];
    if (remark) {
      const more = answer.remarks.length > 1 ? ` And ${answer.remarks.length - 1} more remarks.` : "";
      toast(`Saved. About “${remark.label}”: ${remark.sentence}${more}`, { kind: "warning" });
    } else if (!answer.change_set) {
      announce("Nothing was different.");
    } else if (single) {
      announce("Saved.");
    } else {
      const cells = answer.changed === 1 ? "1 cell" : `${answer.changed.toLocaleString("en")} cells`;
      toast(`${said || "Saved"}: ${cells}. Ctrl+Z takes it back.`, { kind: "done" });
    }
  }

  /** Errors: one cell goes back to its editor; of many, the good ones may go in without the others. */
  async refuse(cells, errors, options) {
    const wrong = new Map(errors.map((error) => [`${error.track_id}:${error.column}`, error]));
    for (const [key, error] of wrong) this.selection.invalid.set(key, error.sentence);
    this.redraw(cells.map(({ item }) => item));
    if (options.single && cells.length === 1) {
      const [{ item, field, text }] = cells;
      const [error] = errors;
      announce(error.sentence);
      this.edit(item, field, { typed: text, problem: `${error.sentence} ${error.hint}`.trim() });
      return false;
    }
    const good = cells.filter(({ item, field }) => !wrong.has(`${item.id}:${field}`));
    const rows = errors.slice(0, LISTED).map((error) => {
      const cell = cells.find(({ item, field }) => item.id === error.track_id && field === error.column);
      return [error.label || "", this.label(error.column), cell?.text ?? "", `${error.sentence} ${error.hint}`];
    });
    const choice = await this.dialogs.ask({
      title: `${errors.length.toLocaleString("en")} of ${cells.length.toLocaleString("en")} cells cannot be saved`,
      text: "Nothing was written yet.",
      head: ["Track", "Column", "Given", "Why not"],
      rows,
      more: errors.length - rows.length,
      choices: good.length
        ? [["good", `Save the other ${good.length.toLocaleString("en")}`]]
        : [],
      cancel: "Leave everything as it was",
    });
    this.clear(wrong.keys());
    if (choice !== "good") return false;
    return this.saveOn(good, options);
  }

  /** Somebody was faster: show both values and who, and let the person choose. */
  async decide(cells, conflicts, options) {
    const rows = conflicts
      .slice(0, LISTED)
      .map(({ label, column, base, theirs, yours, who }) => [
        label,
        this.label(column),
        base,
        who ? `${theirs || "(empty)"} (${who})` : theirs || "(empty)",
        yours || "(empty)",
      ]);
    const few = conflicts.length === 1 ? "A cell was" : `${conflicts.length} cells were`;
    const choice = await this.dialogs.ask({
      title: `${few} changed by somebody else meanwhile`,
      text: "Nothing was overwritten. Choose which values stay.",
      head: ["Track", "Column", "You saw", "Theirs, saved now", "Yours"],
      rows,
      more: conflicts.length - rows.length,
      choices: [
        ["mine", "Use mine"],
        ["theirs", "Keep theirs"],
      ],
      cancel: "Decide later",
    });
    const keys = new Set(conflicts.map(({ track_id, column }) => `${track_id}:${column}`));
    for (const { track_id, column, theirs } of conflicts) {
      const item = this.store.byId.get(track_id);
      if (item) item[column] = theirs;
    }
    this.redraw(cells.map(({ item }) => item));
    if (choice === "mine") return this.saveOn(cells, { ...options, overwrite: true });
    if (choice !== "theirs") return false;
    return this.saveOn(cells.filter(({ item, field }) => !keys.has(`${item.id}:${field}`)), options);
  }

  clear(keys) {
    for (const key of keys) this.selection.invalid.delete(key);
    this.redraw();
  }

  async undo({ again = false } = {}) {
    await this.queue;
    const [from, to] = again ? [this.redos, this.undos] : [this.undos, this.redos];
    const target = from.pop();
    if (!target) {
      announce(again ? "There is nothing to do again." : "There is nothing to take back here.");
      return;
    }
    try {
      const answer = await send(withId(this.boot.urls.undo, target), {});
      if (answer.change_set) to.push(answer.change_set);
      this.store.forget(answer.releases_changed ? null : answer.ids);
      await this.refetch();
      const left = answer.left.length;
      const rest = left ? ` ${left} were changed again since and stay: ${answer.left.slice(0, 3).join(", ")}.` : "";
      toast(`${again ? "Done again" : "Taken back"}: ${answer.reason}.${rest}`, { kind: left ? "warning" : "done" });
    } catch (error) {
      toast(error instanceof Refused ? error.whole : String(error), { kind: "error" });
    }
  }
}
