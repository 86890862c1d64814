/** Brings the nodes of this machine into a channel of the description. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationOf, describe } from '../configuration';
import { type Consortium } from '../consortium';
import { joinAll, joinOwn } from '../fabric/channels';
import { readNodeStates } from '../fabric/node-states';
import { place, placeMember } from '../fabric/placement';
import { Patience } from '../fabric/wait';
import { ensureMaterial } from '../identity/material';
import { ownMember } from '../identity/member-card';
import { ensureMemberMaterial } from '../identity/member-material';
import { type Administration } from './administration';
import { AdministrationError } from './errors';
import { isFabric } from './packages';

const JOINED_WITHIN_MS = 60_000;

/**
 * Makes the channel's first block, if there is none, and joins the orderers and the administered peers that are not in it yet.
 * @throws AdministrationError on the embedded network, or when the description has no such channel
 */
export async function joinChannel(
  { home, connection, organizations }: Administration,
  consortium: Consortium,
  name: string,
): Promise<void> {
  const channel = consortium.channels.find((one) => one.name === name);
  if (channel === undefined) throw new AdministrationError(`the consortium has no channel "${name}"`);
  if (!isFabric(home)) {
    throw new AdministrationError('the embedded network makes its channels from the description when it starts');
  }
  const own = ownMember(home);
  if (own !== undefined) {
    const [first] = organizations;
    const placement = await placeMember(consortium, home, own);
    const material = await ensureMemberMaterial(placement.consortium, home, own);
    await joinOwn(home, placement, material, first.administrator, new Patience(JOINED_WITHIN_MS));
    return;
  }
  // Not asked of a peer: the one that joins again may be the only one whose key is here.
  const block = readFileSync(join(home, 'fabric', 'blocks', `${connection.channel}.block`));
  const { ordering } = describe(configurationOf(block).config);
  const consensus = ordering.consensus === 'etcdraft' ? 'etcdraft' : 'BFT';
  const { consortium: placed, ...placement } = await place(consortium, home, consensus, 'fixed');
  requireRunning(home, placed);
  const material = await ensureMaterial(placed, home);
  const only = { ...placed, channels: placed.channels.filter((one) => one.name === name) };
  const administrators = new Map(organizations.map(({ mspId, administrator }) => [mspId, [administrator]]));
  await joinAll(
    home,
    { ...placement, consortium: only },
    material,
    consensus,
    administrators,
    new Patience(JOINED_WITHIN_MS),
  );
}

/** A channel's first block names all orderers that are described: one that does not run would be missing from the start. */
function requireRunning(home: string, { orderer }: Consortium): void {
  const running = readNodeStates(home)?.nodes;
  const missing = orderer.orderers.find(({ name }) => running?.every((node) => node.name !== name) === true);
  if (missing === undefined) return;
  throw new AdministrationError(
    `${missing.name} is described and does not run: "onepledge orderer add ${missing.name}" takes it in first`,
  );
}
