/** What is left to do by hand once a channel knows another address of an orderer. */
import type { OrdererMove } from '@onepledge/network/configuration';

/** One line a move, none where nobody has moved. */
export function afterMoves(moves: readonly OrdererMove[]): readonly string[] {
  return moves.map(
    ({ number, from, to }) =>
      `next: stop orderer ${number}, and start it with its home at ${to}. Then restart every other orderer, one after the other ("onepledge network status" on its machine has the PID; ` +
      `"kill <pid>": it is started again at once): until then Fabric's orderers go on dialling ${from}, and orderer ${number} orders nothing, though it is healthy`,
  );
}
