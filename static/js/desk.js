// The circulation desk: a scanner ends each number in Enter. A form goes out once, and the cursor waits where the next number belongs.
(() => {
  const form = document.getElementById("counter");
  if (!form) return;
  const card = form.elements.card_number;
  const barcodes = form.elements.barcodes;
  const wanted = () => (form.elements.act.value !== "check_in" && !card.value.trim() ? card : barcodes);
  const wait = (field) => { field.focus(); field.select(); };

  let sent = false;
  document.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });

  form.querySelector(".counter-acts").addEventListener("change", () => wait(wanted()));
  // What is typed while the cursor is nowhere comes from the scanner.
  document.addEventListener("keydown", (event) => {
    const nowhere = document.activeElement === document.body || document.activeElement === null;
    if (nowhere && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) wanted().focus();
  });
})();
