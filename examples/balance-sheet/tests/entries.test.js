'use strict';

const { start, newUser } = require('./helpers');

let app;
let ada;

beforeEach(() => {
  app = start();
  ada = newUser(app.db);
});
afterEach(() => app.db.close());

describe.each(['incomes', 'expenses', 'assets'])('%s', (kind) => {
  const path = `/api/${kind}`;
  const create = (body, who = ada) => app.api.post(path).set(who).send(body);

  test('are created, read, changed and deleted', async () => {
    const made = await create({ name: ' Salary ', cents: 250_000 });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ id: 1, name: 'Salary', cents: 250_000 });
    await app.api.put(`${path}/1`).set(ada).send({ name: 'Pay', cents: 260_000 }).expect(200);
    await app.api.get(`${path}/1`).set(ada).expect(200, { id: 1, name: 'Pay', cents: 260_000 });
    await app.api.delete(`${path}/1`).set(ada).expect(204);
    await app.api.get(`${path}/1`).set(ada).expect(404);
  });

  test('are listed, the newest first', async () => {
    await create({ name: 'one', cents: 1 });
    await create({ name: 'two', cents: 2 });
    const answer = await app.api.get(path).set(ada);
    expect(answer.body.map(({ name }) => name)).toEqual(['two', 'one']);
  });

  test("are nobody else's business", async () => {
    await create({ name: 'Salary', cents: 1 });
    const bob = newUser(app.db, 'bob@example.com');
    await app.api.get(path).set(bob).expect(200, []);
    await app.api.get(`${path}/1`).set(bob).expect(404);
    await app.api.put(`${path}/1`).set(bob).send({ name: 'mine', cents: 0 }).expect(404);
    await app.api.delete(`${path}/1`).set(bob).expect(404);
  });

  test.each([
    [undefined],
    [{ name: '', cents: 1 }],
    [{ name: 'x'.repeat(101), cents: 1 }],
    [{ name: 'a', cents: 1.5 }],
    [{ name: 'a', cents: -1 }],
    [{ name: 'a', cents: '1' }],
  ])('%j is refused', async (body) => {
    await create(body).expect(400);
    await app.api.get(path).set(ada).expect(200, []);
  });
});

test('an entry of one kind is none of another', async () => {
  await app.api.post('/api/incomes').set(ada).send({ name: 'Salary', cents: 1 }).expect(201);
  await app.api.get('/api/expenses/1').set(ada).expect(404);
});

test('text in a query is text', async () => {
  await app.api.post('/api/incomes').set(ada).send({ name: "'); DROP TABLE users; --", cents: 1 });
  await app.api.get('/api/incomes').set(ada).expect(200);
  expect(app.db.get('SELECT COUNT(*) AS users FROM users')).toEqual({ users: 1 });
});
