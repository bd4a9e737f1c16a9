// Everything on the page is made with these: text only ever becomes a text node, so nothing that a
// log, a name or a finding holds is taken for markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, props, children) {
  for (const [key, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children.flat(4)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

const byId = (id) => document.getElementById(id);

// A link only where it leads to the web: no javascript:, no data:.
function link(url, text) {
  if (!/^https?:\/\//i.test(url)) return text;
  return h('a', {href: url, target: '_blank', rel: 'noopener noreferrer'}, text);
}

function debounced(wait, action) {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(action, wait); };
}

const plural = (count, word) => `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;

function rounded(value, digits) {
  return Number(value.toFixed(digits)).toLocaleString('en', {maximumFractionDigits: digits});
}

function duration(ms) {
  if (ms === undefined || ms === null) return '';
  if (ms === 0) return '0';
  if (ms < 1) return `${rounded(ms, 2)}ms`;
  if (ms < 1000) return `${rounded(ms, ms < 10 ? 1 : 0)}ms`;
  if (ms < 60000) return `${rounded(ms / 1000, ms < 10000 ? 2 : 1)}s`;
  const seconds = Math.round(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts[0] > 0 ? `${parts[0]}h ${parts[1]}m` : `${parts[1]}m ${parts[2]}s`;
}

function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let at = 0;
  for (; bytes >= 1024 && at < 3; ++at) bytes /= 1024;
  return `${rounded(bytes, at === 0 ? 0 : 1)} ${units[at]}`;
}

function amount(value, unit) {
  if (unit === 'ms') return duration(value);
  if (unit === 'B') return size(value);
  if (unit === '%') return `${rounded(value, 1)}%`;
  if (unit === '/s') return `${rounded(value, 1)}/s`;
  return rounded(value, 2);
}

const when = (iso) => new Date(iso).toLocaleString();

const LOOKS = {
  succeeded: ['✓', 'passed', 'good'], warned: ['!', 'warned', 'warn'], failed: ['✗', 'failed', 'bad'],
  timed_out: ['✗', 'timed out', 'bad'], infra: ['✗', 'infrastructure failed', 'odd'],
  cancelled: ['■', 'cancelled', 'calm'], skipped: ['–', 'skipped', 'calm'], cached: ['=', 'cached', 'calm'],
  waiting: ['…', 'waiting', 'warn'], rolled_back: ['↶', 'rolled back', 'bad'], bug: ['✗', 'bug', 'odd'],
};

function look(stage) {
  if (stage.outcome) {
    const [icon, word, tone] = LOOKS[stage.outcome] || ['?', stage.outcome, 'odd'];
    return {icon, word, tone};
  }
  if (stage.attempt > 0) return {icon: '…', word: 'unfinished', tone: 'warn'};
  return {icon: '·', word: 'not started', tone: 'calm'};
}

function chip(text, pressed, onchange) {
  const node = h('button', {class: 'chip', type: 'button', 'aria-pressed': String(pressed)}, text);
  node.addEventListener('click', () => {
    const now = node.getAttribute('aria-pressed') !== 'true';
    node.setAttribute('aria-pressed', String(now));
    onchange(now);
  });
  return node;
}
