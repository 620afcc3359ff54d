// Toasts go after eight seconds, but not from under a finger or the focus; at once with Escape, and when what has the focus lies
// beneath; what failed is said in words.
(() => {
  const box = document.getElementById("messages");
  const STAY = 8000;

  function arm(toast) {
    let timer;
    const start = () => { timer = setTimeout(() => toast.remove(), STAY); };
    const stop = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, () => { stop(); start(); });
    start();
  }

  function armAll() {
    for (const toast of document.querySelectorAll("#messages .toast:not([data-armed])")) {
      toast.dataset.armed = "";
      arm(toast);
    }
  }

  const toasts = () => [...document.querySelectorAll("#messages .toast")];

  function hides(toast, element) {
    if (toast.contains(element) || element.contains(toast)) return false;
    const [over, under] = [toast.getBoundingClientRect(), element.getBoundingClientRect()];
    return under.bottom > over.top && under.top < over.bottom && under.right > over.left && under.left < over.right;
  }

  // The server's own sentence where the answer holds one, else ours.
  function sayFailed(answer) {
    const page = answer && new DOMParser().parseFromString(answer, "text/html");
    const said = page && page.querySelector("main [role=alert], body > [role=alert]");
    tell(said ? document.importNode(said, true) : document.getElementById("no-answer").content.cloneNode(true));
  }

  function tell(words) {
    box.replaceChildren(words);
    box.scrollIntoView({ block: "nearest" });
  }

  // Without network a browser would leave the page, and what was typed on it. Codes are kept (js/late_codes.js).
  function holdBack(event) {
    const form = event.target;
    if (navigator.onLine || form.matches("[data-slip]") || form.method !== "post") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell(document.getElementById("no-network").content.cloneNode(true));
    box.firstElementChild.classList.add("is-held");
  }

  function showNetwork() {
    document.querySelector("#offline > .offline").hidden = navigator.onLine;
    if (navigator.onLine) for (const held of box.querySelectorAll(".is-held")) held.remove();
  }

  if (!box) return;
  armAll();
  new MutationObserver(armAll).observe(box.parentNode, { childList: true, subtree: true });
  // A fragment that could not be fetched is no loss; what somebody sent is.
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => {
      if (detail.requestConfig.verb !== "get") sayFailed(detail.xhr && detail.xhr.responseText);
    });
  }
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && !document.querySelector("dialog[open]")) for (const toast of toasts()) toast.remove();
  });
  // The browser scrolls to what takes the focus, so where it lies is known a frame later.
  document.addEventListener("focusin", ({ target }) => requestAnimationFrame(() => {
    for (const toast of toasts()) if (target.matches(":focus-visible") && hides(toast, target)) toast.remove();
  }));
  document.addEventListener("submit", holdBack, true);
  for (const name of ["online", "offline"]) window.addEventListener(name, showNetwork);
  showNetwork();
})();
