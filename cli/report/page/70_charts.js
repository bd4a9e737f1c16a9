// Charts in SVG, drawn once; a pointer or finger over one tells the values below it.

// Drawn for the width that there is, so that its texts are as large as others.
const FRAME = {width: innerWidth <= 640 ? 350 : 560, height: 230, left: 54, right: 10, top: 10, bottom: 26};

// Round steps over a range, about `wanted` of them.
function ticks(least, most, wanted) {
  const raw = (most - least || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw) || raw;
  const result = [];
  for (let at = Math.ceil(least / step) * step; at <= most + step * 1e-9; at += step) result.push(at);
  return result;
}

function frame(title, {yMax, yFormat, yMin = 0}, draw) {
  const inner = {width: FRAME.width - FRAME.left - FRAME.right, height: FRAME.height - FRAME.top - FRAME.bottom};
  const y = (value) => FRAME.top + inner.height * (1 - (value - yMin) / (yMax - yMin || 1));
  const canvas = svg('svg', {class: 'chart', viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, role: 'img', 'aria-label': title});
  for (const at of ticks(yMin, yMax, 4)) {
    canvas.append(svg('line', {class: 'grid', x1: FRAME.left, x2: FRAME.width - FRAME.right, y1: y(at), y2: y(at)}),
                  svg('text', {class: 'soft', x: FRAME.left - 6, y: y(at) + 4, 'text-anchor': 'end'}, yFormat(at)));
  }
  const legend = h('div', {class: 'legend'});
  draw({canvas, legend, y, x: (part) => FRAME.left + inner.width * part, inner});
  return h('figure', {}, h('figcaption', {}, title), canvas, legend);
}

// Calls `tell(part)` with where the pointer is, from 0 to 1, and `tell(null)` when it leaves.
function pointed(canvas, tell) {
  const move = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = (event.clientX - box.left) / box.width * FRAME.width;
    tell(Math.min(1, Math.max(0, (at - FRAME.left) / (FRAME.width - FRAME.left - FRAME.right))));
  };
  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerdown', move);
  canvas.addEventListener('pointerleave', () => tell(null));
}

// series: [{name, points: [[x, y]]}]; x in any unit, the same for all.
function lines(title, series, {xFormat, yFormat, yMin = 0, yTop}) {
  const all = series.flatMap((one) => one.points);
  const [first, last] = [Math.min(...all.map((p) => p[0])), Math.max(...all.map((p) => p[0]))];
  const most = yTop === undefined ? Math.max(...all.map((p) => p[1])) * 1.05 || 1 : yTop;
  return frame(title, {yMin, yMax: most, yFormat}, ({canvas, legend, x, y}) => {
    const place = (value) => x(last > first ? (value - first) / (last - first) : 0.5);
    for (const at of [0, 0.5, 1]) {
      const anchor = at === 0 ? 'start' : at === 1 ? 'end' : 'middle';
      canvas.append(svg('text', {class: 'soft', x: x(at), y: FRAME.height - 7, 'text-anchor': anchor}, xFormat(first + (last - first) * at)));
    }
    series.forEach((one, i) => {
      const d = one.points.map(([px, py], k) => `${k === 0 ? 'M' : 'L'}${place(px).toFixed(1)} ${y(py).toFixed(1)}`).join('');
      canvas.append(svg('path', {class: `series s${i % 6}`, d}));
      if (one.points.length < 40) for (const [px, py] of one.points) canvas.append(svg('circle', {class: `dot s${i % 6}`, cx: place(px), cy: y(py), r: 2.6}));
    });
    const cursor = svg('line', {class: 'cursor', y1: FRAME.top, y2: FRAME.height - FRAME.bottom, visibility: 'hidden'});
    canvas.append(cursor);
    const tell = (part) => {
      const at = part === null ? null : first + part * (last - first);
      const nearest = (one) => one.points.reduce((best, p) => (Math.abs(p[0] - at) < Math.abs(best[0] - at) ? p : best));
      cursor.setAttribute('visibility', part === null ? 'hidden' : 'visible');
      if (part !== null) for (const key of ['x1', 'x2']) cursor.setAttribute(key, place(nearest(series[0])[0]));
      legend.replaceChildren(...series.map((one, i) => h('span', {class: `s${i % 6}`}, h('b', {}, one.name, part === null ? '' : ` ${yFormat(nearest(one)[1])}`))),
                             part === null ? '' : h('span', {class: 'plain dim'}, xFormat(nearest(series[0])[0])));
    };
    tell(null);
    pointed(canvas, tell);
  });
}

// bars: [{value, label, tone, told}], one beside the other.
function bars(title, list, {yFormat}) {
  const most = Math.max(...list.map((bar) => bar.value)) * 1.05 || 1;
  return frame(title, {yMax: most, yFormat}, ({canvas, legend, x, y, inner}) => {
    const width = inner.width / list.length;
    list.forEach((bar, i) => {
      const top = y(bar.value);
      canvas.append(svg('rect', {class: `col ${bar.tone}`, x: x(i / list.length) + width * 0.1, width: Math.max(1, width * 0.8), y: top, height: Math.max(0, y(0) - top)}));
    });
    const step = Math.max(1, Math.ceil(list.length / 6));
    list.forEach((bar, i) => {
      if (i % step === 0) canvas.append(svg('text', {class: 'soft', x: x((i + 0.5) / list.length), y: FRAME.height - 7, 'text-anchor': 'middle'}, bar.label));
    });
    pointed(canvas, (part) => {
      const bar = part === null ? null : list[Math.min(list.length - 1, Math.floor(part * list.length))];
      legend.replaceChildren(bar ? h('span', {class: bar.tone}, h('b', {}, bar.told)) : '');
    });
  });
}
