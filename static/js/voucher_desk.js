// The voucher desk: what the camera reads goes out like what is typed. The voucher that still lies before the camera when the
// page has come back is not sent a second time by that.
const STILL_THERE = 10000; // ms
const form = document.getElementById("voucher-desk");

function isThereStill(code) {
  try {
    const last = JSON.parse(sessionStorage.getItem("voucher desk") || "{}");
    return last.code === code && Date.now() - last.at < STILL_THERE;
  } catch {
    return false;
  }
}

function remember(code) {
  try { sessionStorage.setItem("voucher desk", JSON.stringify({ code, at: Date.now() })); } catch { /* then it is refused politely */ }
}

let sent = false;
document.addEventListener("scanner:read", ({ detail: { value } }) => {
  const again = isThereStill(value);
  remember(value);
  if (sent || again) return;
  sent = true;
  form.elements.code.value = value;
  form.insertAdjacentHTML("beforeend", '<input type="hidden" name="camera" value="1">');
  form.requestSubmit();
});
