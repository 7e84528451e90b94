/* Keeps one page: help right now. Nothing about anybody is ever kept. */
const KEPT = [{% for address in kept %}"{{ address }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const NAME = "help-now";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const kept = address.origin === location.origin && KEPT.includes(address.pathname);
  if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(fetch(event.request).catch(() => caches.match("{{ page }}")));
  } else if (kept) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});
