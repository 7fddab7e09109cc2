// What stands in a cell, and the head of a row: its number, artwork, play and the way to its page.

import { splitValues } from "./tsv.js";
import { withId } from "./talk.js";

export function cellContent(item, column) {
  const text = item[column.name] ?? "";
  if (!item.loaded || !text) return "";
  if (column.kind === "terms") {
    const list = document.createElement("span");
    list.className = "cell-terms";
    list.append(...splitValues(text).map(chip));
    return list;
  }
  if (column.kind === "flag" && text === "no") return "";
  const content = document.createElement("bdi");
  content.className = "truncate";
  content.textContent = text.split("\n", 1)[0] + (text.includes("\n") ? " …" : "");
  content.title = text;
  return content;
}

function chip(word) {
  const made = document.createElement("span");
  made.className = "chip";
  made.dir = "auto";
  made.textContent = word;
  return made;
}

export function rowHead(item, urls, isNarrow) {
  const head = document.createElement("span");
  head.className = "row-tools";
  const number = document.createElement("a");
  number.className = "row-number";
  number.href = withId(urls.track, item.id);
  number.tabIndex = -1;
  number.textContent = (item.n + 1).toLocaleString("en");
  const title = item.title || `track ${item.n + 1}`;
  number.setAttribute("aria-label", `Row ${item.n + 1}: page of ${title}`);
  if (!isNarrow && item.artwork_id) {
    const picture = document.createElement("img");
    picture.src = `${withId(urls.artwork, item.artwork_id)}?size=small`;
    picture.alt = "";
    picture.loading = "lazy";
    picture.className = "row-art";
    head.append(picture);
  }
  if (item.audio_id) head.append(playButton(item, title, urls));
  head.append(number);
  return head;
}

function playButton(item, title, urls) {
  const pattern = document.getElementById("grid-play").content.firstElementChild;
  const button = pattern.cloneNode(true);
  button.tabIndex = -1;
  Object.assign(button.dataset, {
    track: item.id,
    title,
    detail: item.artists ?? "",
    href: withId(urls.track, item.id),
    src: withId(urls.audio, item.audio_id),
    duration: item.duration_s ?? "",
  });
  button.querySelector("[data-of]").textContent = ` ${title}`;
  return button;
}
