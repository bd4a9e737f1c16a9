'use strict';

const { createApp } = require('./app');
const { readConfig } = require('./config');
const { openDatabase } = require('./database');

const config = readConfig();
const db = openDatabase(config.database);
const server = createApp({ db, jwtSecret: config.jwtSecret }).listen(config.port, config.host, (error) => {
  if (error) throw error;
  const url = `http://${config.host}:${server.address().port}`;
  console.log(`listening on ${url}`);
  process.send?.({ url }); // whoever forked it wants to know
});

// What was begun is answered; then the database is closed, and nothing holds the process any more.
function stop() {
  server.close(() => db.close());
  server.closeIdleConnections();
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
