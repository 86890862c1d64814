/** Where chaincodes listen, as the programs' environment says it. */

/** `host:port` or `unix:/path`; one address for all chaincodes, or one a chaincode. */
export type ChaincodeAddresses = string | Readonly<Record<string, string>>;

/**
 * Reads `unix:/path`, `host:port`, or one a chaincode as `name=address,name=address`.
 * @throws Error when a name comes without an address
 */
export function readChaincodeAddresses(text: string): ChaincodeAddresses {
  if (!text.includes('=')) return text;
  const entries = text.split(',').map((entry) => {
    const [name = '', address = ''] = entry.split('=');
    if (name === '' || address === '') throw new Error(`"${entry}" is not a chaincode's name=address`);
    return [name, address] as const;
  });
  return Object.fromEntries(entries);
}
