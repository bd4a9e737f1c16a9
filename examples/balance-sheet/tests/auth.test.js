'use strict';

const jwt = require('jsonwebtoken');
const { SECRET, start, newUser } = require('./helpers');

const ADA = { email: 'ada@example.com', password: 'analytical' };
let app;
const register = (user = ADA) => app.api.post('/api/auth/register').send(user);

beforeEach(() => {
  app = start();
});
afterEach(() => app.db.close());

test('who registers can log in, in whatever case the address is written', async () => {
  await register().expect(201);
  const answer = await app.api.post('/api/auth/login').send({ ...ADA, email: 'Ada@Example.com' });
  expect(answer.status).toBe(200);
  expect(jwt.verify(answer.body.token, SECRET).sub).toBe('1');
});

test('an address registers once', async () => {
  await register().expect(201);
  await register().expect(409, { error: 'this email is taken' });
});

test.each([
  ['no body', undefined],
  ['no address', { email: 'ada', password: 'analytical' }],
  ['a short password', { email: 'ada@example.com', password: 'short' }],
])('%s is refused', async (_what, body) => {
  await app.api.post('/api/auth/register').send(body).expect(400);
});

test.each([
  ['a wrong password', { ...ADA, password: 'synthetical' }],
  ['a stranger', { ...ADA, email: 'bob@example.com' }],
])('%s does not get in', async (_what, body) => {
  await register().expect(201);
  await app.api.post('/api/auth/login').send(body).expect(401, { error: 'wrong email or password' });
});

test.each([
  ['no token', undefined],
  ['another scheme', 'Basic YWRhOmE='],
  ['another secret', `Bearer ${jwt.sign({}, 'another-secret-altogether', { subject: '1' })}`],
  ['no signature', `Bearer ${jwt.sign({}, null, { algorithm: 'none', subject: '1' })}`],
  ['a token of the past', `Bearer ${jwt.sign({}, SECRET, { subject: '1', expiresIn: -1 })}`],
])('%s opens nothing', async (_what, authorization) => {
  newUser(app.db);
  const call = app.api.get('/api/summary');
  if (authorization) call.set('Authorization', authorization);
  await call.expect(401);
});
