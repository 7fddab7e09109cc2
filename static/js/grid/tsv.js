// Cells as spreadsheets put them on the clipboard: tabs between cells, line breaks between rows, and quotes
// around a cell that holds a tab, a line break or a quote.

/** Write rows of texts as a spreadsheet would. */
export function writeTsv(rows) {
  const cell = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(cell).join("\t")).join("\n");
}

/** Read what a spreadsheet wrote. A quote that never closes is a quote, not the begin of a cell. */
export function readTsv(text) {
  const rows = [[]];
  let at = 0;
  const end = text.length;
  while (at <= end) {
    const { value, next } = readCell(text, at);
    rows.at(-1).push(value);
    if (next >= end) break;
    if (text[next] === "\t") {
      at = next + 1;
      continue;
    }
    at = next + (text.startsWith("\r\n", next) ? 2 : 1);
    if (at >= end) break; // the last line break ends the last row
    rows.push([]);
  }
  return rows;
}

function readCell(text, start) {
  if (text[start] === '"') {
    const quoted = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)/y;
    quoted.lastIndex = start;
    const match = quoted.exec(text);
    if (match) return { value: match[1].replaceAll('""', '"'), next: quoted.lastIndex };
  }
  const plain = /[^\t\r\n]*/y;
  plain.lastIndex = start;
  const [value] = plain.exec(text);
  return { value, next: plain.lastIndex };
}

/** Part a cell of several values as the studio writes it: `a; b; "c;d"`. */
export function splitValues(text) {
  const part = /\s*(?:"((?:[^"]|"")*)"\s*(?=[;|\n]|$)|([^;|\n]*))(?:[;|\n]|$)/g;
  const found = [];
  for (const match of text.matchAll(part)) {
    const value = (match[1] === undefined ? match[2] : match[1].replaceAll('""', '"')).trim();
    if (value && !found.includes(value)) found.push(value);
    if (match.index + match[0].length >= text.length) break;
  }
  return found;
}

/** Write several values into one cell. */
export function joinValues(values) {
  const written = (value) =>
    /[;|\n]/.test(value) || value.startsWith('"') ? `"${value.replaceAll('"', '""')}"` : value;
  return values.map(written).join("; ");
}
