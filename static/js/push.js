// Names this device for push messages: asks the reader, then the browser, and sends what it says as a form.
(() => {
  const form = document.querySelector("form[data-push]");
  if (!form) return;
  const part = (name) => form.querySelector(`[data-${name}]`);
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    part("unable").hidden = false;
    return;
  }
  const button = part("ask");
  button.hidden = false;

  const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function subscription() {
    const worker = await navigator.serviceWorker.register(form.dataset.worker);
    const before = await worker.pushManager.getSubscription();
    if (before) await before.unsubscribe(); // it may be of somebody who was here before, or of an older key
    await ready(worker);
    return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: octets(form.dataset.push) });
  }

  function ready(worker) {
    if (worker.active) return Promise.resolve();
    const coming = worker.installing || worker.waiting;
    return new Promise((done) => coming.addEventListener("statechange", () => coming.state === "activated" && done()));
  }

  button.addEventListener("click", async () => {
    if ((await Notification.requestPermission()) !== "granted") {
      part("denied").hidden = false;
      return;
    }
    try {
      const found = await subscription();
      form.elements.endpoint.value = found.endpoint;
      form.elements.key.value = text(found.getKey("p256dh"));
      form.elements.secret.value = text(found.getKey("auth"));
      form.submit();
    } catch {
      part("failed").hidden = false;
    }
  });
})();
