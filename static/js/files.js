// The browser's own file field speaks the browser's language and has a button of 30 px: here is one that looks and speaks like
// the page. The field itself lies over it, so that click, keyboard, drop and label stay what they are.
(() => {
  const { choose, none } = document.currentScript.dataset;

  function told(input, names) {
    names.textContent = [...input.files].map((file) => file.name).join(", ") || none;
  }

  function dress(input) {
    const box = document.createElement("span");
    const [button, names] = ["button button-plain", "file-names"].map((name) => {
      const part = document.createElement("span");
      part.className = name;
      return part;
    });
    box.className = "file-box";
    box.setAttribute("aria-hidden", "true");
    button.textContent = choose;
    input.after(box);
    box.append(button, names);
    input.classList.add("file-over");
    input.parentElement.classList.add("file-here");
    input.addEventListener("change", () => told(input, names));
    told(input, names);
  }

  const dressAll = (root) => root.querySelectorAll(":is(.main, .desk) input[type=file]:not(.file-over)").forEach(dress);
  dressAll(document);
  document.addEventListener("htmx:afterSettle", (event) => dressAll(event.target));
})();
