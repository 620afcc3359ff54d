// The page with the code: it counts down, keeps the device awake, and stamps the slip when both have confirmed.
(() => {
  const ends = new WeakMap();
  const stamped = new Map();
  let lock;

  function tick() {
    for (const part of document.querySelectorAll("[data-seconds]")) {
      if (!ends.has(part)) ends.set(part, Date.now() + Number(part.dataset.seconds) * 1000);
      const left = Math.max(0, Math.round((ends.get(part) - Date.now()) / 1000));
      const words = left ? part.dataset.words : part.dataset.over;
      part.textContent = words.replace("{minutes}", Math.floor(left / 60)).replace("{seconds}", left % 60);
      if (left) continue;
      // Asked once: a region that comes back already over must not be asked for again and again.
      if (Number(part.dataset.seconds) > 0) document.dispatchEvent(new CustomEvent("stale"));
      part.removeAttribute("data-seconds");
    }
  }

  async function stayAwake() {
    if (document.hidden || !navigator.wakeLock || (lock && !lock.released)) return;
    if (!document.querySelector("[data-awake]")) return;
    try { lock = await navigator.wakeLock.request("screen"); } catch { lock = undefined; }
  }

  const done = (slip) => [...slip.querySelectorAll("li:not([data-next]):not([data-later]) .stamp")];

  function lookAtSlips(celebrate) {
    for (const slip of document.querySelectorAll(".slip[id]")) {
      const stamps = done(slip);
      if (celebrate && stamps.length > (stamped.get(slip.id) ?? stamps.length)) {
        stamps.at(-1).dataset.fresh = "";
        // Before the first touch a browser refuses, and complains.
        if (navigator.vibrate && navigator.userActivation?.hasBeenActive) navigator.vibrate(40);
      }
      stamped.set(slip.id, stamps.length);
    }
  }

  tick();
  setInterval(tick, 1000);
  lookAtSlips(false);
  stayAwake();
  document.addEventListener("visibilitychange", stayAwake);
  document.addEventListener("live:swapped", () => { lookAtSlips(true); tick(); stayAwake(); });
})();
