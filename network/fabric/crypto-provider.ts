/** With what a node signs, in Fabric's words: a key in a file of its MSP, or one in a token by PKCS #11, for which programs are built with `GO_TAGS=pkcs11`. */
import { MaterialError } from '../identity/errors';
import { type HeldPem } from '../identity/key-file';
import { tokenSettings } from '../identity/token-key';

const SOFTWARE = { Hash: 'SHA2', Security: 256 } as const;

/**
 * The section `BCCSP` of core.yaml and orderer.yaml. In a token the key is found by its id, which is the subject key identifier.
 * @throws MaterialError when the key is not here and no token is configured
 */
export function cryptoProvider({ keyPem }: HeldPem, environment: NodeJS.ProcessEnv = process.env): object {
  if (keyPem !== undefined) return { Default: 'SW', SW: { ...SOFTWARE, FileKeyStore: { KeyStore: '' } } };
  const { library, label } = tokenSettings(environment);
  // The PIN comes by the environment; a name that is not in the file is not looked for there.
  return { Default: 'PKCS11', PKCS11: { ...SOFTWARE, Library: library, Label: label, Pin: '', SoftwareVerify: true } };
}

// What is set for other programs must not change what a node is told in its file.
const FABRICS_OWN = /^(CORE|ORDERER|FABRIC)_/;

/** What a node's environment says of the token: the PIN, which stands in no file, and whatever the maker's library is told by, such as `SOFTHSM2_CONF`. */
export function tokenEnvironment(
  { keyPem }: HeldPem,
  kind: 'orderer' | 'peer',
  environment: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  if (keyPem !== undefined) return {};
  const section = kind === 'peer' ? 'CORE_PEER_BCCSP' : 'ORDERER_GENERAL_BCCSP';
  const others = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || FABRICS_OWN.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(others), [`${section}_PKCS11_PIN`]: tokenSettings(environment).pin };
}

/** Why a node ended whose key is in a token, in one line, where its last words tell that. */
export function tokenFailure({ message }: Error): MaterialError | undefined {
  const [node] = message.split(' ', 1);
  if (message.includes('Could not find default `PKCS11` BCCSP')) {
    return new MaterialError(
      `the key of ${node} is in a token: programs of Fabric built with GO_TAGS=pkcs11 are needed`,
    );
  }
  const [, why] = /Could not initialize BCCSP PKCS11 \[(.*)\]/.exec(message) ?? [];
  return why === undefined
    ? undefined
    : new MaterialError(`the token with the key of ${node} cannot be opened: ${why}`);
}
