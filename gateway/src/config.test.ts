import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ConfigError, configurationReference, readConfig } from './config';

describe('the configuration', () => {
  test('of an empty environment is the embedded start', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      name: 'main',
      members: undefined,
      databaseUrl: undefined,
      issuer: { kind: 'demo' },
      group: { commands: 200 },
    });
  });

  test.each([
    ['PORT', '70000'],
    ['PORT', '3e3'],
    ['ONEPLEDGE_GATEWAY_NAME', '../main'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['LOG_LEVEL', 'loud'],
    ['OIDC_JWKS_URL', 'file:///etc/passwd'],
    ['ONEPLEDGE_MEMBERS', 'bank-a;bank-b'],
  ])('refuses %s=%s and names the variable', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });

  test('names every variable at fault at once', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'x' })).toThrow(/PORT.*LOG_LEVEL/);
  });

  test('refuses an issuer without its keys: it would trust nobody or everybody', () => {
    expect(() => readConfig({ OIDC_ISSUER: 'https://id.example' })).toThrow(/OIDC_AUDIENCE/);
  });

  test('takes an empty variable as absent', () => {
    expect(readConfig({ DATABASE_URL: '', PORT: '0' })).toMatchObject({ databaseUrl: undefined, port: 0 });
  });

  test('without group commit sends each command alone', () => {
    expect(readConfig({ ONEPLEDGE_GROUP_COMMIT: 'off' }).group.commands).toBe(1);
  });

  test('is what the reference says', () => {
    const page = readFileSync(join(__dirname, '../../docs/reference/configuration.md'), 'utf8');

    expect(page).toBe(configurationReference());
  });
});
