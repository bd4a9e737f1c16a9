'use strict';

/** Tasks of this one process. What a store must do is in tests/store.contract.js. */
class MemoryStore {
  name = 'memory';
  #tasks = new Map();
  #lastId = 0;

  async ping() {}

  async list(status) {
    const tasks = [...this.#tasks.values()].reverse();
    return tasks.filter((task) => !status || task.status === status).slice(0, 100);
  }

  async add(title) {
    const task = { id: ++this.#lastId, title, status: 'open' };
    this.#tasks.set(task.id, task);
    return task;
  }

  async change(id, changes) {
    if (!this.#tasks.has(id)) return null;
    const task = { ...this.#tasks.get(id), ...changes };
    this.#tasks.set(id, task);
    return task;
  }

  async remove(id) {
    return this.#tasks.delete(id);
  }

  async close() {}
}

module.exports = { MemoryStore };
