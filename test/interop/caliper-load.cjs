/**
 * Runs in a folder in which Caliper is installed and network.yaml stands: drives its fabric-gateway connector as one of its
 * workers does, and prints what became of it as JSON on the last line.
 */
'use strict';
const { Buffer } = require('node:buffer');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const installed = createRequire(join(process.cwd(), 'package.json'));
const { ConfigUtil } = installed('@hyperledger/caliper-core');
const { ConnectorFactory } = installed('@hyperledger/caliper-fabric');

const REQUESTS = 100;

const request = (contractFunction, contractArguments, readOnly) => ({
  contractId: 'basic',
  contractFunction,
  contractArguments,
  invokerIdentity: 'user',
  readOnly,
});

async function main() {
  ConfigUtil.set(ConfigUtil.keys.Workspace, process.cwd());
  ConfigUtil.set(ConfigUtil.keys.NetworkConfig, 'network.yaml');
  const connector = await ConnectorFactory(0);
  const [workerArguments] = await connector.prepareWorkerArguments(1);
  await connector.getContext(0, workerArguments);
  const writes = Array.from({ length: REQUESTS }, (_, at) => request('put', [`caliper${at}`, `value${at}`], false));
  const written = await connector.sendRequests(writes);
  const read = await connector.sendRequests(request('get', ['caliper7'], true));
  await connector.releaseContext();
  const committed = written.filter((status) => status.GetStatus() === 'success' && status.IsVerified()).length;
  process.stdout.write(`\n${JSON.stringify({ committed, read: Buffer.from(read.GetResult()).toString() })}\n`);
  // Its connections keep the process alive.
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
