// A dialog that asks with a table of what it is about; the answer is the name of a choice, or "" for none.

export function askWithTable(dialog) {
  return {
    ask({ title, text, head, rows, more = 0, choices, cancel }) {
      dialog.querySelector("h2").textContent = title;
      dialog.querySelector("[data-text]").textContent = text;
      const table = dialog.querySelector("table");
      table.querySelector("caption").textContent = title;
      table.tHead.rows[0].replaceChildren(...head.map((label) => cell("th", label, { scope: "col" })));
      table.tBodies[0].replaceChildren(...rows.map(rowOf));
      const rest = dialog.querySelector("[data-more]");
      rest.hidden = more <= 0;
      rest.textContent = `And ${more.toLocaleString("en")} more.`;
      const foot = dialog.querySelector("[data-choices]");
      const back = button(cancel, "button");
      const buttons = choices.map(([name, label], at) => {
        const made = button(label, at ? "button" : "button primary");
        made.addEventListener("click", () => dialog.close(name));
        return made;
      });
      back.addEventListener("click", () => dialog.close(""));
      foot.replaceChildren(back, ...buttons.reverse());
      dialog.returnValue = "";
      dialog.showModal();
      return new Promise((done) => {
        dialog.addEventListener("close", () => done(dialog.returnValue), { once: true });
      });
    },
  };
}

function rowOf(values) {
  const row = document.createElement("tr");
  row.append(...values.map((value, at) => (at ? cell("td", value) : cell("th", value, { scope: "row" }))));
  return row;
}

function cell(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.dir = "auto";
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function button(label, css) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = css;
  made.textContent = label;
  return made;
}
