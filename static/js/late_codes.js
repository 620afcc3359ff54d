// The taker's phone may have no network where the two meet: what was typed is kept here and sent as soon as there is one.
// A form with data-late names the address for it, data-slip the page's signed slip; how long after it the code was read is told
// in seconds, so that the phone's clock does not matter. A page that refreshes itself gets new slips: each has its own moment.
(() => {
  const KEY = "late codes";
  const PATIENCE = 8000; // ms for an answer
  const SLIP_LASTS = 24 * 3600 * 1000; // ms; later the service counts it no more
  const box = document.getElementById("late-codes");
  if (!box) return;

  const cameAt = new Map();
  function noteSlips() {
    for (const { dataset } of document.querySelectorAll("form[data-slip]")) {
      if (!cameAt.has(dataset.slip)) cameAt.set(dataset.slip, Date.now());
    }
  }

  function kept() {
    try {
      const all = JSON.parse(localStorage.getItem(KEY)) || [];
      return all.filter((one) => !(Date.now() - one.since > SLIP_LASTS));
    } catch { return []; }
  }

  function keep(all) {
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch { return false; }
    return true;
  }

  function say(words, kind) {
    box.hidden = !words;
    box.dataset.kind = kind || "";
    box.querySelector("[data-words]").textContent = words;
  }

  const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";

  async function post(address, fields) {
    const body = new URLSearchParams(fields);
    body.set("csrfmiddlewaretoken", token());
    return fetch(address, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
  }

  let sending = false;
  async function sendAll() {
    if (sending || !kept().length) return;
    sending = true;
    try {
      for (const one of kept()) {
        const answer = await post(one.address, one.fields);
        // Only a yes and a no are answers. Signed out or as another reader, too often, or down: it stays here.
        if (!answer.ok && answer.status !== 422) {
          say(box.dataset.refused, "wait");
          continue;
        }
        keep(kept().filter((other) => other.address !== one.address));
        const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
        if (answer.ok) { location.assign(told.page); return; }
        say(told.says || "", "stop");
      }
    } catch {
      if (kept().length) say(box.dataset.kept, "wait");
    } finally {
      sending = false;
    }
  }

  async function submitted(event) {
    const form = event.target;
    if (!form.matches("form[data-late]") || !form.dataset.slip) return;
    event.preventDefault();
    noteSlips();
    const typed = [...new FormData(form, event.submitter)].filter(([name]) => name !== "csrfmiddlewaretoken");
    const { slip } = form.dataset;
    const seconds = Math.max(0, Math.round((Date.now() - cameAt.get(slip)) / 1000));
    try {
      if (form.elements.code?.value) throw new Error("read without network");
      const answer = await post(form.action, typed);
      if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
      location.assign(form.dataset.page);
    } catch {
      const fields = [...typed, ["slip", slip], ["seconds", String(seconds)]];
      const others = kept().filter((one) => one.address !== form.dataset.late);
      const safe = keep([...others, { address: form.dataset.late, fields, since: Date.now() }]);
      say(safe ? box.dataset.kept : box.dataset.lost, safe ? "wait" : "stop");
      box.scrollIntoView({ block: "nearest" });
      sendAll();
    }
  }

  document.addEventListener("submit", submitted);
  for (const renewed of ["live:swapped", "live:unchanged"]) document.addEventListener(renewed, noteSlips);
  window.addEventListener("online", sendAll);
  setInterval(sendAll, 15000);
  noteSlips();
  if (kept().length) say(box.dataset.kept, "wait");
  sendAll();
})();
