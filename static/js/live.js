// The server says only that something changed; this page then reads its own address once and swaps the regions marked
// data-live (each with an id) that differ. What the reader types, has open or has the focus in stays.
(() => {
  const url = document.body.dataset.liveUrl;
  if (!url) return;
  const SOON = 150;
  let source, tries = 0, missed = false, timer, running = false, again = false, waiting = false;

  function connect() {
    if (source || document.hidden) return;
    source = new EventSource(url);
    source.addEventListener("open", () => { if (missed) hint(); missed = false; tries = 0; });
    source.addEventListener("changed", hint);
    source.addEventListener("error", () => {
      missed = true;
      if (source && source.readyState === EventSource.CLOSED) {
        disconnect();
        setTimeout(connect, (Math.min(60, 2 ** tries++) + Math.random()) * 1000);
      }
    });
  }

  // A browser allows six streams a host over HTTP/1.1, so only the tab that is looked at holds one.
  function disconnect() {
    if (source) source.close();
    source = undefined;
    missed = true;
  }

  function hint() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      document.body.dispatchEvent(new CustomEvent("live"));
      refresh();
    }, SOON);
  }

  async function refresh() {
    if (running) { again = true; return; }
    const regions = [...document.querySelectorAll("[data-live][id]")];
    if (!regions.length) return;
    running = true;
    waiting = false;
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "error", cache: "no-store" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const region of regions) swap(region, page.getElementById(region.id));
      }
    } catch {
      missed = true;
    } finally {
      running = false;
      if (again) { again = false; hint(); }
    }
  }

  function swap(region, fresh) {
    if (!fresh || !region.isConnected) return;
    if (bare(region).isEqualNode(bare(fresh))) { renewSlips(region, fresh); return; }
    if (inUse(region)) { waiting = true; return; }
    if (region.getAttribute("role") === "log") append(region, fresh);
    else replace(region, fresh);
    htmx.process(region);
    region.dispatchEvent(new CustomEvent("live:swapped", { bubbles: true }));
  }

  // Tokens against forgery are masked anew for each answer and slips signed anew; our own marks are not the server's.
  function bare(region) {
    const copy = region.cloneNode(true);
    copy.removeAttribute("data-fresh");
    for (const token of copy.querySelectorAll("[name=csrfmiddlewaretoken]")) token.remove();
    for (const form of copy.querySelectorAll("[data-slip]")) form.removeAttribute("data-slip");
    for (const marked of copy.querySelectorAll("[data-fresh]")) marked.removeAttribute("data-fresh");
    return copy;
  }

  // What is typed without network counts by the newest slip (js/late_codes.js), though nothing else has changed.
  function renewSlips(region, fresh) {
    const forms = [...region.querySelectorAll("[data-slip]")];
    if (!forms.length) return;
    fresh.querySelectorAll("[data-slip]").forEach((form, i) => { forms[i].dataset.slip = form.dataset.slip; });
    region.dispatchEvent(new CustomEvent("live:unchanged", { bubbles: true }));
  }

  function inUse(region) {
    if (region.querySelector("dialog[open], [data-invalid], .errors, [aria-busy=true]")) return true;
    const fields = [...region.querySelectorAll("input:not([type=hidden]), textarea, select")];
    return fields.some((field) => field === document.activeElement || touched(field));
  }

  function touched(field) {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.localName !== "select") return field.value !== field.defaultValue;
    return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  }

  function replace(region, fresh) {
    const refocus = keepFocus(region);
    const opened = [...region.querySelectorAll("details")].map((part) => part.open);
    for (const { name } of [...region.attributes]) if (!fresh.hasAttribute(name)) region.removeAttribute(name);
    for (const { name, value } of fresh.attributes) region.setAttribute(name, value);
    region.replaceChildren(...fresh.childNodes);
    [...region.querySelectorAll("details")].forEach((part, i) => { part.open = part.open || Boolean(opened[i]); });
    region.dataset.fresh = "";
    setTimeout(() => region.removeAttribute("data-fresh"), 300);
    refocus();
  }

  // A log says only what is new to it.
  function append(region, fresh) {
    for (const old of [...region.children]) if (old.id && !fresh.querySelector(`#${CSS.escape(old.id)}`)) old.remove();
    for (const part of [...fresh.children]) if (!document.getElementById(part.id)) region.append(part);
  }

  function keepFocus(region) {
    const held = document.activeElement;
    if (!held || held === region || !region.contains(held)) return () => {};
    const names = held.id ? ["id"] : ["href", "formaction", "name", "value"].filter((name) => held.hasAttribute(name));
    const same = names.map((name) => `[${name}="${CSS.escape(held.getAttribute(name))}"]`).join("");
    return () => {
      const found = same && region.querySelector(held.localName + same);
      if (!found) region.tabIndex = -1;
      (found || region).focus({ preventScroll: true });
    };
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  document.addEventListener("focusout", () => { if (waiting) hint(); });
  document.addEventListener("stale", hint);
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", connect);
  connect();
})();
