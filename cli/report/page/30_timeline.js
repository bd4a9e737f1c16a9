// When each stage ran.

function timeline(run, open) {
  const ran = run.stages.filter((stage) => stage.started);
  if (ran.length === 0) return null;
  const time = (iso) => new Date(iso).getTime();
  const begin = Math.min(time(run.started), ...ran.map((stage) => time(stage.started)));
  const ends = (stage) => stage.ended ? time(stage.ended) : time(stage.started) + (stage.duration_ms || 0);
  const end = Math.max(run.ended ? time(run.ended) : begin + 1, ...ran.map(ends), begin + 1);
  const span = end - begin;
  const lanes = [...ran].sort((a, b) => time(a.started) - time(b.started)).map((stage) => {
    const {icon, word, tone} = look(stage);
    const bar = h('div', {class: `bar ${tone}`});
    bar.style.left = `${100 * (time(stage.started) - begin) / span}%`;
    bar.style.width = `${Math.max(0, 100 * (ends(stage) - time(stage.started)) / span)}%`;
    const took = stage.duration_ms === undefined ? ends(stage) - time(stage.started) : stage.duration_ms;
    return h('button', {class: 'lane', type: 'button', onclick: () => open(stage.stage),
                        title: `${stage.stage}: ${word}, ${duration(took)}`},
             h('span', {class: 'name'}, h('span', {class: `icon ${tone}`}, icon), ' ', stage.stage),
             h('span', {class: 'track'}, bar), h('span', {class: 'num'}, duration(took)));
  });
  const ticks = [0, 1, 2, 3, 4].map((part) => h('span', {}, part === 0 ? '0' : duration(span * part / 4)));
  return [lanes, h('div', {class: 'axis'}, h('span'), h('div', {}, ticks), h('span'))];
}
