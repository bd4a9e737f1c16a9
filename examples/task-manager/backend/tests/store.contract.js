'use strict';

/** What every store must do; `open` makes an empty one. */
function describeStore(open) {
  let store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  test('answers', async () => {
    await store.ping();
  });

  test('adds, changes, lists the newest first, and removes', async () => {
    const first = await store.add('first');
    const second = await store.add("'); DROP TABLE tasks; --");
    expect(first).toEqual({ id: first.id, title: 'first', status: 'open' });
    expect(await store.change(first.id, { status: 'done' })).toEqual({ ...first, status: 'done' });
    expect(await store.change(first.id, { title: 'one' })).toMatchObject({ title: 'one', status: 'done' });
    expect((await store.list()).map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await store.list('open')).toEqual([second]);
    expect(await store.remove(second.id)).toBe(true);
    expect(await store.list('open')).toEqual([]);
  });

  test('knows what is not there', async () => {
    expect(await store.change(999, { status: 'done' })).toBeNull();
    expect(await store.remove(999)).toBe(false);
  });
}

module.exports = { describeStore };
