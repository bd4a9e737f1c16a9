import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { App } from '../src/App';
import { TaskList } from '../src/TaskList';
import type { Task } from '../src/tasks';

const TASKS: Task[] = [
  { id: 2, title: '<b>Ship</b> it', status: 'doing' },
  { id: 1, title: 'Write it', status: 'done' },
];

test('shows tasks, and text as text', () => {
  const html = renderToStaticMarkup(<TaskList tasks={TASKS} onMove={() => {}} />);
  expect(html).toContain('1 of 2 done');
  expect(html).toContain('&lt;b&gt;Ship&lt;/b&gt; it');
  expect(html.match(/disabled/g)).toHaveLength(1);
});

test('a click moves a task on', () => {
  const onMove = vi.fn();
  const section = TaskList({ tasks: TASKS, onMove }) as ReactElement<{ children: ReactElement[] }>;
  const list = section.props.children[1] as ReactElement<{ children: ReactElement<{ children: unknown[] }>[] }>;
  const button = list.props.children[0]?.props.children[2] as ReactElement<{ onClick: () => void }>;
  button.props.onClick();
  expect(onMove).toHaveBeenCalledWith(TASKS[0], 'done');
});

test('begins with an empty list and a form', () => {
  const html = renderToStaticMarkup(<App />);
  expect(html).toContain('Nothing to do');
  expect(html).toContain('aria-label="Title"');
  expect(html).not.toContain('role="alert"');
});
