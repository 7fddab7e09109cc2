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

// A chart that is wider than a phone scrolls inside its frame; then the keyboard has to reach it.
behaviour(".chart-frame .plot", (plot, signal) => {
  const heading = plot.parentElement.querySelector("h2, h3");
  const look = new ResizeObserver(() => {
    if (plot.scrollWidth <= plot.clientWidth) {
      for (const name of ["tabindex", "role", "aria-label"]) plot.removeAttribute(name);
      return;
    }
    plot.tabIndex = 0;
    plot.setAttribute("role", "region");
    plot.setAttribute("aria-label", heading?.textContent.trim() || "Chart");
  });
  look.observe(plot);
  signal.addEventListener("abort", () => look.disconnect());
});

// The tab of this page is in sight, also where the row of tabs is wider than a phone.
behaviour(".tabs > [aria-current]", (link) => {
  const row = link.parentElement;
  row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
});
