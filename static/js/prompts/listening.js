// Tells the studio how long each track of a list was heard, once a track, with a key that counts once.
// The seconds, the place in the list, the part of the day and what was chosen above the list go; nothing
// else does. The choice is remembered for this tab.

import { behaviour } from "../behaviour.js";

const PARTS = ["night", "morning", "afternoon", "evening"];

behaviour("[data-listening]", (list, signal) => {
  let heard = null; // { track, seconds, last, key }

  const places = new Map(
    [...list.querySelectorAll("[data-play]")].map((button, at) => [button.dataset.track, at + 1]),
  );

  const context = document.querySelector("[data-listening-context]");
  for (const select of context?.querySelectorAll("select") ?? []) {
    select.value = sessionStorage.getItem(`listening-${select.name}`) ?? "";
    select.addEventListener(
      "change",
      () => sessionStorage.setItem(`listening-${select.name}`, select.value),
      { signal },
    );
  }
  const chosen = (name) => context?.querySelector(`select[name="${name}"]`)?.value ?? "";

  function send() {
    if (!heard || heard.seconds < 1) return;
    const button = list.querySelector(`[data-play][data-track="${heard.track}"]`);
    const event = {
      track: Number(heard.track),
      kind: "played",
      key: heard.key,
      turn: Number(list.dataset.turn),
      place: places.get(heard.track),
      listened_s: Math.round(heard.seconds),
      duration_s: Number(button?.dataset.duration) || null,
      day_part: PARTS[Math.floor(new Date().getHours() / 6)],
      activity: chosen("activity"),
      device: chosen("device"),
    };
    heard = null;
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
    fetch(list.dataset.listening, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ events: [event] }),
    });
  }

  document.addEventListener(
    "player:time",
    ({ detail }) => {
      if (!places.has(detail.track)) return;
      if (heard?.track !== detail.track) {
        send();
        heard = { track: detail.track, seconds: 0, last: detail.time, key: crypto.randomUUID() };
      }
      const step = detail.time - heard.last;
      if (step > 0 && step < 2) heard.seconds += step; // a jump was not heard
      heard.last = detail.time;
    },
    { signal },
  );
  document.addEventListener("player:load", send, { signal });
  window.addEventListener("pagehide", send, { signal });
  signal.addEventListener("abort", send);
});
