// The search field offers books while someone types (ARIA's combobox with a list): arrows choose, Enter opens, Escape shuts.
(() => {
  const field = document.querySelector(".seek [role=combobox]");
  const list = field && document.getElementById(field.getAttribute("aria-controls"));
  if (!list) return;
  const options = () => [...list.querySelectorAll("[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
    if (option) option.scrollIntoView({ block: "nearest" });
  }

  function show(open) {
    list.hidden = !open;
    field.setAttribute("aria-expanded", String(open));
    if (!open) choose(undefined);
  }

  function step(by) {
    const all = options();
    const place = all.indexOf(chosen()) + by; // -1 is the field itself, where the words stand
    if (list.hidden) return show(all.length > 0);
    choose(all[place < -1 ? all.length - 1 : place]);
  }

  list.addEventListener("htmx:afterSwap", () => {
    choose(undefined);
    show(options().length > 0 && document.activeElement === field);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : chosen() ? -1 : -2);
    else if (event.key === "Escape" && !list.hidden) show(false);
    else if (event.key === "Enter" && chosen()) location.assign(chosen().dataset.url);
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => show(false));
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus until the click
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
})();
