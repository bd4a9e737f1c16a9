// The stages as a graph from left to right: a column for each step of the longest way there.

const BOX = {width: 176, height: 46, across: 54, down: 14};
const MOST_NODES = 400;

function rank(stages) {
  const index = new Map(stages.map((stage, i) => [stage.stage, i]));
  const needs = stages.map((stage) => stage.needs.map((name) => index.get(name)).filter((i) => i !== undefined));
  const ranks = new Array(stages.length).fill(-1);
  const visit = (i, depth) => {
    if (ranks[i] >= 0 || depth > stages.length) return Math.max(ranks[i], 0);
    ranks[i] = 0;
    for (const need of needs[i]) ranks[i] = Math.max(ranks[i], visit(need, depth + 1) + 1);
    return ranks[i];
  };
  stages.forEach((_, i) => visit(i, 0));
  return {needs, ranks};
}

// An edge that another way implies only hides what matters.
function reduced(needs, ranks) {
  const above = needs.map(() => null);
  const ancestors = (i) => {
    if (above[i]) return above[i];
    above[i] = new Set();
    for (const need of needs[i]) {
      above[i].add(need);
      for (const one of ancestors(need)) above[i].add(one);
    }
    return above[i];
  };
  const order = needs.map((_, i) => i).sort((a, b) => ranks[a] - ranks[b]);
  order.forEach(ancestors);
  return needs.map((list) => list.filter((need) => !list.some((other) => other !== need && above[other].has(need))));
}

function columns(edges, ranks) {
  const result = [];
  ranks.forEach((r, i) => (result[r] = result[r] || []).push(i));
  const place = new Map();
  const remember = () => result.forEach((column) => column.forEach((i, y) => place.set(i, y - column.length / 2)));
  remember();
  for (let sweep = 0; sweep < 3; ++sweep) {
    for (const column of result) {
      const centre = (i) => edges[i].length ? edges[i].reduce((sum, n) => sum + place.get(n), 0) / edges[i].length : place.get(i);
      column.sort((a, b) => centre(a) - centre(b) || a - b);
    }
    remember();
  }
  return result;
}

const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function drawNode(stage, at, open) {
  const {icon, word, tone} = look(stage);
  const text = [word, duration(stage.outcome === 'skipped' ? null : stage.duration_ms)].filter(Boolean).join(' · ');
  return svg('g', {class: `node ${tone}`, transform: `translate(${at.x} ${at.y})`, tabindex: 0, role: 'link',
                   'aria-label': `${stage.stage}: ${text}`, onclick: () => open(stage.stage),
                   onkeydown: (event) => { if (event.key === 'Enter') open(stage.stage); }},
             svg('title', {}, `${stage.stage}: ${text}`),
             svg('rect', {class: 'box', width: BOX.width, height: BOX.height, rx: 7}),
             svg('rect', {class: 'stripe', width: 5, height: BOX.height, rx: 2}),
             svg('text', {class: 'sign', x: 13, y: 19}, icon),
             svg('text', {x: 29, y: 19}, cut(stage.stage, 21)),
             svg('text', {class: 'soft', x: 29, y: 36}, cut(text, 24)));
}

function graph(stages, open) {
  if (stages.length > MOST_NODES) return h('p', {class: 'note'}, `The graph of ${plural(stages.length, 'stage')} is too large to be drawn here.`);
  const {needs, ranks} = rank(stages);
  const edges = reduced(needs, ranks);
  const places = [];
  const all = columns(edges, ranks);
  const tallest = Math.max(...all.map((column) => column.length));
  all.forEach((column, x) => column.forEach((i, y) => {
    const top = (tallest - column.length) * (BOX.height + BOX.down) / 2;
    places[i] = {x: 1 + x * (BOX.width + BOX.across), y: 1 + top + y * (BOX.height + BOX.down)};
  }));
  const width = all.length * (BOX.width + BOX.across) - BOX.across + 2;
  const height = tallest * (BOX.height + BOX.down) - BOX.down + 2;
  const lines = edges.flatMap((list, i) => list.map((need) => {
    const [x1, y1] = [places[need].x + BOX.width, places[need].y + BOX.height / 2];
    const [x2, y2] = [places[i].x, places[i].y + BOX.height / 2];
    const bend = (x2 - x1) / 2;
    return svg('path', {class: 'edge', d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`});
  }));
  return h('div', {class: 'scroll', tabindex: 0, 'aria-label': 'Graph of the stages'},
           svg('svg', {class: 'graph', width, height, viewBox: `0 0 ${width} ${height}`},
               lines, stages.map((stage, i) => drawNode(stage, places[i], open))));
}
