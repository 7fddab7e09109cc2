// What every page loads.

import { behaviour } from "./behaviour.js";
import "./dialog.js";
import "./forms.js";
import "./htmx-setup.js";
import "./keyboard.js";
import "./navigate.js";
import "./player/bar.js";
import "./tags.js";
import "./theme.js";
import "./toast.js";

// Drawing waveforms needs a library; only pages that have one fetch it.
behaviour("[data-waveform]", async (element, signal) => {
  const { drawWaveform } = await import("./waveform.js");
  if (!signal.aborted) drawWaveform(element, signal);
});
