// An import is looked at first and sent again: only the report is replaced, so the chosen file stays chosen.
(() => {
  const form = document.getElementById("import");
  if (!form || !window.fetch) return;
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const body = new FormData(form);
    body.append(button.name, button.value);
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const report = document.getElementById("import-report");
      const fresh = page.getElementById("import-report");
      if (fresh) report.replaceChildren(...fresh.childNodes);
      else report.replaceChildren(page.querySelector("h1, main, body").textContent.trim());
      report.focus();
    } finally {
      button.disabled = false;
      form.removeAttribute("aria-busy");
    }
  });
})();
