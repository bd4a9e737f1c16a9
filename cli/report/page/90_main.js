// Puts the page together from the data in it.

const run = JSON.parse(byId('data').textContent);

const TONES = {passed: 'good', failed: 'bad', running: 'calm', unfinished: 'warn', cancelled: 'calm'};

function where() {
  const {event, git = {}} = run;
  if (event.kind === 'pull_request') return `${event.branch || ''} → ${event.target_branch || ''}`;
  return event.tag || git.branch || event.branch || '';
}

function header() {
  const took = run.ended && duration(new Date(run.ended) - new Date(run.started));
  const facts = [['run', run.run], ['event', run.event.kind], ['branch', where()], ['commit', run.git && run.git.sha ? run.git.sha.slice(0, 10) + (run.git.dirty ? ' + changes' : '') : ''],
    ['environment', run.environment], ['started', when(run.started)], ['took', took], ['file', run.file], ...Object.entries(run.params || {})];
  byId('head').append(
    h('div', {class: 'title'}, h('h1', {}, run.pipeline), h('span', {class: 'dim'}, `#${run.number}`),
      h('span', {class: `badge ${TONES[run.result] || 'odd'}`}, run.result, run.exit_code ? ` · exit code ${run.exit_code}` : '')),
    h('dl', {class: 'facts'}, facts.filter(([, value]) => value).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))));
}

const views = run.stages.map((stage) => new StageView(stage));

function open(name) {
  const view = views.find((one) => one.stage.stage === name);
  if (!view) return;
  view.open();
  view.node.scrollIntoView({block: 'start'});
  view.node.querySelector('summary').focus({preventScroll: true});
}

function overview() {
  const counts = counted(run.stages, (stage) => look(stage).word).map(([, label]) => label);
  return [h('p', {class: 'note'}, counts.join(' · ')), graph(run.stages, open)];
}

// What one section cannot show (a report that is no report) does not take the others with it.
function section(id, title, make) {
  let content;
  try {
    content = make();
  } catch (error) {
    content = h('p', {class: 'note'}, `This cannot be shown: ${error.message}`);
  }
  if (!content) return;
  byId('main').append(h('section', {id}, h('h2', {}, title), content));
  byId('nav').firstChild.append(h('a', {href: `#${id}`}, title));
}

function follow() {
  const links = [...byId('nav').querySelectorAll('a')];
  const here = () => {
    const at = links.filter((a) => document.querySelector(a.getAttribute('href')).getBoundingClientRect().top < 120).pop() || links[0];
    if (at.classList.contains('here')) return;
    links.forEach((a) => a.classList.toggle('here', a === at));
    const nav = byId('nav');
    nav.scrollLeft = at.offsetLeft - (nav.clientWidth - at.offsetWidth) / 2;
  };
  document.addEventListener('scroll', here, {passive: true});
  here();
}

header();
byId('main').replaceChildren();
byId('nav').append(h('div'));
section('overview', 'Overview', overview);
section('timeline', 'Timeline', () => timeline(run, open));
section('stages', 'Stages', () => [new Search(views).node, views.map((view) => view.node)]);
section('tests', 'Tests', () => tests(run.stages));
section('findings', 'Findings', () => findings(run.stages));
section('load', 'Load', () => loads(run.stages));
section('trends', 'Trends', () => trends(run.history));
byId('foot').append(`Made by pipectl ${run.pipectl} on ${when(run.made)}. This page holds everything it shows and loads nothing.`);
for (const view of views.filter((one) => ['bad', 'odd'].includes(look(one.stage).tone)).slice(0, 3)) view.open();
follow();
