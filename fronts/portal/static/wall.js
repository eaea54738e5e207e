/* The wall, live: parts of the page arrive as they change; charts are drawn from the tables beside them. */
(function () {
  "use strict";
  var state = document.getElementById("state");
  var style = getComputedStyle(document.documentElement);
  function colour(name) { return style.getPropertyValue(name).trim(); }
  var still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  var charts = {};

  function rows(holder) {
    return Array.from(holder.querySelectorAll("tbody tr")).map(function (row) {
      return Array.from(row.children).map(function (cell) { return cell.textContent; });
    });
  }
  function column(found, n) { return found.map(function (row) { return Number(row[n]); }); }

  function option(found) {
    var names = found.map(function (row) { return row[0]; });
    var text = { color: colour("--quiet"), fontSize: 13 };
    var line = { lineStyle: { color: colour("--line") } };
    function one(name, n, tint) {
      return { name: name, type: "line", data: column(found, n), color: colour(tint), symbolSize: 5, lineStyle: { width: 2, type: n === 1 ? "solid" : "dashed" } };
    }
    return {
      animation: !still, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 4, right: 8, top: 10, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: names, axisLabel: text, axisLine: line },
      yAxis: { type: "value", minInterval: 1, axisLabel: text, splitLine: line },
      series: [one("受理", 1, "--one"), one("回复", 2, "--two")]
    };
  }

  function draw(part) {
    var place = part.querySelector("[data-chart]");
    if (!place || !window.echarts) return;
    var kept = charts[part.id];
    if (kept) {
      place.replaceWith(kept.place);
    } else {
      place.classList.add("drawn");
      kept = charts[part.id] = { place: place, chart: window.echarts.init(place, null, { renderer: "canvas" }) };
    }
    kept.chart.setOption(option(rows(part)));
  }

  function now(word) {
    if (state.dataset.now === word) return;
    state.dataset.now = word;
    state.textContent = state.dataset[word];
  }

  draw(document.getElementById("days"));
  addEventListener("resize", function () {
    Object.keys(charts).forEach(function (id) { charts[id].chart.resize(); });
  });

  var heard = 0, source = "live", stream = null;
  function listen() {
    stream = new EventSource("/wall/stream");
    stream.addEventListener("parts", function (event) {
      heard = Date.now();
      var parts = JSON.parse(event.data);
      Object.keys(parts).forEach(function (id) {
        if (id === "source") { source = parts[id] === "away" ? "away" : "live"; return; }
        var part = document.getElementById(id);
        if (!part) return;
        part.innerHTML = parts[id];
        draw(part);
      });
      now(source);
    });
    stream.addEventListener("error", function () { now("lost"); });
  }
  listen();
  // A browser gives up on a stream that was refused once, and does not notice one that fell silent.
  setInterval(function () {
    if (stream.readyState === EventSource.CLOSED || Date.now() - heard > 30000) {
      now("lost");
      stream.close();
      heard = Date.now();
      listen();
    }
  }, 5000);
})();
