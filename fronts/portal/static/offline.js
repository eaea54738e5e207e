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

/* The form as it was kept, under this key. What it stands for: `away`, no form came; `unsent`, no answer came;
   `returned`, an answer to a form was gone back to, which no browser has any more. */
async function kept(key, what) {
  const page = await caches.match(FORM);
  if (!page) return Response.error();
  const text = (await page.text())
    .replace(/(name="key" value=")[^"]*/, (_, before) => before + key)
    .replace(" data-draft>", ` data-draft data-${what}>`);
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
  } catch (_) { return kept(fresh(), "away"); }
}

async function key(request) {
  const given = String((await request.formData()).get("key") || "");
  return /^[0-9a-f]{32}$/.test(given) ? given : fresh();
}

/* Whether a post without an answer was taken in nobody knows: under its own key a repeat is harmless. */
async function send(request) {
  const copy = request.clone();
  // Who goes back to an answer sends nothing: the browser asks for what it has kept, and that is none of the network's.
  if (request.cache === "only-if-cached") return kept(await key(copy), "returned");
  try { return await fetch(request); } catch (_) { return kept(await key(copy), "unsent"); }
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
