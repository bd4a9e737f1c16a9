import { afterEach, expect, test, vi } from 'vitest';
import * as api from '../src/api';

const answer = (status: number, body: string) => {
  const fetch = vi.fn(async (..._call: [string, RequestInit]) => new Response(body, { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
};

afterEach(() => vi.unstubAllGlobals());

test('asks for the list', async () => {
  const fetch = answer(200, '[]');
  expect(await api.list()).toEqual([]);
  expect(fetch.mock.calls[0]?.[0]).toBe('/api/tasks');
});

test('sends what is new and what changed', async () => {
  const task = { id: 7, title: 'Write it', status: 'open' as const };
  const fetch = answer(201, JSON.stringify(task));
  expect(await api.add('Write it')).toEqual(task);
  await api.move(task, 'doing');
  const sent = fetch.mock.calls.map(([path, { method, body }]) => [path, method, body]);
  expect(sent).toEqual([
    ['/api/tasks', 'POST', '{"title":"Write it"}'],
    ['/api/tasks/7', 'PATCH', '{"status":"doing"}'],
  ]);
});

test('tells what the server found wrong, and when it says nothing', async () => {
  answer(400, '{"error": "title must have 1 to 200 characters"}');
  await expect(api.add('')).rejects.toThrow('title must have 1 to 200 characters');
  answer(502, '<h1>Bad Gateway</h1>');
  await expect(api.list()).rejects.toThrow('the server answered 502');
});
