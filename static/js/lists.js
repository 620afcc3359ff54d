// On a phone a row of a list is a card (admin.css): each cell is told the name of its column. Without this script lists scroll.
(() => {
  const nameOf = (head) => (head.querySelector("a") ?? head).textContent.trim().replace(/\s+/g, " ");
  const saysNothing = (cell) => !cell.textContent.trim() && !cell.querySelector("svg, img, input, a");

  function name(table) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    const rows = [...(table.tBodies[0]?.rows ?? [])];
    if (!heads.length || rows.some((row) => row.cells.length !== heads.length)) return;
    const names = heads.map(nameOf);
    for (const row of rows) {
      [...row.cells].forEach((cell, place) => {
        cell.dataset.label = names[place];
        cell.classList.toggle("is-empty", saysNothing(cell));
      });
    }
    table.classList.add("is-cards");
  }

  const nameAll = () => document.querySelectorAll("table.listing").forEach(name);
  nameAll();
  document.addEventListener("w-swap:success", nameAll); // searched, filtered or turned over
})();
