'use strict';

const { createClient } = require('redis');
const { CachedStore } = require('./cached');
const { MemoryStore } = require('./memory');
const { PostgresStore } = require('./postgres');

async function openStore({ databaseUrl, redisUrl }) {
  const store = databaseUrl ? await PostgresStore.open(databaseUrl) : new MemoryStore();
  if (!redisUrl) return store;
  // Nothing waits for a Redis that is away: what is asked meanwhile fails at once, and it is looked for.
  const redis = createClient({ url: redisUrl, disableOfflineQueue: true });
  redis.on('error', (error) => console.error(`redis: ${error.message}`));
  await new Promise((resolve) => {
    redis.once('ready', resolve).once('error', resolve);
    redis.connect().catch(() => {}); // it was an 'error', too
  });
  return new CachedStore(store, redis);
}

module.exports = { openStore };
