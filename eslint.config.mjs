import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** A policy for each element: it may use these elements, any package and Node's own modules. */
function allowed(uses) {
  const outside = ['external', 'core'].map((origin) => ({
    from: { element: { type: '*' } },
    allow: { to: { module: { origin } } },
  }));
  const inside = Object.entries(uses).map(([type, types]) => ({
    from: { element: { type } },
    allow: { to: { element: { types: { anyOf: types } } } },
  }));
  return [...outside, ...inside];
}

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.onepledge/**', 'coverage/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' }],
    },
  },
  {
    // Dependencies point one way: domain <- model users <- ledger <- contracts; everybody may use the model, nobody the chaincode's inside.
    files: ['**/*.ts'],
    // Tests and their tools may look at everything that they test.
    ignores: ['**/*.test.ts', '**/testing/**'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { typescript: { project: '*/tsconfig.json', noWarnOnMultipleProjects: true } },
      'boundaries/root-path': import.meta.dirname,
      'boundaries/elements': [
        { type: 'model', pattern: 'chaincode/src/model', partialMatch: false },
        { type: 'domain', pattern: 'chaincode/src/domain', partialMatch: false },
        { type: 'ledger', pattern: 'chaincode/src/ledger', partialMatch: false },
        { type: 'contracts', pattern: 'chaincode/src/contracts', partialMatch: false },
        { type: 'chaincode', pattern: 'chaincode/src', partialMatch: false },
        { type: 'embedded', pattern: 'network/embedded', partialMatch: false },
        { type: 'network', pattern: 'network', partialMatch: false },
        { type: 'gateway', pattern: 'gateway', partialMatch: false },
        { type: 'scripts', pattern: 'scripts', partialMatch: false },
        { type: 'test', pattern: 'test', partialMatch: false },
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: allowed({
            model: ['model'],
            domain: ['domain', 'model'],
            ledger: ['ledger', 'domain', 'model'],
            contracts: ['contracts', 'ledger', 'domain', 'model'],
            chaincode: ['chaincode', 'contracts', 'ledger', 'domain', 'model'],
            network: ['network'],
            embedded: ['embedded', 'network'],
            gateway: ['gateway', 'model', 'network'],
            scripts: ['scripts', 'gateway', 'model', 'network', 'embedded'],
            test: [
              'test',
              'chaincode',
              'contracts',
              'ledger',
              'domain',
              'model',
              'network',
              'embedded',
              'gateway',
              'scripts',
            ],
          }),
        },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        require: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
      },
    },
  },
  prettier,
);
