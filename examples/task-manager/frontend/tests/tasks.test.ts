import { expect, test } from 'vitest';
import { next, progress, replace, type Task } from '../src/tasks';

const task = (id: number, status: Task['status']): Task => ({ id, title: `task ${id}`, status });

test('a task moves on until it is done', () => {
  expect([next('open'), next('doing'), next('done')]).toEqual(['doing', 'done', 'done']);
});

test('only what changed is replaced', () => {
  const [one, two] = [task(1, 'open'), task(2, 'open')];
  expect(replace([one, two], task(2, 'done'))).toEqual([one, task(2, 'done')]);
});

test('progress counts what is done', () => {
  expect(progress([])).toBe('Nothing to do');
  expect(progress([task(1, 'done'), task(2, 'doing')])).toBe('1 of 2 done');
});
