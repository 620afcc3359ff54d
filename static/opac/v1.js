// Bookrelay in a library's own catalogue, version 1: says beside a book how many readers would pass it on.
// Where it looks and how to put it in: docs/opac.md. No cookie, no name, no address of the page goes out.
(() => {
  "use strict";
  const me = document.currentScript;
  const home = new URL(me.dataset.service || me.src, location).origin;
  const KINDS = me.dataset.find ? [me.dataset.find] : ["[data-isbn]", ".Z3988", "[itemprop=isbn], [property=isbn]"];
  const MOST = 50;
  const zh = /^zh/i.test(document.documentElement.lang);
  const seen = new WeakSet();
  let timer;

  function isbns(el) {
    const text = el.matches(".Z3988")
      ? new URLSearchParams(el.title).getAll("rft.isbn").join("\n")
      : el.dataset.isbn || el.content || el.textContent;
    return (text.match(/\b(?:97[89][- ]?)?(?:\d[- ]?){9}[\dX]\b/gi) || []).slice(0, 5);
  }

  function look() {
    const kind = KINDS.find((one) => document.querySelector(one));
    const found = kind ? [...document.querySelectorAll(kind)].filter((el) => !seen.has(el) && seen.add(el)) : [];
    const places = new Map(found.map((el) => [el, isbns(el)]));
    const all = [...new Set([...places.values()].flat())];
    for (let n = 0; n < all.length; n += MOST) ask(all.slice(n, n + MOST), places).catch(() => {});
  }

  async function ask(some, places) {
    const query = new URLSearchParams(some.map((number) => ["isbn", number]));
    const answer = await fetch(`${home}/api/v1/availability?${query}`, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (!answer.ok) return;
    const { items } = await answer.json();
    const had = new Map(items.filter((item) => item.readers > 0).map((item) => [item.isbn, item]));
    for (const [el, numbers] of places) {
      const number = numbers.find((one) => had.has(one));
      if (number && places.delete(el)) say(el, had.get(number));
    }
  }

  function say(el, { url, readers }) {
    const into = el.matches("[data-isbn]") ? el : el.parentNode;
    if (!/^https?:/.test(url) || [...into.children].some((one) => one.href === url)) return;
    const link = document.createElement("a");
    link.className = "bookrelay";
    link.lang = zh ? "zh-Hans" : "en";
    link.href = url;
    link.referrerPolicy = "no-referrer";
    link.textContent = zh
      ? `${readers} 位读者愿意转给您 · 去申请`
      : `${readers} reader${readers > 1 ? "s" : ""} would pass this on · ask`;
    if (into === el) el.append(link);
    else el.after(link);
  }

  function start() {
    look();
    const later = () => clearTimeout(timer) || (timer = setTimeout(look, 300));
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
