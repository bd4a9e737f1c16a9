'use strict';

/** Settings from the environment. Without DATABASE_URL tasks live in memory, without REDIS_URL uncached. */
function readConfig(env = process.env) {
  return {
    host: env.HOST ?? '0.0.0.0',
    port: Number(env.PORT ?? 3000),
    databaseUrl: env.DATABASE_URL || null,
    redisUrl: env.REDIS_URL || null,
    version: env.APP_VERSION || require('../package.json').version,
  };
}

module.exports = { readConfig };
