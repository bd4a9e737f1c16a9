'use strict';

module.exports = {
  testEnvironment: 'node',
  transform: {}, // plain JavaScript as it is
  testMatch: ['<rootDir>/tests/**/*.test.js'],
  // Every source file counts, also one that no test loads. server.js is run by the load test.
  collectCoverageFrom: ['src/**/*.js', '!src/server.js'],
};
