// The curators' queue by keyboard: J and K walk through the rows, any other key presses the button of the row that carries it.
(() => {
  const rows = [...document.querySelectorAll("[data-queue] [data-row]")];
  const keys = document.querySelector(".queue-keys");
  const place = `queue:${location.pathname}`;
  let at = Math.min(Number(sessionStorage.getItem(place)) || 0, rows.length - 1);

  const show = (number) => {
    if (!rows[number]) return;
    rows[at]?.removeAttribute("aria-current");
    at = number;
    rows[at].setAttribute("aria-current", "true");
    sessionStorage.setItem(place, String(at));
  };
  const walk = (number) => { show(number); rows[at]?.focus(); rows[at]?.scrollIntoView({ block: "nearest" }); };

  document.querySelector(".queue-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  rows.forEach((row, number) => row.addEventListener("focusin", () => show(number)));
  show(at);

  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest?.("input, textarea, select, [contenteditable], [role=dialog]");
    if (writes || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = event.key.toLowerCase();
    const button = rows[at]?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (key === "j") walk(at + 1);
    else if (key === "k") walk(at - 1);
    else if (key === "?" && keys) keys.open = !keys.open;
    else if (button) button.click();
    else return;
    event.preventDefault();
  });

  // One decision a press: a second one while the first is on its way would meet the next row.
  let sent = false;
  document.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
})();
