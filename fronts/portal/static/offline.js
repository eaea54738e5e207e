/* Opens the form for posts without a network. Kept on the device are the empty form and the files it needs, nothing
   that anybody wrote: a draft is the page's own business (citizen.js). */
"use strict";
const KEPT = "wenzheng-post";
const FORM = "/post";

function path(address) {
  const url = new URL(address);
  return url.pathname + url.search;
}

async function keep(page) {
  const needed = Array.from((await page.clone().text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g), (found) => found[1]);
  const cache = await caches.open(KEPT);
  const had = (await cache.keys()).map((request) => path(request.url));
  await cache.addAll(needed.filter((address) => !had.includes(address)));
  await cache.put(FORM, page);
  const old = had.filter((address) => address !== FORM && !needed.includes(address));
  await Promise.all(old.map((address) => cache.delete(address)));
}

/* The form as it was kept, under this key; `unsent`: it stands for an answer that did not come. */
async function kept(key, unsent) {
  const page = await caches.match(FORM);
  if (!page) return Response.error();
  const text = (await page.text())
    .replace(/(name="key" value=")[^"]*/, (_, before) => before + key)
    .replace(" data-draft>", unsent ? " data-draft data-unsent>" : " data-draft data-away>");
  return new Response(text, { headers: page.headers });
}

function fresh() {
  return crypto.randomUUID().replaceAll("-", "");
}

async function open(request, event) {
  try {
    const page = await fetch(request);
    if (page.ok && path(request.url) === FORM) event.waitUntil(keep(page.clone()).catch(() => undefined));
    return page;
  } catch (_) { return kept(fresh(), false); }
}

/* Whether a post without an answer was taken in nobody knows: under its own key a repeat is harmless. */
async function send(request) {
  const copy = request.clone();
  try { return await fetch(request); } catch (_) {
    const key = String((await copy.formData()).get("key") || "");
    return kept(/^[0-9a-f]{32}$/.test(key) ? key : fresh(), true);
  }
}

self.addEventListener("install", (event) => {
  event.waitUntil(fetch(FORM).then((page) => page.ok && keep(page)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === FORM) {
    event.respondWith(request.method === "POST" ? send(request) : open(request, event));
  } else if (request.method === "GET" && url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  }
});
