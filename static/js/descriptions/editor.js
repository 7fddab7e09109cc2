// The editor of a text: checked while one types, underlines painted from the answer, one-press fixes, drafts taken
// over, and what the wording gains and loses in the last simulation.
//
// The server counts in code points, JavaScript in UTF-16 units, so places are converted before they are painted.

import { behaviour } from "../behaviour.js";
import { announce } from "../toast.js";

const CHECK_AFTER_MS = 200;
const SURFACING_AFTER_MS = 450;

const token = () => document.querySelector('meta[name="csrf-token"]').content;

async function fragment(address, form, extra, signal) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  const answer = await fetch(address, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": token(), "HX-Request": "true" },
    signal,
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

behaviour("[data-text-editor]", (form, signal) => {
  const field = form.querySelector("[data-text-field]");
  const backdrop = form.querySelector("[data-underlines]");
  const checks = document.getElementById("checks");
  const surfacing = document.getElementById("wording-surfacing");
  let checkTimer = 0;
  let surfacingTimer = 0;
  let underWay = null;
  let surfacingUnderWay = null;
  let said = "";

  function claims() {
    return [...checks.querySelectorAll("[data-claim]")]
      .map(({ dataset }) => ({
        start: Number(dataset.start),
        end: Number(dataset.end),
        verdict: dataset.verdict,
      }))
      .sort((a, b) => a.start - b.start);
  }

  function paint() {
    // Leading blanks are cut before the check, so places count from the first other character.
    const lead = field.value.length - field.value.trimStart().length;
    const points = [...field.value.slice(lead)];
    const parts = [field.value.slice(0, lead)];
    let at = 0;
    for (const { start, end, verdict } of claims()) {
      if (start < at || verdict === "supported") continue;
      parts.push(points.slice(at, start).join(""));
      const mark = document.createElement("mark");
      mark.className = verdict;
      mark.textContent = points.slice(start, end).join("");
      parts.push(mark);
      at = end;
    }
    parts.push(points.slice(at).join(""), "\n");
    backdrop.replaceChildren(...parts);
    backdrop.scrollTop = field.scrollTop;
  }

  function plain() {
    backdrop.replaceChildren(field.value, "\n");
  }

  async function check(extra = {}) {
    underWay?.abort();
    underWay = new AbortController();
    try {
      checks.innerHTML = await fragment(form.dataset.check, form, extra, underWay.signal);
    } catch {
      return; // an older check was overtaken, or the next one will say what is wrong
    }
    const { fixed } = checks.querySelector("[data-checked]").dataset;
    if (fixed) put(fixed);
    paint();
    const status = checks.querySelector("[role=status]")?.textContent.trim() ?? "";
    if (status !== said) announce(status);
    said = status;
  }

  async function surface() {
    if (!form.dataset.surfacing) return; // a pitch is read by people, no prompt system sees it
    surfacingUnderWay?.abort();
    surfacingUnderWay = new AbortController();
    try {
      surfacing.innerHTML = await fragment(form.dataset.surfacing, form, {}, surfacingUnderWay.signal);
    } catch {
      // the next letter asks again
    }
  }

  function put(text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }

  function changed() {
    plain();
    clearTimeout(checkTimer);
    clearTimeout(surfacingTimer);
    checkTimer = setTimeout(check, CHECK_AFTER_MS);
    surfacingTimer = setTimeout(surface, SURFACING_AFTER_MS);
  }

  field.addEventListener("input", changed, { signal });
  field.addEventListener("scroll", () => { backdrop.scrollTop = field.scrollTop; }, { signal });
  checks.addEventListener(
    "click",
    ({ target }) => {
      const button = target.closest("[data-fix]");
      if (button) check({ fix: button.dataset.fix });
    },
    { signal },
  );
  document.addEventListener(
    "click",
    ({ target }) => {
      const button = target.closest("[data-take-draft]");
      if (!button) return;
      put(button.closest(".draft").querySelector("[data-draft-text]").textContent);
      announce("The draft is in the field. Save it to keep it.");
    },
    { signal },
  );
  paint();
  surface();

  // Words marked in the field are what a remark is about.
  const remark = document.querySelector("[data-remark]");
  if (remark) {
    field.addEventListener(
      "select",
      () => {
        const quote = field.value.slice(field.selectionStart, field.selectionEnd);
        if (!quote.trim()) return;
        remark.querySelector("[name=quote]").value = quote;
        remark.querySelector("[name=start]").value = [...field.value.slice(0, field.selectionStart)].length;
      },
      { signal },
    );
  }
});
