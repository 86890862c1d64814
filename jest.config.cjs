/** One project for all packages: unit tests stand beside their code, tests that cross packages in test/. */
module.exports = {
  rootDir: __dirname,
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/.onepledge/'],
  transform: {
    '^.+\\.[cm]?[tj]s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } }, module: { type: 'commonjs' } },
    ],
  },
  // These publish ECMAScript modules only; jest runs CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(jose|@electric-sql)/)'],
  moduleNameMapper: {
    // Imports at run time name the compiled file.
    '^(\\.{1,2}/.*/(?:index|genesis))\\.js$': '$1',
    '^@onepledge/chaincode/model$': '<rootDir>/chaincode/src/model/index.ts',
    '^@onepledge/network$': '<rootDir>/network/index.ts',
    '^@onepledge/network/(.*)$': '<rootDir>/network/$1',
  },
  testEnvironment: 'node',
  maxWorkers: 2,
  testTimeout: 120_000,
};
