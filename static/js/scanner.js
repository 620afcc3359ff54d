// A camera that reads codes, wherever a page has elements/viewer.html. What it reads it tells by the event `scanner:read`
// (detail: { value, format }) on that element; a code is told again only after it has been out of sight.
const PAUSE = 90; // ms between two looks
const OUT_OF_SIGHT = 1500;
const TICK = 900;
const CAMERA = { audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } } };
const REFUSALS = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "taken", AbortError: "taken",
};

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function ownDetector(formats) {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const able = await window.BarcodeDetector.getSupportedFormats();
    return formats.every((format) => able.includes(format)) ? new window.BarcodeDetector({ formats }) : null;
  } catch {
    return null;
  }
}

async function servedDetector(box, formats) {
  const { BarcodeDetector, prepareZXingModule } = await import(new URL(box.dataset.decoder, location.href));
  await prepareZXingModule({ overrides: { locateFile: () => box.dataset.wasm }, fireImmediately: true });
  return new BarcodeDetector({ formats });
}

class Scanner {
  constructor(box) {
    this.box = box;
    this.formats = box.dataset.formats.split(" ");
    this.video = box.querySelector("video");
    this.status = box.querySelector("[data-status]");
    this.seen = new Map(); // value → when it was in sight last
    this.likely = "";
    this.stream = null;
    for (const what of ["start", "stop", "torch"]) {
      this[`${what}Button`] = box.querySelector(`[data-${what}]`);
      this[`${what}Button`].addEventListener("click", () => this[what]());
    }
    document.addEventListener("visibilitychange", () => this.turn());
    window.addEventListener("pagehide", () => this.release());
    box.hidden = false;
    if ("starts" in box.dataset) this.start();
  }

  say(what) { this.status.textContent = this.box.dataset[what]; }

  async start() {
    if (this.starting || this.stream) return;
    if (!window.isSecureContext) return this.say("insecure");
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return this.say("unable");
    this.starting = true;
    this.say("asking");
    try {
      this.stream = await navigator.mediaDevices.getUserMedia(CAMERA);
    } catch (problem) {
      return this.say(REFUSALS[problem.name] || "none");
    } finally {
      this.starting = false;
    }
    this.show(await this.open());
  }

  async open() {
    const [track] = this.stream.getVideoTracks();
    track.addEventListener("ended", () => this.stop());
    this.video.srcObject = this.stream;
    const able = track.getCapabilities ? track.getCapabilities() : {};
    if ((able.focusMode || []).includes("continuous")) {
      track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
    }
    await this.video.play().catch(() => {});
    return Boolean(able.torch);
  }

  show(torch) {
    if (!this.stream) return;
    this.video.hidden = this.stopButton.hidden = false;
    this.startButton.hidden = true;
    this.torchButton.hidden = !torch;
    this.box.classList.add("is-on");
    this.say("looking");
    this.look(this.stream);
  }

  async look(stream) {
    try {
      this.detector ||= (await ownDetector(this.formats)) || (await servedDetector(this.box, this.formats));
    } catch {
      this.stop();
      return this.say("unable");
    }
    while (this.stream === stream) {
      if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) await this.detect();
      await wait(PAUSE);
    }
  }

  async detect() {
    try {
      this.take(await this.detector.detect(this.video));
    } catch {
      if (this.served) return;
      this.served = true; // a detector of the browser's own that is there and does not work
      this.detector = await servedDetector(this.box, this.formats).catch(() => this.detector);
    }
  }

  take(codes) {
    const now = performance.now();
    const [code] = codes.filter(({ rawValue }) => rawValue).sort((a, b) => this.rank(a) - this.rank(b));
    if (!code) return;
    const { rawValue: value, format } = code;
    const twice = value === this.likely; // one look may err, two do not err alike
    const fresh = now - (this.seen.get(value) ?? -OUT_OF_SIGHT) >= OUT_OF_SIGHT;
    this.likely = value;
    if (!twice) return;
    this.seen.set(value, now);
    if (!fresh) return;
    this.tick();
    this.box.dispatchEvent(new CustomEvent("scanner:read", { bubbles: true, detail: { value, format } }));
  }

  rank({ rawValue }) { return /^97[89]/.test(rawValue) ? 0 : 1; } // a book's back has two codes: its ISBN and the shop's

  tick() {
    this.say("read");
    this.box.classList.add("is-read");
    clearTimeout(this.ticking);
    this.ticking = setTimeout(() => { this.box.classList.remove("is-read"); if (this.stream) this.say("looking"); }, TICK);
  }

  async torch() {
    const on = this.torchButton.getAttribute("aria-pressed") !== "true";
    const [track] = this.stream ? this.stream.getVideoTracks() : [];
    if (!track) return;
    const lit = await track.applyConstraints({ advanced: [{ torch: on }] }).then(() => on, () => false);
    this.torchButton.setAttribute("aria-pressed", String(lit));
  }

  release() {
    if (this.stream) this.stream.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  stop() {
    this.release();
    this.wasOn = false;
    this.video.hidden = this.stopButton.hidden = this.torchButton.hidden = true;
    this.torchButton.setAttribute("aria-pressed", "false");
    this.startButton.hidden = false;
    this.box.classList.remove("is-on", "is-read");
    this.say("paused");
  }

  turn() { // another app is in front: the camera is given back, and taken again afterwards
    if (document.hidden && this.stream) {
      this.stop();
      this.wasOn = true;
    } else if (!document.hidden && this.wasOn) {
      this.wasOn = false;
      this.start();
    }
  }
}

document.querySelectorAll("[data-scanner]").forEach((box) => new Scanner(box));
