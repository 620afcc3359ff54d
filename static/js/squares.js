// The camera on the page where a handover is confirmed: it follows our own squares and nothing else.
const OURS = ["/scan/", "/pass-on/"];
const heard = document.querySelector("[data-square]");

function ours(text) {
  try {
    const { protocol, pathname, searchParams } = new URL(text);
    const code = searchParams.get("code");
    return /^https?:$/.test(protocol) && OURS.includes(pathname) && code ? `${pathname}?code=${encodeURIComponent(code)}` : "";
  } catch {
    return "";
  }
}

// Without network the square waits in the form of its handover, which keeps it on this phone (js/late_codes.js).
async function hasNetwork() {
  try {
    return navigator.onLine && (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) })).ok;
  } catch {
    return false;
  }
}

function keep(address) {
  const code = new URL(address, location.href).searchParams.get("code");
  const form = document.querySelector(`form[data-late][data-handover="${CSS.escape(code.split(".")[0])}"]`);
  if (!form) return false;
  form.querySelector("[name=code]").value = code;
  form.querySelector("button").focus();
  heard.textContent = heard.dataset.waits;
  return true;
}

document.querySelector("[data-scanner]").addEventListener("scanner:read", async ({ detail }) => {
  const address = ours(detail.value);
  if (!address) heard.textContent = heard.dataset.strange;
  else if (await hasNetwork() || !keep(address)) location.assign(address); // always on this host, whatever host the square names
});
