'use strict';

const { start, newUser } = require('./helpers');

test('sums up what is there, and nothing of others', async () => {
  const { api, db } = start();
  const ada = newUser(db);
  const bob = newUser(db, 'bob@example.com');
  const add = (who, kind, cents) => api.post(`/api/${kind}`).set(who).send({ name: kind, cents });

  await api.get('/api/summary').set(ada).expect(200, {
    income: 0, expenses: 0, assets: 0, balance: 0, netWorth: 0,
  });
  await add(ada, 'incomes', 300_000);
  await add(ada, 'incomes', 1);
  await add(ada, 'expenses', 120_000);
  await add(ada, 'assets', 1_000_000);
  await add(bob, 'assets', 77);
  await api.get('/api/summary').set(ada).expect(200, {
    income: 300_001, expenses: 120_000, assets: 1_000_000, balance: 180_001, netWorth: 1_180_001,
  });
  db.close();
});
