'use strict';

module.exports = {
  testEnvironment: 'node',
  transform: {}, // plain JavaScript as it is
  testMatch: ['<rootDir>/tests/**/*.test.js'],
  // server.js is run by the load test, the PostgreSQL store by the integration tests.
  collectCoverageFrom: ['src/**/*.js', '!src/server.js', '!src/store/postgres.js'],
};
