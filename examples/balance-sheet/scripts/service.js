'use strict';

// Starts the service on a free port of this host, for a load test, and stops it:
//
//   node scripts/service.js start     its address and a token, as NAME=VALUE lines
//   node scripts/service.js stop      also where none runs

const { fork } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..', '.service');
const PID = path.join(FOLDER, 'pid');
const USER = { email: 'load@example.com', password: 'load-test-only' };

/** In a session of its own and without PIPECTL_*: pipectl ends what a stage leaves behind otherwise. */
function environment() {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PIPECTL_'));
  return {
    ...Object.fromEntries(own),
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE: ':memory:',
    JWT_SECRET: randomBytes(32).toString('hex'), // known to this one process
  };
}

function startServer() {
  fs.mkdirSync(FOLDER, { recursive: true });
  const log = fs.openSync(path.join(FOLDER, 'log'), 'w');
  const child = fork(path.join(__dirname, '..', 'src', 'server.js'), [], {
    detached: true,
    env: environment(),
    stdio: ['ignore', log, log, 'ipc'],
  });
  fs.writeFileSync(PID, String(child.pid));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: see ${FOLDER}/log`)));
    child.once('message', ({ url }) => {
      child.disconnect();
      child.unref();
      resolve(url);
    });
  });
}

async function start() {
  stop();
  const url = await startServer();
  const answer = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(USER),
  });
  if (!answer.ok) throw new Error(`the user was not registered: ${answer.status} ${await answer.text()}`);
  const { token } = await answer.json();
  console.log(`url=${url}\ntoken=${token}`);
}

function stop() {
  if (!fs.existsSync(PID)) return;
  try {
    process.kill(Number(fs.readFileSync(PID, 'utf8')), 'SIGTERM');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
  fs.rmSync(PID);
}

const commands = { start, stop };
const command = commands[process.argv[2]];
if (!command) {
  console.error('usage: node scripts/service.js start|stop');
  process.exit(2);
}
Promise.resolve(command()).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
