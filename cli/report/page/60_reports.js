// Tests and findings: lists with filters. What is shown at once is limited, what there is is told.

const AT_ONCE = 200;

class FilteredList {
  // `groups` are sets of values of which those chosen are shown; none chosen shows all.
  constructor({rows, groups, text, head, draw}) {
    Object.assign(this, {rows, text, draw, limit: AT_ONCE, chosen: groups.map(() => new Set()), groups});
    this.input = h('input', {type: 'search', placeholder: 'Filter', 'aria-label': 'Filter', autocomplete: 'off', spellcheck: 'false'});
    this.input.addEventListener('input', debounced(120, () => this.update()));
    const chips = groups.map((group, i) => group.values.length > 0 && h('div', {class: 'chips'}, group.values.map(([value, label]) => chip(label, false, (on) => {
      if (on) this.chosen[i].add(value); else this.chosen[i].delete(value);
      this.update();
    }))));
    this.body = h('tbody');
    this.more = h('p', {class: 'note'});
    this.node = [h('div', {class: 'tools'}, chips, this.input),
                 h('table', {class: 'stack'}, h('thead', {}, h('tr', {}, head.map((name) => h('th', {}, name)))), this.body), this.more];
    this.update();
  }

  update() {
    this.limit = AT_ONCE;
    this.show();
  }

  show() {
    const wanted = this.input.value.toLowerCase();
    const hits = this.rows.filter((row) =>
      this.groups.every((group, i) => this.chosen[i].size === 0 || this.chosen[i].has(group.of(row))) &&
      (!wanted || this.text(row).toLowerCase().includes(wanted)));
    this.body.replaceChildren(...hits.slice(0, this.limit).map((row) => this.draw(row)));
    const rest = hits.length - this.limit;
    this.more.replaceChildren(hits.length === 0 ? 'Nothing matches.' : '',
      rest > 0 ? h('button', {class: 'button', type: 'button', onclick: () => { this.limit += AT_ONCE * 5; this.show(); }}, `Show more (${plural(rest, 'row')})`) : '');
  }
}

// `[value, label with count]` of each value there is, in the order wanted.
function counted(rows, of, order) {
  const counts = new Map();
  for (const row of rows) counts.set(of(row), (counts.get(of(row)) || 0) + 1);
  const known = order || [...counts.keys()].sort();
  return known.filter((value) => counts.has(value)).map((value) => [value, `${value} ${counts.get(value).toLocaleString('en')}`]);
}

function leftOut(stages, what) {
  const lines = stages.filter((stage) => stage[what] && stage[what].total > stage[what].shown.length).map((stage) =>
    h('p', {class: 'note'}, `${stage.stage}: ${plural(stage[what].shown.length, what.slice(0, -1))} of ${stage[what].total.toLocaleString('en')} on this page; all of them: `, h('code', {}, stage[what].path)));
  return lines;
}

const byRank = (rows, rank) => rows.sort((a, b) => rank(a) - rank(b));

function message(text) {
  if (!text) return '';
  const [first, ...rest] = text.split('\n');
  if (rest.length === 0 && first.length <= 240) return first;
  return h('details', {}, h('summary', {}, first.slice(0, 240)), h('pre', {class: 'more'}, text));
}

const OUTCOMES = ['failed', 'error', 'flaky', 'quarantined', 'skipped', 'passed'];
const TEST_TONES = {passed: 'good', failed: 'bad', error: 'bad', skipped: 'calm', flaky: 'warn', quarantined: 'warn'};

function tests(stages) {
  const rows = stages.flatMap((stage) => ((stage.tests && stage.tests.shown) || []).map((test) => ({...test, stage: stage.stage})));
  if (rows.length === 0) return null;
  byRank(rows, (row) => OUTCOMES.indexOf(row.outcome));
  const list = new FilteredList({
    rows, head: ['', 'Test', 'Stage', 'Time'],
    groups: [{of: (row) => row.outcome, values: counted(rows, (row) => row.outcome, OUTCOMES)},
             {of: (row) => row.stage, values: stages.length > 1 ? counted(rows, (row) => row.stage) : []}],
    text: (row) => `${row.suite} ${row.name} ${row.message || ''} ${row.file || ''}`,
    draw: (row) => h('tr', {}, h('td', {class: `sev ${TEST_TONES[row.outcome] || ''}`}, row.outcome),
      h('td', {class: 'whole'}, row.suite && h('span', {class: 'dim'}, `${row.suite} › `), row.name, row.message && h('div', {class: 'mono'}, message(row.message))),
      h('td', {class: 'dim'}, row.stage), h('td', {class: 'num'}, duration(row.seconds * 1000))),
  });
  return [list.node, leftOut(stages, 'tests')];
}

const SEVERITIES = ['critical', 'high', 'error', 'medium', 'warning', 'low', 'unknown', 'info'];
const SEVERITY_TONES = {critical: 'bad', high: 'bad', error: 'bad', medium: 'warn', warning: 'warn', low: 'calm', unknown: 'odd', info: 'calm'};

function place(row) {
  const lines = row.line ? `:${row.line}${row.column ? `:${row.column}` : ''}` : '';
  return [row.path && h('span', {class: 'mono'}, row.path + lines), row.path && row.package && ' ', row.package && h('span', {class: 'mono'}, row.package)];
}

const age = (row) => (row.waived ? 'waived' : row.fresh === undefined ? 'not compared' : row.fresh ? 'new' : 'known');

function findings(stages) {
  const rows = stages.flatMap((stage) => ((stage.findings && stage.findings.shown) || []).map((finding) => ({...finding, stage: stage.stage})));
  if (rows.length === 0) return null;
  byRank(rows, (row) => (row.waived ? 100 : 2 * SEVERITIES.indexOf(row.severity) + (row.fresh ? 0 : 1)));
  const ages = counted(rows, age, ['new', 'known', 'not compared', 'waived']);
  const list = new FilteredList({
    rows, head: ['Severity', 'Finding', 'Where', 'Stage'],
    groups: [{of: (row) => row.severity, values: counted(rows, (row) => row.severity, SEVERITIES)}, {of: age, values: ages.length > 1 || ages[0][0] !== 'not compared' ? ages : []},
             {of: (row) => row.stage, values: stages.length > 1 ? counted(rows, (row) => row.stage) : []}],
    text: (row) => `${row.rule} ${row.message} ${row.path || ''} ${row.package || ''}`,
    draw: (row) => h('tr', {}, h('td', {class: `sev ${SEVERITY_TONES[row.severity] || ''}`}, row.severity),
      h('td', {class: 'whole'}, row.rule && h('b', {class: 'mono'}, row.url ? link(row.url, row.rule) : row.rule), ' ',
        row.fresh && !row.waived && h('span', {class: 'tag new'}, 'new'), row.waived && h('span', {class: 'tag'}, `waived ${row.waived}`), ' ', message(row.message)),
      h('td', {class: 'whole'}, place(row)), h('td', {class: 'dim'}, row.stage)),
  });
  const compared = stages.filter((stage) => stage.findings && stage.findings.compared_with);
  return [list.node, leftOut(stages, 'findings'),
          compared.length > 0 && h('p', {class: 'note'}, 'New and known: compared with ', [...new Set(compared.map((stage) => stage.findings.compared_with))].join(', '), '.')];
}
