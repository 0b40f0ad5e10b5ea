"use strict";
// Redraws curves that the report already shows: another epoch axis, smoothing, values at a point.
for (const figure of document.querySelectorAll(".chart")) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const [left, right, bottom, top] = data.frame;
  const [low, high, logValues] = data.y;
  const svg = figure.querySelector(".scroll svg");
  const paths = svg.querySelectorAll(".curve");
  const bands = svg.querySelectorAll(".band");
  const outputs = figure.querySelectorAll("output");
  const log = figure.querySelector(".log");
  const smooth = figure.querySelector(".smooth");
  const first = data.first || 0;
  const share = (v, a, b, f) => (f(b) > f(a) ? (f(v) - f(a)) / (f(b) - f(a)) : 0.5);
  const x = (v) => left + share(v, first, data.last, log.checked ? Math.log1p : Number) * (right - left);
  const y = (v) => bottom + share(v, low, high, logValues ? Math.log : Number) * (top - bottom);

  // An exponential mean with bias correction that starts anew after a gap, per epoch passed.
  const smoothed = (points, weight) => {
    let mean = 0, mass = 0, before = null;
    return points.map(([epoch, value]) => {
      if (value === null) { mean = mass = 0; before = null; return [epoch, null]; }
      const keep = before === null ? 0 : Math.pow(weight, epoch - before);
      mean = keep * mean + (1 - weight) * value;
      mass = keep * mass + (1 - weight);
      before = epoch;
      return [epoch, mean / mass];
    });
  };

  const ticks = () => {
    const found = [];
    if (log.checked) {
      for (let e = 1; e <= data.last; e *= 10) found.push(e, 2 * e, 5 * e);
      return [0, ...found].filter((e) => e >= first && e <= data.last);
    }
    let step = Math.pow(10, Math.floor(Math.log10(data.last / 6)));
    step = Math.max(1, [1, 2, 5, 10, 20].map((m) => step * m).find((s) => data.last / s <= 6));
    for (let e = 0; e <= data.last; e += step) found.push(e);
    return found.filter((e) => e >= first);
  };

  let drawn = data.curves;
  const draw = () => {
    drawn = data.curves.map((points) => smoothed(points, Number(smooth.value)));
    drawn.forEach((points, i) => {
      const strokes = [[]];
      for (const [epoch, value] of points) {
        if (value !== null) strokes.at(-1).push(`${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`);
        else if (strokes.at(-1).length) strokes.push([]);
      }
      const path = strokes.filter((stroke) => stroke.length)
        .map((stroke) => (stroke.length === 1 ? `M${stroke[0]}m-2 0h4` : "M" + stroke.join("L")));
      paths[i].setAttribute("d", path.join(""));
    });
    // A band between two curves, as closed paths; only studies have them.
    (data.bands || []).forEach((edges, i) => {
      const [low, high] = edges.map((points) => smoothed(points, Number(smooth.value)));
      const at = ([epoch, value]) => `${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`;
      bands[i].setAttribute("d", "M" + [...high.map(at), ...low.reverse().map(at)].join("L") + "Z");
    });
    const group = svg.querySelector(".epochs");
    const sample = group.querySelector("text");
    if (sample) {
      group.replaceChildren(...ticks().map((epoch) => {
        const text = sample.cloneNode();
        text.setAttribute("x", x(epoch).toFixed(1));
        text.textContent = epoch.toLocaleString("en");
        return text;
      }));
    }
    const best = svg.querySelector(".best");
    if (best) {
      const at = x(data.best), flip = at > (left + right) / 2;
      best.setAttribute("transform", `translate(${at.toFixed(1)} 0)`);
      best.querySelector("text").setAttribute("x", flip ? -6 : 6);
      best.querySelector("text").setAttribute("text-anchor", flip ? "end" : "start");
    }
  };

  const cursor = document.createElementNS("http://www.w3.org/2000/svg", "path");
  cursor.setAttribute("class", "cursor");
  svg.append(cursor);
  svg.addEventListener("pointermove", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    let nearest = null;
    drawn.forEach((points, i) => {
      const known = points.filter((point) => point[1] !== null);
      const point = known.reduce((a, b) => (Math.abs(x(b[0]) - at.x) < Math.abs(x(a[0]) - at.x) ? b : a), known[0]);
      outputs[i].value = point ? point[1].toPrecision(3) : "";
      if (point && (nearest === null || Math.abs(x(point[0]) - at.x) < Math.abs(nearest - at.x))) nearest = x(point[0]);
    });
    if (nearest !== null) cursor.setAttribute("d", `M${nearest} ${top}V${bottom}`);
  });
  svg.addEventListener("pointerleave", () => {
    outputs.forEach((output) => { output.value = ""; });
    cursor.removeAttribute("d");
  });
  for (const arm of figure.querySelectorAll("input.arm")) {
    arm.hidden = false;
    arm.addEventListener("change", () => {
      for (const path of svg.querySelectorAll(`[data-arm="${arm.value}"]`)) path.classList.toggle("off", !arm.checked);
    });
  }
  log.addEventListener("change", draw);
  smooth.addEventListener("input", draw);
  figure.querySelector(".controls").hidden = false;
}
