/** What stands on the terminal when the network is ready: where to look and what to try. */
import type { EngineName } from './engine';
import { resolveHome, runFolder } from './home';

const NETWORK: Readonly<Record<EngineName, string>> = {
  embedded: 'This is the embedded network: for development, demos and small pilots.',
  fabric: "This is Hyperledger Fabric, all organisations' nodes on this machine: for tests and pilots.",
};

/** @param seconds that the start took */
export function welcome(engine: EngineName, gateway: string, home: string, seconds: number): string {
  const onepledge = command(home);
  const elsewhere = gateway === 'http://127.0.0.1:3000' ? '' : ` --gateway ${gateway}`;
  return [
    `Onepledge is ready after ${seconds.toFixed(1)} s. ${NETWORK[engine]}`,
    '',
    `  API        ${gateway}/v1      documentation ${gateway}/docs      OpenAPI ${gateway}/v1/openapi.json`,
    `  health     ${gateway}/readyz  metrics       ${gateway}/metrics`,
    `  logs       ${runFolder(home)}`,
    '',
    'Try, in a second terminal:',
    `  ${onepledge} demo${elsewhere}`,
    `  curl -H "Authorization: Bearer $(${onepledge} token --as platform)" ${gateway}/v1/members`,
    '',
    'Ctrl-C stops it; the ledger stays for the next start.',
  ].join('\n');
}

/** How the network is spoken to from the same folder. */
function command(home: string): string {
  const here = home === resolveHome({}, process.cwd());
  return here ? 'npx onepledge' : `ONEPLEDGE_HOME=${home} npx onepledge`;
}

/** As `welcome`, for one member's nodes. */
export function memberWelcome(member: string, gateway: string, home: string, seconds: number): string {
  const onepledge = command(home);
  return [
    `The nodes of ${member} run and have joined, after ${seconds.toFixed(1)} s. Its gateway is at ${gateway}.`,
    '',
    `  logs       ${runFolder(home)}`,
    '',
    'Next, in a second terminal, once enough other members are there:',
    `  ${onepledge} chaincode install`,
    `  ${onepledge} chaincode approve      one of the members then: ${onepledge} chaincode commit`,
    `  ${onepledge} network status`,
    '',
    'Ctrl-C stops it; the ledger stays for the next start.',
  ].join('\n');
}
