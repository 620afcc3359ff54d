// A drop point's screen: the square that its camera reads goes out like six digits that are typed.
const form = document.getElementById("kiosk");
let sent = false;

document.addEventListener("scanner:read", ({ detail: { value } }) => {
  if (sent || !form) return;
  sent = true;
  form.elements.code.value = value;
  form.requestSubmit();
});
