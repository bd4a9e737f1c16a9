'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { readConfig } = require('../src/config');
const { openDatabase } = require('../src/database');
const { version } = require('../package.json');
const { start, newUser } = require('./helpers');

test('tells that it is alive, and which version', async () => {
  const { api, db } = start();
  await api.get('/health').expect(200, { status: 'ok', version });
  db.close();
});

test('is ready as long as its database is', async () => {
  const { api, db } = start();
  await api.get('/ready').expect(200, { status: 'ready', database: 'ok' });
  db.close();
  const answer = await api.get('/ready');
  expect(answer.status).toBe(503);
  expect(answer.body.status).toBe('not ready');
});

test('what is not there is a 404 in JSON', async () => {
  const { api, db } = start();
  await api.get('/nowhere').expect(404, { error: 'there is no /nowhere' });
  db.close();
});

test('what breaks inside stays inside', async () => {
  const { api, db } = start();
  const ada = newUser(db);
  db.close();
  const log = jest.spyOn(console, 'error').mockImplementation(() => {});
  await api.get('/api/summary').set(ada).expect(500, { error: 'internal error' });
  expect(log).toHaveBeenCalledTimes(1);
  log.mockRestore();
});

test('settings have defaults, but for the secret', () => {
  const jwtSecret = '0123456789abcdef';
  expect(readConfig({ JWT_SECRET: jwtSecret })).toEqual({
    host: '0.0.0.0', port: 3000, database: 'balance-sheet.db', jwtSecret,
  });
  expect(() => readConfig({})).toThrow('JWT_SECRET');
  expect(() => readConfig({ JWT_SECRET: 'short' })).toThrow('16 characters');
});

test('a database outlives the process that wrote it', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'balance-sheet-'));
  const file = path.join(folder, 'test.db');
  const first = openDatabase(file);
  first.run("INSERT INTO users (email, password) VALUES ('a@b', 'x')");
  first.close();
  const second = openDatabase(file);
  expect(second.get('SELECT email FROM users')).toEqual({ email: 'a@b' });
  second.close();
  fs.rmSync(folder, { recursive: true });
});
