// The upload page: files and folders from a drop or a choice, sent in pieces that survive breaks.
//
// The server opens an upload for every file first (sizes, quota and grouping are judged there) and
// knows of interrupted ones, so choosing the same file again goes on where it stopped, also after a
// reload or in another browser.

import { behaviour } from "../behaviour.js";
import { announce, toast } from "../toast.js";
import { Transfer } from "./transfer.js";
import { filesOf } from "./dropped.js";

const AT_ONCE = 3;
const ANNOUNCED_AT_ONCE = 200;

const transfers = new Map();
const waiting = [];
let active = 0;
let pausedAll = false;

const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

function refresh() {
  document.getElementById("upload-list")?.dispatchEvent(new Event("refresh"));
}

behaviour("[data-uploader]", (form, signal) => {
  form.querySelector("[data-plain-send]").hidden = true;
  for (const element of form.querySelectorAll("[data-needs-script]")) element.hidden = false;
  for (const input of form.querySelectorAll('input[type="file"]')) {
    input.addEventListener(
      "change",
      () => {
        const files = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
        input.value = "";
        send(form, files);
      },
      { signal },
    );
  }
  form.querySelector("[data-pause-all]").addEventListener("click", () => pauseAll(!pausedAll), { signal });
  // A drop anywhere on the page counts; one that misses must not make the browser open the file.
  const zone = form.querySelector("[data-dropzone]");
  const isFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener(
    "dragover",
    (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      zone.classList.add("over");
    },
    { signal },
  );
  document.addEventListener("dragleave", (event) => event.relatedTarget || zone.classList.remove("over"), { signal });
  document.addEventListener(
    "drop",
    async (event) => {
      if (!isFiles(event)) return;
      event.preventDefault();
      zone.classList.remove("over");
      send(form, await filesOf(event.dataTransfer));
    },
    { signal },
  );
});

/** Have uploads opened for the files, then send them a few at a time. */
async function send(form, files) {
  if (!files.length) return;
  announce(`${files.length} ${files.length === 1 ? "file" : "files"} chosen.`);
  for (let start = 0; start < files.length; start += ANNOUNCED_AT_ONCE) {
    const part = files.slice(start, start + ANNOUNCED_AT_ONCE);
    const opened = await open(form.dataset.announce, part);
    if (!opened) return;
    part.forEach(({ file }, index) => {
      const found = opened[index];
      if (!found.url || transfers.has(found.id)) return;
      const transfer = new Transfer({ ...found, file, csrf, onChange: show, onEnd: ended });
      transfers.set(found.id, transfer);
      waiting.push(transfer);
    });
    refresh();
  }
  fill();
}

async function open(address, files) {
  const body = files.map(({ file, path }) => ({ path, size: file.size, modified: String(file.lastModified) }));
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify({ files: body }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).files;
  } catch {
    toast("The studio does not answer, so nothing was sent. Choose the files again when it is back.", { kind: "error" });
    return null;
  }
}

function fill() {
  while (active < AT_ONCE && waiting.length && !pausedAll) {
    active += 1;
    waiting.shift().start();
  }
  showPauseAll();
}

function ended(transfer) {
  active -= 1;
  if (transfer.state === "done") transfers.delete(transfer.id);
  refresh();
  fill();
}

function pauseAll(wanted) {
  pausedAll = wanted;
  for (const transfer of transfers.values()) {
    if (wanted && transfer.state === "sending") transfer.pause();
    if (!wanted && transfer.state === "paused") again(transfer);
  }
  fill();
}

/** Put a paused or broken transfer back in line. */
function again(transfer) {
  transfer.state = "waiting";
  waiting.push(transfer);
  show(transfer);
  fill();
}

function showPauseAll() {
  const button = document.querySelector("[data-pause-all]");
  if (!button) return;
  button.hidden = ![...transfers.values()].some(({ state }) => state !== "failed");
  button.textContent = pausedAll ? "Go on with all" : "Pause all";
}

const WORDS = {
  waiting: ["waiting", "In line"],
  sending: ["running", "Uploading"],
  paused: ["waiting", "Paused"],
  broken: ["warning", "Interrupted"],
  failed: ["failed", "Refused"],
};
const NEXT = { waiting: "", sending: "Pause", paused: "Go on", broken: "Try again", failed: "" };

/** Write the state of a transfer into its row, whoever drew the row last. */
function show(transfer) {
  const row = document.getElementById(`upload-${transfer.id}`);
  if (!row || row.dataset.uploadStatus !== "receiving") return;
  const percent = Math.floor(transfer.share * 100);
  row.querySelector("progress").value = transfer.share;
  row.querySelector("[data-upload-percent]").textContent = `${percent} %`;
  const badge = row.querySelector("[data-upload-badge] .badge");
  const [state, words] = WORDS[transfer.state] ?? WORDS.sending;
  badge.className = `badge ${state}`;
  badge.textContent = words;
  const waits = row.querySelector("[data-upload-waits]");
  waits.hidden = !transfer.problem;
  waits.textContent = transfer.problem;
  const button = row.querySelector("[data-upload-pause]");
  const next = NEXT[transfer.state] ?? "";
  button.hidden = !next;
  if (next) button.firstChild.textContent = next;
}

behaviour("[data-upload]", (row, signal) => {
  const transfer = transfers.get(row.dataset.upload);
  if (transfer) show(transfer);
  row.querySelector("[data-upload-pause]")?.addEventListener(
    "click",
    () => {
      const mine = transfers.get(row.dataset.upload);
      if (mine?.state === "sending") mine.pause();
      else if (mine) again(mine);
    },
    { signal },
  );
  row.querySelector("[data-upload-cancel]")?.addEventListener(
    "submit",
    () => {
      const mine = transfers.get(row.dataset.upload);
      if (!mine) return;
      mine.stop();
      transfers.delete(mine.id);
      const place = waiting.indexOf(mine);
      if (place >= 0) waiting.splice(place, 1);
    },
    { signal },
  );
});

// A list that is drawn anew under one's hands would close the menu one has open.
document.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.target;
  if (list.id !== "upload-list") return;
  const busy = list.querySelector("details[open], .dragging") || list.contains(document.activeElement?.closest("select"));
  if (busy) event.preventDefault();
});

// Dragging a file onto another track says the same as its Move form, and sends that form.
behaviour("[data-movable]", (row, signal) => {
  row.draggable = true;
  row.addEventListener(
    "dragstart",
    (event) => {
      event.dataTransfer.setData("text/x-liner-upload", row.dataset.upload);
      event.dataTransfer.effectAllowed = "move";
      row.classList.add("dragging");
    },
    { signal },
  );
  row.addEventListener("dragend", () => row.classList.remove("dragging"), { signal });
});

behaviour("[data-drop-to]", (group, signal) => {
  const isRow = (event) => event.dataTransfer.types.includes("text/x-liner-upload");
  group.addEventListener(
    "dragover",
    (event) => {
      if (!isRow(event)) return;
      event.preventDefault();
      group.classList.add("over");
    },
    { signal },
  );
  group.addEventListener("dragleave", (event) => group.contains(event.relatedTarget) || group.classList.remove("over"), { signal });
  group.addEventListener(
    "drop",
    (event) => {
      if (!isRow(event)) return;
      event.preventDefault();
      group.classList.remove("over");
      const row = document.getElementById(`upload-${event.dataTransfer.getData("text/x-liner-upload")}`);
      const form = row?.querySelector(".move form");
      if (!form || group.contains(row)) return;
      form.elements.to.value = group.dataset.dropTo;
      row.classList.remove("dragging");
      form.closest("details").open = false;
      form.requestSubmit();
    },
    { signal },
  );
});

// Leaving while bytes are on their way interrupts them; they go on when the same files are chosen again.
window.addEventListener("beforeunload", (event) => {
  if ([...transfers.values()].some(({ state }) => state === "sending")) event.preventDefault();
});
