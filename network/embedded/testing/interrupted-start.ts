/** Starts a network that kills itself as soon as a block is on disk: `interrupted-start <home> <chaincode address> <block>`. */
import { startEmbeddedNetwork } from '../index';
import { Ledger } from '../ledger/ledger';
import { testConsortium } from './consortium';

const [home = '', chaincodeAddress = '', last = ''] = process.argv.slice(2);

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its ledger below
const { commit } = Ledger.prototype;
Ledger.prototype.commit = async function (...args: Parameters<typeof commit>): Promise<void> {
  await commit.apply(this, args);
  if (this.height > Number(last)) process.kill(process.pid, 'SIGKILL');
};

startEmbeddedNetwork({ home, consortium: testConsortium({}), chaincodeAddress, peerPorts: 'ephemeral' }).catch(
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
