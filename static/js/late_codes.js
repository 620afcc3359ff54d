// The taker's phone may have no network where the two meet: what was typed is kept here and sent as soon as there is one.
// A form with data-late names the address for it, data-slip the page's signed slip; how long after it the code was read is told
// in seconds, so that the phone's clock does not matter.
(() => {
  const KEY = "late codes";
  const PATIENCE = 8000; // ms for an answer
  const made = Date.now();
  const box = document.getElementById("late-codes");
  if (!box) return;

  function kept() {
    try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch { return []; }
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
        if (answer.status >= 500 || answer.type === "opaqueredirect") break; // signed out, or down: it stays here
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
    const typed = [...new FormData(form, event.submitter)].filter(([name]) => name !== "csrfmiddlewaretoken");
    const seconds = Math.max(0, Math.round((Date.now() - made) / 1000));
    try {
      if (form.elements.code?.value) throw new Error("read without network");
      const answer = await post(form.action, typed);
      if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
      location.assign(form.dataset.page);
    } catch {
      const fields = [...typed, ["slip", form.dataset.slip], ["seconds", String(seconds)]];
      const others = kept().filter((one) => one.address !== form.dataset.late);
      const safe = keep([...others, { address: form.dataset.late, fields }]);
      say(safe ? box.dataset.kept : box.dataset.lost, safe ? "wait" : "stop");
      box.scrollIntoView({ block: "nearest" });
      sendAll();
    }
  }

  document.addEventListener("submit", submitted);
  window.addEventListener("online", sendAll);
  setInterval(sendAll, 15000);
  if (kept().length) say(box.dataset.kept, "wait");
  sendAll();
})();
