'use strict';

const { Client } = require('pg');
const { openStore } = require('../src/store');
const { describeStore } = require('../tests/store.contract');

const { DATABASE_URL, REDIS_URL } = process.env;

async function emptyDatabase() {
  const client = new Client({ connectionString: DATABASE_URL });
  await client.connect();
  await client.query('DROP TABLE IF EXISTS tasks');
  await client.end();
}

describe('PostgreSQL', () =>
  describeStore(async () => {
    await emptyDatabase();
    return openStore({ databaseUrl: DATABASE_URL, redisUrl: null });
  }));

describe('PostgreSQL with Redis before it', () => {
  describeStore(async () => {
    await emptyDatabase();
    const store = await openStore({ databaseUrl: DATABASE_URL, redisUrl: REDIS_URL });
    await store.remove(0); // forgets what an earlier test left in the cache
    return store;
  });

  test('what one pod lists, another one has from the cache', async () => {
    await emptyDatabase();
    const [one, other] = await Promise.all(
      [1, 2].map(() => openStore({ databaseUrl: DATABASE_URL, redisUrl: REDIS_URL })),
    );
    const task = await one.add('shared');
    expect(await one.list()).toEqual([task]);
    await emptyDatabase();
    expect(await other.list()).toEqual([task]);
    await other.close();
    await one.close();
  });
});
