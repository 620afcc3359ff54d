"""What a push service does, done by Chromium's own developer tools: a message for the worker that the page has registered."""

import json
from typing import Any

from playwright.sync_api import Page, Worker, expect

REGISTER = """async () => {
  const form = document.querySelector("form[data-push]");
  const made = await navigator.serviceWorker.register(form.dataset.worker);
  const worker = made.active || made.waiting || made.installing;
  if (worker.state !== "activated")
    await new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
  return made.scope;
}"""
SHOWN = """async (scope) => (await (await navigator.serviceWorker.getRegistration(scope)).getNotifications())
  .map(({ title, body, tag, data }) => ({ title, body, tag, url: data }))"""
CLICK = """async () => {
  const opened = [];
  self.clients.openWindow = async (page) => { opened.push(page); };  // a real one needs a real finger
  const [shown] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification: shown }));
  return { opened, left: (await self.registration.getNotifications()).length };
}"""


class Phone:
    """On the page of the channels, with its worker."""

    def __init__(self, page: Page) -> None:
        page.context.grant_permissions(["notifications"])
        page.goto("/me/channels/")
        expect(page.locator("form[data-push]")).to_be_attached()
        self.page, self.known = page, list[dict[str, Any]]()
        self.tools = page.context.new_cdp_session(page)
        self.tools.on("ServiceWorker.workerRegistrationUpdated", lambda news: self.known.extend(news["registrations"]))
        self.tools.send("ServiceWorker.enable")
        self.scope = page.evaluate(REGISTER)

    @property
    def worker(self) -> Worker:
        return self.page.context.service_workers[-1]

    def receives(self, said: dict[str, str]) -> list[dict[str, str]]:
        """What it shows then."""
        number = next(one["registrationId"] for one in reversed(self.known) if one["scopeURL"] == self.scope)
        origin = self.page.evaluate("location.origin")
        self.tools.send(
            "ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": number, "data": json.dumps(said)}
        )
        for _try in range(100):
            if shown := self.page.evaluate(SHOWN, self.scope):
                return list(shown)
            self.page.wait_for_timeout(50)
        raise AssertionError("nothing was shown")

    def touched(self) -> dict[str, Any]:
        """Where the touch on what is shown leads, and how much is shown afterwards."""
        return dict(self.worker.evaluate(CLICK))
