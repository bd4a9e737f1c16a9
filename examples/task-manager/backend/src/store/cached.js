'use strict';

const KEY = 'tasks';
const SECONDS = 30;

/** Lists come from Redis while nothing changed. Without Redis it is slower, and no request fails. */
class CachedStore {
  #store;
  #redis;

  constructor(store, redis) {
    this.#store = store;
    this.#redis = redis;
    this.name = `${store.name}+redis`;
  }

  ping() {
    return this.#store.ping();
  }

  async list(status) {
    const field = status ?? 'all';
    const known = await this.#ask(() => this.#redis.hGet(KEY, field));
    if (known) return JSON.parse(known);
    const tasks = await this.#store.list(status);
    await this.#ask(() =>
      this.#redis.multi().hSet(KEY, field, JSON.stringify(tasks)).expire(KEY, SECONDS).exec(),
    );
    return tasks;
  }

  add(title) {
    return this.#forget(this.#store.add(title));
  }

  change(id, changes) {
    return this.#forget(this.#store.change(id, changes));
  }

  remove(id) {
    return this.#forget(this.#store.remove(id));
  }

  async close() {
    await this.#ask(() => (this.#redis.isReady ? this.#redis.quit() : this.#redis.disconnect()));
    await this.#store.close();
  }

  async #forget(change) {
    const result = await change;
    await this.#ask(() => this.#redis.del(KEY));
    return result;
  }

  async #ask(question) {
    try {
      return await question();
    } catch (error) {
      console.error(`redis: ${error.message}`);
      return null;
    }
  }
}

module.exports = { CachedStore };
