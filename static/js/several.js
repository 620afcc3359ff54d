// The list of books that are to be listed together: a row for each code read and each line typed, fetched one after another.
const form = document.getElementById("several");
const field = form.querySelector("[name=lines]");
const list = form.querySelector("[data-list]");
const heard = form.querySelector("[data-heard]");
const kept = `several of ${form.dataset.reader}`;

let queue = Promise.resolve();

const rowOf = (key) => list.querySelector(`[data-book="${CSS.escape(key)}"]`);
const say = (words) => { heard.textContent = words; };

function count() {
  const rows = list.querySelectorAll("[data-book]");
  form.querySelector("[data-count]").textContent = rows.length;
  form.querySelector("[data-empty]").hidden = rows.length > 0;
  try {
    sessionStorage.setItem(kept, JSON.stringify([...rows].map((row) => row.dataset.book).filter((key) => /^\d+$/.test(key))));
  } catch { /* a browser that keeps nothing: the list is as long as the page */ }
}

function mark(row) {
  row.classList.add("is-new");
  setTimeout(() => row.classList.remove("is-new"), 1200);
}

async function fetched(line) {
  const chosen = [...list.querySelectorAll('[type=radio]:checked, [type=hidden][name^="edition-"]')].map((one) => ["taken", one.closest("[data-book]").dataset.book]);
  const answer = await fetch(`${form.dataset.lineUrl}?${new URLSearchParams([["line", line], ...chosen])}`);
  const words = await answer.text();
  if (answer.status === 422) return { wrong: words };
  if (!answer.ok || answer.redirected) return { wrong: form.dataset.noAnswer };
  const part = document.createElement("template");
  part.innerHTML = words;
  return { row: part.content.querySelector("[data-book]") };
}

async function add(line) { // what stands against it, or nothing
  const there = rowOf(line.replace(/[\s-]/g, ""));
  if (there) return twice(there);
  const full = list.querySelectorAll("[data-book]").length >= Number(form.dataset.most);
  const { row, wrong } = full ? { wrong: form.dataset.full } : await fetched(line).catch(() => ({ wrong: form.dataset.noAnswer }));
  if (!row) { say(wrong); return wrong; }
  if (rowOf(row.dataset.book)) return twice(rowOf(row.dataset.book));
  list.prepend(row);
  mark(row);
  say(row.dataset.says);
  count();
  return "";
}

function twice(row) {
  mark(row);
  say(form.dataset.twice);
  return "";
}

const inTurn = (line) => (queue = queue.then(() => add(line)));

async function addTyped() {
  const lines = [...new Set(field.value.split("\n").map((line) => line.trim()).filter(Boolean))];
  field.value = "";
  const left = new Map();
  for (const line of lines) {
    const wrong = await inTurn(line);
    if (wrong) left.set(line, wrong);
  }
  if (!left.size) return;
  field.value = [...left.keys(), field.value].filter(Boolean).join("\n");
  say([...new Set(left.values())].join(form.dataset.gap));
}

document.addEventListener("scanner:read", ({ detail: { value } }) => {
  if (/^97[89]\d{10}/.test(value)) inTurn(value.slice(0, 13));
  else say(form.dataset.noBook);
});

field.addEventListener("keydown", (event) => { // a scanner that types ends each number with Enter
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  addTyped();
});

form.addEventListener("submit", (event) => {
  const pressed = event.submitter;
  if (pressed && pressed.name === "out") {
    event.preventDefault();
    const row = rowOf(pressed.value);
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    (next ? next.querySelector("[name=out]") : field).focus();
    say(form.dataset.takenOut);
    count();
  } else if (!pressed || pressed.value === "read") {
    event.preventDefault();
    addTyped();
  } else {
    try { sessionStorage.removeItem(kept); } catch { /* nothing was kept */ }
  }
});

if (!list.querySelector("[data-book]")) { // a phone may have put the page away while the camera was open
  let earlier = [];
  try { earlier = JSON.parse(sessionStorage.getItem(kept) || "[]"); } catch { /* nothing was kept */ }
  earlier.reverse().forEach(inTurn);
}
