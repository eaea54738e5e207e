/* What a browser with scripts adds to posting: a live counter, a draft that stays on this device, printing.
   Everything here can be missing. */
(function () {
  "use strict";
  var KEY = "wenzheng-draft";
  var FIELDS = ["title", "text", "area", "place"]; // no contact: the device may not be one's own
  var DAYS = 7;

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

  function draft(form) {
    var note = document.querySelector("[data-draft-note]");
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
      var kind = form.querySelector('[name=kind][value="' + CSS.escape(kept.kind || "") + '"]');
      if (kind && !new URLSearchParams(location.search).has("kind")) kind.checked = true;
      say("已恢复上次没有提交的草稿。草稿只保存在这台设备上。", true);
    }
    form.addEventListener("input", function () {
      var now = { at: Date.now(), kind: (form.querySelector("[name=kind]:checked") || {}).value };
      FIELDS.forEach(function (name) { now[name] = form.elements[name].value; });
      write(now.title || now.text ? now : null);
    });
    form.addEventListener("submit", function (event) {
      if (navigator.onLine) return;
      event.preventDefault();
      say("现在没有网络,没有提交。草稿已保存在这台设备上,联网后再点提交。", false);
      note.setAttribute("role", "alert");
      note.scrollIntoView();
    });
  }

  document.querySelectorAll("form[data-draft]").forEach(draft);
  count();
  if (document.querySelector("[data-sent]")) write(null);
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
