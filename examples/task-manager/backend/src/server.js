'use strict';

const { createApp } = require('./app');
const { readConfig } = require('./config');
const { openStore } = require('./store');

async function main() {
  const config = readConfig();
  const store = await openStore(config);
  const app = createApp({ store, version: config.version });
  const server = app.listen(config.port, config.host, (error) => {
    if (error) throw error;
    const url = `http://${config.host}:${server.address().port}`;
    console.log(`listening on ${url}`);
    process.send?.({ url }); // whoever forked it wants to know
  });

  // What was begun is answered; then the store is closed, and nothing holds the process any more.
  const stop = () => {
    server.close(() => store.close());
    server.closeIdleConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
