// Logs as a terminal would show them: colours and styles, lines that were written over, no other
// control sequences. Parsed when they are first looked at.

// eslint-disable-next-line no-control-regex
const OTHER_SEQUENCES = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-ln-~]|\x1b[PX^_][^\x1b]*(?:\x1b\\)?|\x1b[ -/]*[0-Z\\^-~]|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]/g;
// eslint-disable-next-line no-control-regex
const STYLES = /\x1b\[([0-9;:]*)m/;

const LEVELS = [0, 95, 135, 175, 215, 255];

function indexed(n) {
  if (n < 16) return `var(--k${n})`;
  if (n < 232) {
    const at = n - 16;
    return `rgb(${[Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((part) => LEVELS[part]).join(' ')})`;
  }
  const grey = 8 + 10 * (n - 232);
  return `rgb(${grey} ${grey} ${grey})`;
}

// `38;5;N` and `38;2;R;G;B`, with either separator. Returns how many numbers it took.
function extended(numbers, at, style, key) {
  const byte = (n) => Math.min(255, Math.max(0, n || 0));
  if (numbers[at + 1] === 5) {
    style[key] = indexed(byte(numbers[at + 2]));
    return 2;
  }
  if (numbers[at + 1] !== 2) return 0;
  style[key] = `rgb(${numbers.slice(at + 2, at + 5).map(byte).join(' ')})`;
  return 4;
}

const FLAGS = {1: 'b', 2: 'd', 3: 'it', 4: 'u', 7: 'inverse', 9: 'st'};
const UNFLAGS = {22: ['b', 'd'], 23: ['it'], 24: ['u'], 27: ['inverse'], 29: ['st']};

function restyle(codes, style) {
  const numbers = (codes || '0').split(/[;:]/).map((n) => Number(n || 0));
  for (let i = 0; i < numbers.length; ++i) {
    const n = numbers[i];
    if (n === 0) for (const key of Object.keys(style)) delete style[key];
    else if (FLAGS[n]) style[FLAGS[n]] = true;
    else if (UNFLAGS[n]) for (const key of UNFLAGS[n]) delete style[key];
    else if (n >= 30 && n <= 37) style.fg = indexed(n - 30);
    else if (n >= 40 && n <= 47) style.bg = indexed(n - 40);
    else if (n >= 90 && n <= 97) style.fg = indexed(n - 82);
    else if (n >= 100 && n <= 107) style.bg = indexed(n - 92);
    else if (n === 39) delete style.fg;
    else if (n === 49) delete style.bg;
    else if (n === 38 || n === 48) i += extended(numbers, i, style, n === 38 ? 'fg' : 'bg');
  }
}

// A line as runs of text with one style each; `style` goes on into the next line.
function parseLine(raw, style) {
  const shown = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  const runs = [];
  let text = '';
  const parts = shown.slice(shown.lastIndexOf('\r') + 1).replace(OTHER_SEQUENCES, '').split(STYLES);
  parts.forEach((part, i) => {
    if (i % 2 === 1) return restyle(part, style);
    if (part === '') return undefined;
    text += part;
    return runs.push({text: part, style: {...style}});
  });
  return {text, runs, folded: text.toLowerCase()};
}

function parseLog(text) {
  const style = {};
  const lines = text.split('\n');
  if (lines[lines.length - 1] === '') lines.pop();
  return lines.map((line) => parseLine(line, style));
}

function styled(node, style) {
  for (const flag of ['b', 'd', 'it', 'u', 'st']) if (style[flag]) node.classList.add(flag);
  const [fg, bg] = style.inverse ? [style.bg || 'var(--log)', style.fg || 'var(--text)'] : [style.fg, style.bg];
  if (fg) node.style.color = fg;
  if (bg) node.style.background = bg;
  return node;
}

// The text of a run from `from` on, marked where it is part of a match.
function pieces(text, from, matches) {
  const result = [];
  let at = 0;
  for (const [begin, end] of matches) {
    const [a, b] = [Math.max(0, begin - from), Math.min(text.length, end - from)];
    if (b <= at || a >= text.length) continue;
    if (a > at) result.push(text.slice(at, a));
    result.push(h('mark', {}, text.slice(Math.max(a, at), b)));
    at = b;
  }
  result.push(text.slice(at));
  return result;
}

function matchesOf(line, wanted) {
  const found = [];
  if (!wanted) return found;
  for (let at = line.folded.indexOf(wanted); at >= 0; at = line.folded.indexOf(wanted, at + wanted.length)) found.push([at, at + wanted.length]);
  return found;
}

function lineNode(line, number, wanted) {
  const matches = matchesOf(line, wanted);
  let at = 0;
  const runs = line.runs.map((run) => {
    const node = styled(h('span', {}, pieces(run.text, at, matches)), run.style);
    at += run.text.length;
    return node;
  });
  return h('div', {class: 'l'}, h('i', {}, number), h('span', {}, runs));
}

// What the page holds of one stage's log.
class Log {
  constructor(text) {
    this.head = parseLog(text.head);
    this.tail = parseLog(text.tail || '');
    this.omitted = text.omitted || 0;
    this.tailFrom = text.tail_line || 1;
    this.path = text.path;
    this.command = text.command;
  }

  all() { return this.head.concat(this.tail); }
  count(wanted) { return this.all().reduce((sum, line) => sum + matchesOf(line, wanted).length, 0); }

  render(wanted, only) {
    const rows = (lines, from) => lines.flatMap((line, i) => {
      if (only && wanted && matchesOf(line, wanted).length === 0) return [];
      return [lineNode(line, from + i, wanted)];
    });
    const gap = this.omitted > 0 && h('div', {class: 'gap'},
      `${size(this.omitted)} are left out here. The whole log: `, h('code', {}, this.command), ' or ', h('code', {}, this.path));
    return [rows(this.head, 1), gap, rows(this.tail, this.tailFrom)];
  }
}
