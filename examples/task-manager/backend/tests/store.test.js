'use strict';

const { MemoryStore } = require('../src/store/memory');
const { CachedStore } = require('../src/store/cached');
const { openStore } = require('../src/store');
const { describeStore } = require('./store.contract');

/** As much of Redis as the cache asks. */
class FakeRedis {
  isReady = true;
  fields = new Map();

  async hGet(_key, field) {
    return this.fields.get(field) ?? null;
  }

  multi() {
    const waiting = [];
    const chain = {
      hSet: (_key, field, value) => waiting.push([field, value]) && chain,
      expire: () => chain,
      exec: async () => waiting.forEach(([field, value]) => this.fields.set(field, value)),
    };
    return chain;
  }

  async del() {
    this.fields.clear();
  }

  async quit() {}
}

describe('in memory', () => describeStore(async () => new MemoryStore()));
describe('cached', () => describeStore(async () => new CachedStore(new MemoryStore(), new FakeRedis())));

test('what is listed twice is asked for once', async () => {
  const memory = new MemoryStore();
  const store = new CachedStore(memory, new FakeRedis());
  await store.add('first');
  const list = jest.spyOn(memory, 'list');
  expect(await store.list()).toEqual(await store.list());
  expect(list).toHaveBeenCalledTimes(1);
});

describe('with a Redis that is away', () => {
  let log;
  beforeEach(() => {
    log = jest.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => {
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });

  test('tasks are there all the same', async () => {
    const away = () => {
      throw new Error('Redis is away');
    };
    const store = new CachedStore(new MemoryStore(), { hGet: away, multi: away, del: away, disconnect: away });
    const task = await store.add('first');
    expect(await store.list()).toEqual([task]);
    await store.close();
  });
});

test('without addresses it is the one in memory', async () => {
  expect((await openStore({ databaseUrl: null, redisUrl: null })).name).toBe('memory');
});
