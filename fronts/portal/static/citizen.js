/* What a browser with scripts adds to posting: a live counter, a draft that stays on this device, a form that opens
   without a network (offline.js), printing.
   Everything here can be missing. */
(function () {
  "use strict";
  var KEY = "wenzheng-draft";
  var SENT = "wenzheng-sent"; // the number of the post that was sent last in this tab
  var FIELDS = ["title", "text", "area", "place"]; // no contact: the device may not be one's own
  // For as long as an answer is awaited, in this tab alone: how to reach somebody, and where that may be.
  var CONTACT = ["phone", "name", "mail", "street_address", "longitude", "latitude", "datum"];
  var CHOICES = ["private", "hide_name"]; // or a post would be public that was not meant to be
  var DAYS = 7;
  var PROBE = 4000; // milliseconds between two looks whether what was not sent can be

  function count() {
    document.querySelectorAll("[data-count]").forEach(function (field) {
      var line = document.getElementById(field.dataset.count);
      var limit = Number(line.dataset.limit);
      var spoken = document.createElement("span");
      spoken.className = "unseen";
      spoken.setAttribute("aria-live", "polite");
      line.after(spoken);
      var waiting = 0;
      function show() {
        var typed = Array.from(field.value).length;
        var text = "已写 " + typed + " 字,还可写 " + (limit - typed) + " 字";
        line.textContent = text;
        clearTimeout(waiting);
        waiting = setTimeout(function () { spoken.textContent = limit - typed < 500 ? text : ""; }, 1500);
      }
      field.addEventListener("input", show);
      show();
    });
  }

  function read() {
    try {
      var kept = JSON.parse(localStorage.getItem(KEY) || "null");
      return kept && Date.now() - kept.at < DAYS * 864e5 ? kept : null;
    } catch (_) { return null; }
  }
  function write(kept) {
    try {
      if (kept) localStorage.setItem(KEY, JSON.stringify(kept)); else localStorage.removeItem(KEY);
      return true;
    } catch (_) { return false; }
  }

  /* Takes the contact of a post that is being sent, or gives it back. */
  function awaited(contact) {
    try {
      var found = JSON.parse(sessionStorage.getItem(KEY) || "null");
      if (contact) sessionStorage.setItem(KEY, JSON.stringify(contact)); else sessionStorage.removeItem(KEY);
      return found;
    } catch (_) { return null; }
  }

  function draft(form) {
    var note = document.querySelector("[data-draft-note]");
    var asking = 0; // the timer, while something waits to be sent
    var contact = awaited(null) || {};
    function say(text, forget) {
      note.textContent = text;
      note.hidden = false;
      if (!forget) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = "清除草稿";
      button.addEventListener("click", function () {
        write(null);
        FIELDS.forEach(function (name) { form.elements[name].value = ""; });
        CHOICES.forEach(function (name) { form.elements[name].checked = false; });
        form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
        note.hidden = true;
        form.elements.title.focus();
      });
      note.append(" ", button);
    }
    var kept = read();
    var empty = !form.elements.title.value && !form.elements.text.value;
    if (kept && empty) {
      FIELDS.forEach(function (name) { if (kept[name]) form.elements[name].value = kept[name]; });
      CHOICES.forEach(function (name) { form.elements[name].checked = Boolean(kept[name]); });
      var kind = form.querySelector('[name=kind][value="' + CSS.escape(kept.kind || "") + '"]');
      if (kind && !new URLSearchParams(location.search).has("kind")) kind.checked = true;
      say("已恢复上次没有提交的草稿。草稿只保存在这台设备上。", true);
    }
    if ("unsent" in form.dataset) {
      CONTACT.forEach(function (name) { if (contact[name]) form.elements[name].value = contact[name]; });
      if (contact.longitude || contact.street_address) form.querySelector("details.point").open = true;
      wait("刚才没有网络,没有收到回执。");
    } else if ("away" in form.dataset) {
      say("现在没有网络,可以先写好:草稿保存在这台设备上,联网后再提交。联系方式要在提交前填写。", false);
    }
    form.addEventListener("input", function () {
      var now = { at: Date.now(), kind: (form.querySelector("[name=kind]:checked") || {}).value };
      FIELDS.forEach(function (name) { now[name] = form.elements[name].value; });
      CHOICES.forEach(function (name) { now[name] = form.elements[name].checked; });
      write(now.title || now.text ? now : null);
    });
    form.addEventListener("submit", function (event) {
      if (navigator.onLine) {
        var given = {};
        CONTACT.forEach(function (name) { given[name] = form.elements[name].value; });
        awaited(given);
        return;
      }
      event.preventDefault();
      wait("现在没有网络,没有提交。");
    });
    /* It is sent when the network is back, while the person looks on: the receipt must be seen. */
    function wait(what) {
      rest();
      say(what + "草稿已保存在这台设备上;不要关闭本页,联网后自动提交,也可以到时再点提交。", false);
      note.setAttribute("role", "alert");
      note.scrollIntoView();
      var button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = "不要自动提交";
      button.addEventListener("click", function () {
        rest();
        say("没有提交。草稿已保存在这台设备上,联网后再点提交。", false);
      });
      note.append(" ", button);
      addEventListener("online", probe);
      asking = setInterval(probe, PROBE);
    }
    function rest() {
      removeEventListener("online", probe);
      clearInterval(asking);
      asking = 0;
    }
    /* That there is a network does not mean that it leads here. */
    function probe() {
      if (!navigator.onLine) return;
      fetch("/healthz", { cache: "no-store" }).then(function (answer) {
        if (!answer.ok || !asking) return;
        rest();
        say("网络已恢复,正在提交。", false);
        var sure = document.createElement("input"); // nothing is offered any more to who has sent it already
        sure.type = "hidden"; sure.name = "send"; sure.value = "1";
        form.append(sure);
        form.requestSubmit();
      }).catch(function () { /* not yet */ });
    }
  }

  /* The place of this device, when asked for: into the fields, where it can be seen and changed before anything is sent. */
  function locate(button) {
    var told = document.getElementById(button.dataset.locate);
    button.hidden = false;
    button.addEventListener("click", function () {
      told.textContent = "正在取得位置……";
      navigator.geolocation.getCurrentPosition(function (found) {
        var fields = button.form.elements;
        fields.longitude.value = found.coords.longitude.toFixed(6);
        fields.latitude.value = found.coords.latitude.toFixed(6);
        fields.datum.value = "wgs84";
        told.textContent = "已填入,误差约 " + Math.ceil(found.coords.accuracy) + " 米;不对的可以改,不要的请清空。";
      }, function (failure) {
        var why = failure.code === failure.PERMISSION_DENIED ? "没有得到定位许可" : "没有取得位置";
        told.textContent = why + ";可以自己填写,或者用文字写地点。";
      }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    });
  }

  document.querySelectorAll("form[data-draft]").forEach(draft);
  if ("geolocation" in navigator && isSecureContext) document.querySelectorAll("[data-locate]").forEach(locate);
  count();
  if ("serviceWorker" in navigator && document.querySelector("form[data-draft]")) {
    navigator.serviceWorker.register("/offline.js", { scope: "/post" }).catch(function () { /* no offline form, then */ });
  }
  /* What was sent is no draft any more; a receipt that is gone back to leaves alone what was begun since. */
  var sent = document.querySelector("[data-sent]");
  if (sent) {
    try {
      if (sessionStorage.getItem(SENT) !== sent.dataset.sent) { write(null); awaited(null); }
      sessionStorage.setItem(SENT, sent.dataset.sent);
    } catch (_) { write(null); awaited(null); }
  }
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
