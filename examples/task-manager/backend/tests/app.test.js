'use strict';

const request = require('supertest');
const { createApp } = require('../src/app');
const { readConfig } = require('../src/config');
const { MemoryStore } = require('../src/store/memory');

let api;
let store;

beforeEach(() => {
  store = new MemoryStore();
  api = request(createApp({ store, version: '1.2.3' }));
});

test('tells that it is alive, and which version', async () => {
  await api.get('/health').expect(200, { status: 'ok', version: '1.2.3' });
});

test('is ready as long as its store is', async () => {
  await api.get('/ready').expect(200, { status: 'ready', store: 'memory' });
  store.ping = async () => {
    throw new Error('it is away');
  };
  await api.get('/ready').expect(503, { status: 'not ready', store: 'memory', error: 'it is away' });
});

test('a task from its beginning to its end', async () => {
  const task = { id: 1, title: 'Write it', status: 'open' };
  await api.post('/api/tasks').send({ title: ' Write it ' }).expect(201, task);
  await api.patch('/api/tasks/1').send({ status: 'doing' }).expect(200, { ...task, status: 'doing' });
  await api.patch('/api/tasks/1').send({ title: 'Done it', status: 'done' }).expect(200);
  await api.get('/api/tasks?status=open').expect(200, []);
  await api.get('/api/tasks').expect(200, [{ id: 1, title: 'Done it', status: 'done' }]);
  await api.delete('/api/tasks/1').expect(204);
  await api.delete('/api/tasks/1').expect(404);
});

test.each([[undefined], [{ title: '' }], [{ title: 7 }], [{ title: 'x'.repeat(201) }]])(
  '%j is no task',
  async (body) => {
    await api.post('/api/tasks').send(body).expect(400);
  },
);

test.each(['0', '1.5', 'x', '99999999999', '2'])('there is no task %s', async (id) => {
  await store.add('the only one');
  await api.patch(`/api/tasks/${id}`).send({ status: 'done' }).expect(404);
});

test('a status is one of three', async () => {
  await store.add('the only one');
  await api.patch('/api/tasks/1').send({ status: 'late' }).expect(400);
  await api.get('/api/tasks?status=late').expect(400);
});

test('what is not there is a 404 in JSON', async () => {
  await api.get('/nowhere').expect(404, { error: 'there is no /nowhere' });
});

test('what breaks inside stays inside', async () => {
  store.list = async () => {
    throw new Error('with the password of the database');
  };
  const log = jest.spyOn(console, 'error').mockImplementation(() => {});
  await api.get('/api/tasks').expect(500, { error: 'internal error' });
  expect(log).toHaveBeenCalledTimes(1);
  log.mockRestore();
});

test('settings have defaults', () => {
  expect(readConfig({})).toEqual({
    host: '0.0.0.0', port: 3000, databaseUrl: null, redisUrl: null, version: '1.0.0',
  });
  expect(readConfig({ PORT: '80', APP_VERSION: 'v2' })).toMatchObject({ port: 80, version: 'v2' });
});
