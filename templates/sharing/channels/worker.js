// Shows what was pushed, and opens its page. It keeps nothing and answers for no page.
self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : null;
  if (!said) return;
  event.waitUntil(self.registration.showNotification(said.title, { body: said.body, tag: said.tag, data: said.url }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const page = new URL(event.notification.data || "/", self.location.origin);
  if (page.origin !== self.location.origin) return;
  event.waitUntil(self.clients.openWindow(page.href));
});
