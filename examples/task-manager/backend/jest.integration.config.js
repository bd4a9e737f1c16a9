'use strict';

// Against the services that DATABASE_URL and REDIS_URL name.
module.exports = {
  testEnvironment: 'node',
  transform: {},
  testMatch: ['<rootDir>/integration/**/*.test.js'],
};
