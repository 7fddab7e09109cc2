// A waveform drawn from peaks the server computed, with a lane under it for everything that was heard in
// certain seconds. It shows and moves the position of the shared player; it makes no sound itself.
//
//   <div class="waveform" data-waveform data-track="12" data-duration="213.4" data-peaks="/w/…/peaks/">
//
// (components/waveform.html). The peaks are JSON: {"peaks": [[0.1, -0.2, …]]} with one list a channel.

import WaveSurfer from "../vendor/wavesurfer.js/wavesurfer.esm.js";
import { clock } from "./clock.js";
import { bring } from "./player/buttons.js";
import { currentRange, currentTime, currentTrack, play, seek } from "./player/sound.js";

const STEP_S = 5;
const PAGE_S = 30;

/** Draw one waveform and keep it in step with the player until `signal` aborts. */
export async function drawWaveform(element, signal) {
  const { track } = element.dataset;
  const duration = Number(element.dataset.duration);
  const canvas = element.querySelector("[data-waveform-canvas]");
  const isMine = () => currentTrack() === track;
  let surfer = null;

  const show = (time) => {
    surfer?.setTime(time);
    canvas.setAttribute("aria-valuenow", time.toFixed(1));
    canvas.setAttribute("aria-valuetext", `${clock(time)} of ${clock(duration)}`);
  };
  const showNow = () => show(isMine() ? currentTime() : 0);
  const drawRange = () => markRange(element, isMine() ? currentRange() : null, duration);

  placeLanes(element, duration);
  showNow();
  drawRange();
  listen(document, "player:time", ({ detail }) => detail.track === track && show(detail.time));
  listen(document, "player:load", showNow);
  listen(document, "player:range", drawRange);
  listen(canvas, "keydown", (event) => {
    const to = target(event.key, isMine() ? currentTime() : 0, duration);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (bring(track)) seek(to);
  });

  function listen(where, name, act) {
    where.addEventListener(name, act, { signal });
  }

  const peaks = element.dataset.peaks && (await fetchPeaks(element.dataset.peaks, signal));
  if (signal.aborted) return;
  if (!peaks) {
    element.querySelector("[data-waveform-note]").hidden = false;
    return;
  }
  surfer = WaveSurfer.create({
    container: canvas,
    peaks,
    duration,
    height: "auto",
    normalize: true,
    barWidth: 2,
    barGap: 1,
    barRadius: 1,
    cspNonce: document.querySelector('meta[name="csp-nonce"]').content,
    ...colours(),
  });
  signal.addEventListener("abort", () => surfer.destroy());
  surfer.on("ready", showNow);
  surfer.on("interaction", (time) => {
    if (!bring(track)) return;
    seek(time);
    play();
  });
  whenColoursChange(() => surfer.setOptions(colours()), signal);
}

async function fetchPeaks(address, signal) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, signal }).catch(
    () => null,
  );
  return answer?.ok ? (await answer.json()).peaks : null;
}

function target(key, now, duration) {
  const steps = {
    ArrowLeft: now - STEP_S,
    ArrowDown: now - STEP_S,
    ArrowRight: now + STEP_S,
    ArrowUp: now + STEP_S,
    PageDown: now - PAGE_S,
    PageUp: now + PAGE_S,
    Home: 0,
    End: duration,
  };
  return key in steps ? Math.min(Math.max(steps[key], 0), duration) : null;
}

/** The canvas cannot read CSS variables, so the tokens are resolved through probes. */
function colours() {
  const resolve = (token) => {
    const probe = document.createElement("span");
    probe.style.color = `var(--${token})`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  return {
    waveColor: resolve("control"),
    progressColor: resolve("accent"),
    cursorColor: resolve("text"),
  };
}

function whenColoursChange(redraw, signal) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", redraw, { signal });
  const observer = new MutationObserver(redraw);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => observer.disconnect());
}

/** Lanes are a list of buttons; with a duration known they are laid out along the time axis. */
function placeLanes(element, duration) {
  for (const button of element.querySelectorAll(".lane-range")) {
    const { start, end } = button.dataset;
    button.style.insetInlineStart = `${(Number(start) / duration) * 100}%`;
    button.style.inlineSize = `${((Number(end) - Number(start)) / duration) * 100}%`;
  }
}

function markRange(element, range, duration) {
  const mark = element.querySelector("[data-waveform-range]");
  mark.hidden = !range;
  if (!range) return;
  mark.style.insetInlineStart = `${(range.start / duration) * 100}%`;
  mark.style.inlineSize = `${((range.end - range.start) / duration) * 100}%`;
}
