// One file on its way to the studio, over tus. `tus` is the global of tus-js-client.

const PIECE_BYTES = 8 * 1024 * 1024;
const RETRY_AFTER_MS = [0, 1000, 3000, 5000, 10000, 20000];
// The answer will not change by asking again.
const FINAL = new Set([400, 401, 403, 404, 410, 413, 415]);

/** Sends one file; `state` is waiting, sending, paused, broken, failed or done. */
export class Transfer {
  constructor({ id, url, file, csrf, onChange, onEnd }) {
    this.id = id;
    this.state = "waiting";
    this.share = 0;
    this.problem = "";
    this.onChange = onChange;
    this.onEnd = onEnd;
    this.upload = new window.tus.Upload(file, {
      uploadUrl: url,
      chunkSize: PIECE_BYTES,
      retryDelays: RETRY_AFTER_MS,
      storeFingerprintForResuming: false,
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrf()),
      onShouldRetry: (error) => !FINAL.has(statusOf(error)),
      onProgress: (sent, total) => this.move(sent / total),
      onSuccess: () => this.end("done", ""),
      onError: (error) => this.fail(error),
    });
  }

  start() {
    this.state = "sending";
    this.problem = "";
    this.onChange(this);
    this.upload.start();
  }

  pause() {
    this.upload.abort();
    this.end("paused", "");
  }

  /** Stop for good; the server drops what came. */
  stop() {
    const wasSending = this.state === "sending";
    this.upload.abort();
    this.state = "stopped";
    if (wasSending) this.onEnd(this);
  }

  move(share) {
    if (this.state !== "sending") return;
    this.share = share;
    this.onChange(this);
  }

  fail(error) {
    if (this.state !== "sending") return;
    const status = statusOf(error);
    if (FINAL.has(status)) this.end("failed", wordsOf(error));
    else this.end("broken", "No connection to the studio. What was sent is kept.");
  }

  end(state, problem) {
    this.state = state;
    this.problem = problem;
    this.onChange(this);
    this.onEnd(this);
  }
}

function statusOf(error) {
  return error.originalResponse?.getStatus() ?? 0;
}

/** The studio's own sentence, where it sent one. */
function wordsOf(error) {
  try {
    const { detail, hint } = JSON.parse(error.originalResponse.getBody());
    return [detail, hint].filter(Boolean).join(" ");
  } catch {
    return "The studio refused this file.";
  }
}
