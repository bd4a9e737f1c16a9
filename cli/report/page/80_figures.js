// What load tests measured, and how this run compares with those before it.

function loadOf(stage) {
  const {load} = stage;
  const points = load.timeline ? load.timeline.points : [];
  const each = load.timeline ? load.timeline.seconds_each : 1;
  const second = (value) => `${rounded(value, 0)}s`;
  const charts = [];
  if (points.length > 0) {
    charts.push(lines('Latency over time', ['p50', 'p95', 'p99'].map((name) => ({name, points: points.map((p) => [p.second, p[name]])})), {xFormat: second, yFormat: duration}));
    charts.push(lines('Requests over time', [
      {name: 'requests', points: points.map((p) => [p.second, p.requests / each])},
      {name: 'errors', points: points.map((p) => [p.second, p.errors / each])}], {xFormat: second, yFormat: (n) => `${rounded(n, 1)}/s`}));
  }
  if (load.histogram && load.histogram.length > 0) {
    charts.push(bars('Requests by latency', load.histogram.map((bar) => ({value: bar.count, tone: 's0', label: duration(bar.from_ms),
      told: `${duration(bar.from_ms)} to ${duration(bar.to_ms)}: ${plural(bar.count, 'request')}`})), {yFormat: (n) => rounded(n, 0)}));
  }
  const rows = [['all', load.all], ...Object.entries(load.scenarios || {})];
  const names = Object.keys(load.all.duration_ms);
  const table = h('div', {class: 'scroll'}, h('table', {}, h('thead', {}, h('tr', {}, h('th'), ['requests', 'errors', 'rate', ...names].map((name) => h('th', {class: 'num'}, name)))),
    h('tbody', {}, rows.map(([name, tally]) => h('tr', {}, h('td', {}, name), h('td', {class: 'num'}, rounded(tally.requests, 0)),
      h('td', {class: `num ${tally.errors > 0 ? 'bad' : ''}`}, `${rounded(tally.errors, 0)} (${rounded(tally.error_rate, 2)}%)`), h('td', {class: 'num'}, amount(tally.rps, '/s')),
      names.map((key) => h('td', {class: 'num'}, duration(tally.duration_ms[key]))))))));
  const causes = Object.entries(load.all.causes || {});
  return [h('h3', {}, stage.stage), h('div', {class: 'charts'}, charts), table,
          pairs('Causes of errors', causes.map(([cause, count]) => [cause, count.toLocaleString('en')]))];
}

function loads(stages) {
  const measured = stages.filter((stage) => stage.load && stage.load.all);
  return measured.length > 0 ? measured.map(loadOf) : null;
}

const RESULT_TONES = {passed: 'good', failed: 'bad', running: 'calm', unfinished: 'warn'};

// One line for each stage that has the value in at least two runs; those with the largest first.
function trendOf(title, runs, value, options) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.stages)))];
  const series = names.map((name) => ({name, points: runs.flatMap((run, i) => {
    const v = run.stages[name] && value(run.stages[name]);
    return v === undefined || v === null ? [] : [[i, v]];
  })})).filter((one) => one.points.length > 1);
  if (series.length === 0) return null;
  const peak = (one) => Math.max(...one.points.map((p) => p[1]));
  series.sort((a, b) => peak(b) - peak(a));
  return lines(title, series.slice(0, 6), {xFormat: (i) => `#${runs[Math.round(i)].number}`, ...options});
}

function trends(history) {
  if (!history || history.length < 2) return null;
  const percent = {yFormat: (n) => `${rounded(n, 1)}%`};
  const coverage = (stage) => stage.coverage;
  const lowest = Math.min(...history.flatMap((run) => Object.values(run.stages).map(coverage).filter((v) => v !== undefined)));
  const charts = [
    bars('Duration of the runs', history.map((run) => ({value: run.duration_ms, label: `#${run.number}`, tone: RESULT_TONES[run.result] || 'odd',
      told: `#${run.number} ${run.result}, ${duration(run.duration_ms)}, ${when(run.started)}`})), {yFormat: duration}),
    trendOf('Duration of the stages', history, (stage) => stage.duration_ms, {yFormat: duration}),
    trendOf('Coverage', history, coverage, {...percent, yMin: Math.max(0, Math.floor((lowest - 5) / 10) * 10), yTop: 100}),
    trendOf('P95', history, (stage) => stage.p95, {yFormat: duration}),
    trendOf('Findings', history, (stage) => stage.findings, {yFormat: (n) => rounded(n, 0)}),
    trendOf('Tests', history, (stage) => stage.tests, {yFormat: (n) => rounded(n, 0)}),
  ].filter(Boolean);
  return [h('p', {class: 'note'}, `The last ${history.length} runs of this file on the same branch, this one last.`), h('div', {class: 'charts'}, charts)];
}
