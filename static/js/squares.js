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

document.querySelector("[data-scanner]").addEventListener("scanner:read", ({ detail }) => {
  const address = ours(detail.value);
  if (address) location.assign(address); // always on this host, whatever host the square names
  else heard.textContent = heard.dataset.strange;
});
