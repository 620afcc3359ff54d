// A pressed button says so itself, a form is sent once, a dialog opens where a link would go, errors take the focus.
(() => {
  const AGAIN = 10000;
  const sent = new Map();

  const byHtmx = (form) => form.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]");

  function press(form, button) {
    const before = button && { words: [...button.childNodes], width: button.style.inlineSize };
    if (button && button.matches(".button") && button.textContent.trim()) {
      button.style.inlineSize = `${button.getBoundingClientRect().width}px`;
      button.setAttribute("aria-busy", "true");
      button.replaceChildren(document.body.dataset.sending);
    }
    sent.set(form, () => {
      if (!button) return;
      button.removeAttribute("aria-busy");
      button.replaceChildren(...before.words);
      button.style.inlineSize = before.width;
      if (!before.width) button.removeAttribute("style"); // an empty one is an inline style to a strict policy once it is copied
    });
    setTimeout(() => release(form), AGAIN);
  }

  function release(form) {
    const undo = sent.get(form);
    sent.delete(form);
    if (undo) undo();
  }

  document.addEventListener("submit", (event) => {
    if (!sent.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented && !byHtmx(form)) return;
    if ((form.getAttribute("method") || "get").toLowerCase() !== "post" && !byHtmx(form)) return;
    setTimeout(() => { if (form.isConnected) press(form, event.submitter); });
  });
  document.addEventListener("htmx:afterRequest", (event) => release(event.target));
  window.addEventListener("pageshow", () => [...sent.keys()].forEach(release));

  // <a href="/…/cancel/" data-dialog="cancel">: the dialog of that id, or the page of that address without a script.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    const closer = event.target.closest("[data-close]");
    if (closer && closer.closest("dialog")) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
  });

  // `autofocus` alone does nothing on an address with a fragment, nor in a swapped part
  const focusErrors = (root) => {
    const errors = root.querySelector(".errors, [data-invalid] :is(input, textarea, select):not([type=hidden])");
    if (errors) errors.focus();
  };
  focusErrors(document);
  document.addEventListener("htmx:afterSettle", (event) => focusErrors(event.target));

  // Whoever has sent a message writes the next one: a tap on the arrow takes neither the focus nor a phone's keyboard away.
  document.addEventListener("mousedown", (event) => { if (event.target.closest(".say > .button")) event.preventDefault(); });
  document.addEventListener("htmx:afterSettle", (event) => {
    const field = event.detail.elt.querySelector(".say > [name=text]");
    if (field && event.detail.requestConfig.elt.matches(".say")) field.focus({ preventScroll: true });
  });

  document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });

  // A menu that lies over the page shuts with Escape, and when one goes elsewhere.
  const menu = () => document.querySelector("details.take[open]");
  document.addEventListener("keydown", ({ key }) => {
    const open = key === "Escape" && menu();
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  for (const name of ["pointerdown", "focusin"]) {
    document.addEventListener(name, ({ target }) => { if (menu() && !menu().contains(target)) menu().open = false; });
  }

  // Signed out meanwhile: the answer to a fragment request would be the sign-in page.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answered = new URL(event.detail.xhr.responseURL || location.href, location.href);
    if (answered.pathname !== document.body.dataset.signIn || answered.pathname === location.pathname) return;
    event.detail.shouldSwap = false;
    location.assign(`${answered.pathname}?next=${encodeURIComponent(location.pathname + location.search)}`);
  });
})();
