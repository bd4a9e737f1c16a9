// Each stage with what is known of it and its log; a search over all logs.

function gateLine(gate) {
  const tone = gate.waived ? 'warn' : gate.passed ? 'good' : 'bad';
  return h('div', {}, h('span', {class: `icon ${tone}`}, gate.waived ? '!' : gate.passed ? '✓' : '✗'), ' ', h('b', {}, gate.metric),
           ` ${gate.actual}, want ${gate.bound}`, gate.waived && h('span', {class: 'dim'}, ` – waived ${gate.waived}`));
}

function pairs(title, list) {
  return list.length > 0 && [h('h3', {}, title), h('div', {class: 'pairs'}, list.map(([name, value]) => h('span', {}, `${name} `, h('b', {}, value))))];
}

function described(stage) {
  const {tone} = look(stage);
  const facts = [];
  if (stage.why) facts.push(['runs because', stage.why]);
  if (stage.exit_code !== undefined) facts.push(['exit code', stage.exit_code]);
  if (stage.attempt > 1) facts.push(['attempts', stage.attempt]);
  if (stage.started) facts.push(['started', when(stage.started)]);
  return [
    stage.reason && h('p', {class: `reason ${tone}`}, h('span', {}, stage.reason), stage.hint && h('span', {class: 'hint'}, `\n${stage.hint}`)),
    h('div', {class: 'pairs'}, facts.map(([name, value]) => h('span', {class: 'dim'}, `${name} `, h('b', {}, value)))),
    stage.needs.length > 0 && h('p', {class: 'note'}, `needs ${stage.needs.join(', ')}`),
    stage.gates && stage.gates.length > 0 && [h('h3', {}, 'Gates'), stage.gates.map(gateLine)],
    pairs('Metrics', (stage.metrics || []).slice(0, 60).map((metric) => [metric.name, amount(metric.value, metric.unit)])),
    pairs('Outputs', Object.entries(stage.outputs || {})),
    pairs('Artifacts', (stage.artifacts || []).map((artifact) => [artifact.path, size(artifact.bytes)])),
  ];
}

class StageView {
  constructor(stage) {
    this.stage = stage;
    this.filled = false;
    this.search = {wanted: '', only: false};
    const {icon, word, tone} = look(stage);
    this.hits = h('span', {class: 'hits', hidden: true});
    this.inside = h('div', {class: 'inside'});
    this.node = h('details', {class: 'stage'},
      h('summary', {}, h('span', {class: `icon ${tone}`}, icon), h('span', {class: 'name'}, stage.stage), h('span', {class: tone}, word),
        this.hits, h('span', {class: 'what'}, stage.summary || stage.reason || ''),
        h('span', {class: 'num dim'}, stage.outcome === 'skipped' ? '' : duration(stage.duration_ms))),
      this.inside);
    this.node.addEventListener('toggle', () => { if (this.node.open) this.fill(); });
  }

  log() {
    if (!this.parsed && this.stage.text) this.parsed = new Log(this.stage.text);
    return this.parsed;
  }

  fill() {
    if (this.filled) return;
    this.filled = true;
    this.inside.append(...[described(this.stage)].flat(4).filter(Boolean));
    const log = this.log();
    if (!log) {
      this.inside.append(h('p', {class: 'note'}, this.stage.attempt > 0 ? 'It printed nothing, or its log is gone.' : 'It did not run, so there is no log.'));
      return;
    }
    this.lines = h('div', {class: 'log mono', tabindex: 0, 'aria-label': `Log of ${this.stage.stage}`});
    const wrap = chip('Wrap lines', false, (on) => this.lines.classList.toggle('wrap', on));
    this.inside.append(h('div', {class: 'tools'}, h('h3', {}, 'Log'), h('span', {class: 'dim'}, size(this.stage.text.bytes)), wrap), this.lines);
    this.draw();
  }

  draw() {
    if (this.lines) this.lines.replaceChildren(...this.log().render(this.search.wanted, this.search.only).flat(3).filter(Boolean));
  }

  find(search) {
    this.search = search;
    const log = search.wanted && this.log();
    const count = log ? log.count(search.wanted) : 0;
    this.hits.hidden = count === 0;
    this.hits.textContent = plural(count, 'match').replace('matchs', 'matches');
    this.draw();
    return count;
  }

  open() {
    this.node.open = true;
    this.fill();
  }
}

// Steps from match to match, over all logs; those that are closed are opened on the way.
class Search {
  constructor(views) {
    this.views = views;
    this.at = -1;
    this.input = h('input', {type: 'search', id: 'search', placeholder: 'Search in all logs', 'aria-label': 'Search in all logs', autocomplete: 'off', spellcheck: 'false'});
    this.told = h('span', {class: 'dim', role: 'status'});
    this.only = chip('Only lines that match', false, () => this.run());
    this.input.addEventListener('input', debounced(150, () => this.run()));
    this.input.addEventListener('keydown', (event) => { if (event.key === 'Enter') this.step(event.shiftKey ? -1 : 1); });
    this.node = h('div', {class: 'tools'}, this.input, this.only,
      h('button', {class: 'button', type: 'button', 'aria-label': 'Match before', onclick: () => this.step(-1)}, '↑'),
      h('button', {class: 'button', type: 'button', 'aria-label': 'Next match', onclick: () => this.step(1)}, '↓'), this.told);
  }

  run() {
    const wanted = this.input.value.toLowerCase();
    const only = this.only.getAttribute('aria-pressed') === 'true';
    this.at = -1;
    this.total = this.views.reduce((sum, view) => sum + view.find({wanted, only}), 0);
    this.told.textContent = wanted ? (this.total > 0 ? `${this.total.toLocaleString('en')} found` : 'nothing found') : '';
  }

  step(by) {
    if (!this.total) return;
    for (const view of this.views) if (!view.hits.hidden) view.open();
    const marks = [...document.querySelectorAll('.log mark')];
    if (marks.length === 0) return;
    if (marks[this.at]) marks[this.at].classList.remove('now');
    this.at = (this.at + by + marks.length) % marks.length;
    marks[this.at].classList.add('now');
    marks[this.at].scrollIntoView({block: 'center', inline: 'nearest'});
    this.told.textContent = `${this.at + 1} of ${marks.length}`;
  }
}
