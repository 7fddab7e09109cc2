// What a page offers to the player: play, loop and solo buttons (player/sound.js says how they are written).

import { behaviour } from "../behaviour.js";
import { MASTER, currentRange, currentTrack, isAlone, isPlaying, load, loop, play, solo, toggle } from "./sound.js";

function itemOf({ dataset }) {
  const stems = dataset.stems ? JSON.parse(dataset.stems) : [];
  const master = dataset.src ? [{ key: MASTER, label: "Master", src: dataset.src }] : [];
  return {
    track: dataset.track,
    title: dataset.title,
    detail: dataset.detail ?? "",
    href: dataset.href ?? "",
    duration: Number(dataset.duration) || 0,
    sources: [...master, ...stems],
  };
}

export const playButtons = (root = document) => [...root.querySelectorAll("[data-play]:not(:disabled)")];

function queueAround(button) {
  const group = button.closest("[data-queue]");
  return group ? playButtons(group).map(itemOf) : [];
}

behaviour("[data-play]", (button, signal) => {
  const show = () => {
    const active = currentTrack() === button.dataset.track && isPlaying();
    button.classList.toggle("playing", active);
  };
  button.addEventListener(
    "click",
    () => {
      if (currentTrack() === button.dataset.track) {
        toggle();
        return;
      }
      load(itemOf(button), { queue: queueAround(button) });
      play();
    },
    { signal },
  );
  document.addEventListener("player:state", show, { signal });
  document.addEventListener("player:load", show, { signal });
  show();
});

/** Bring the track with this id into the player if the page offers it; true when it is there. */
export function bring(track) {
  if (!track || currentTrack() === track) return currentTrack() !== null;
  const button = playButtons().find((each) => each.dataset.track === track);
  if (!button) return false;
  load(itemOf(button), { queue: queueAround(button) });
  return true;
}

behaviour("[data-loop]", (button, signal) => {
  const start = Number(button.dataset.start);
  const end = Number(button.dataset.end);
  const mine = () =>
    (!button.dataset.track || button.dataset.track === currentTrack()) &&
    currentRange()?.start === start &&
    currentRange()?.end === end;
  const show = () => button.setAttribute("aria-pressed", String(mine()));
  button.addEventListener(
    "click",
    () => {
      if (mine()) {
        loop();
        return;
      }
      if (!bring(button.dataset.track)) return;
      loop(start, end);
      play();
    },
    { signal },
  );
  document.addEventListener("player:range", show, { signal });
  show();
});

behaviour("[data-solo][data-source]", (button, signal) => {
  const { track, source } = button.dataset;
  const show = () => {
    const alone = currentTrack() === track && isAlone(source);
    button.setAttribute("aria-pressed", String(alone));
  };
  button.addEventListener(
    "click",
    async () => {
      if (!bring(track)) return;
      await solo(source);
      play();
    },
    { signal },
  );
  document.addEventListener("player:source", show, { signal });
  document.addEventListener("player:load", show, { signal });
  show();
});
