/** The programs of a network and what each is told. */
import { join } from 'node:path';
import { ROOT } from '../root';
import type { ChaincodeAddress } from './chaincode-address';
import type { ProgramSpec } from './managed-process';

export type NetworkSettings = Readonly<{
  home: string;
  consortium: string;
  peerPorts: 'fixed' | 'ephemeral';
  chaincode: ChaincodeAddress;
  evidenceKey: string;
}>;

export type GatewaySettings = Readonly<{
  home: string;
  host: string;
  port: number;
  /** Absent: the main gateway. */
  name?: string | undefined;
  /** The members that it serves; absent: all. */
  members?: string | undefined;
}>;

/** The chaincode, and the network that calls it. */
export function networkPrograms(settings: NetworkSettings): readonly ProgramSpec[] {
  const { home, consortium, peerPorts, chaincode, evidenceKey } = settings;
  return [
    {
      name: 'chaincode',
      file: join(ROOT, 'chaincode', 'dist', 'main.js'),
      environment: {
        ONEPLEDGE_HOME: home,
        CHAINCODE_SERVER_ADDRESS: chaincode.address,
        CHAINCODE_ID: 'onepledge:1.0',
        ONEPLEDGE_EVIDENCE_KEY_FILE: evidenceKey,
      },
      beforeStart: chaincode.release,
      afterStop: chaincode.remove,
    },
    {
      name: 'network',
      file: join(ROOT, 'network', 'dist', 'embedded', 'main.js'),
      environment: {
        ONEPLEDGE_HOME: home,
        ONEPLEDGE_CONSORTIUM: consortium,
        ONEPLEDGE_CHAINCODE_ADDRESS: chaincode.address,
        ONEPLEDGE_PEER_PORTS: peerPorts,
      },
      // With 40 % a block of some hundred registrations is enough for a collection of everything: a quarter of the processor time went there.
      heapGrowth: 100,
    },
  ];
}

/** An organisation's own process of a chaincode, for its peer alone. */
export type OwnChaincode = Readonly<{
  organization: string;
  chaincode: string;
  version: string;
  address: string;
  package: Readonly<{ id: string }>;
  tls: Readonly<{ certificate: string; key: string; clientCa: string }>;
}>;

export type FabricSettings = Readonly<{
  home: string;
  consortium: string;
  peerPorts: 'fixed' | 'ephemeral';
  chaincodes: readonly OwnChaincode[];
  /** MSP ids of the consortium's registrars. */
  registrars: readonly string[];
  evidenceKey: string;
}>;

/** The chaincode of every organisation, and the program that runs orderers and peers. */
export function fabricPrograms({
  home,
  consortium,
  peerPorts,
  chaincodes,
  registrars,
  evidenceKey,
}: FabricSettings): readonly ProgramSpec[] {
  return [
    ...chaincodes.map(({ organization, chaincode, version, address, package: { id }, tls }) => ({
      name: `chaincode-${organization}-${chaincode}_${version}`,
      file: join(ROOT, 'chaincode', 'dist', 'main.js'),
      environment: {
        ONEPLEDGE_HOME: home,
        CHAINCODE_SERVER_ADDRESS: address,
        CHAINCODE_ID: id,
        ONEPLEDGE_CHAINCODE_NAME: chaincode,
        CHAINCODE_TLS_CERT: tls.certificate,
        CHAINCODE_TLS_KEY: tls.key,
        CHAINCODE_CLIENT_CA_CERT: tls.clientCa,
        ONEPLEDGE_EVIDENCE_KEY_FILE: evidenceKey,
        ONEPLEDGE_REGISTRARS: registrars.join(),
      },
    })),
    {
      name: 'network',
      file: join(ROOT, 'network', 'dist', 'fabric', 'main.js'),
      environment: {
        ONEPLEDGE_HOME: home,
        ONEPLEDGE_CONSORTIUM: consortium,
        ONEPLEDGE_CHAINCODE_ADDRESS: '',
        ONEPLEDGE_PEER_PORTS: peerPorts,
      },
    },
  ];
}

/** A gateway. */
export function gatewayProgram({ home, host, port, name, members }: GatewaySettings): ProgramSpec {
  return {
    name: name === undefined ? 'gateway' : `gateway-${port}`,
    file: join(ROOT, 'gateway', 'dist', 'main.js'),
    environment: {
      ONEPLEDGE_HOME: home,
      HOST: host,
      PORT: String(port),
      ...(name === undefined ? {} : { ONEPLEDGE_GATEWAY_NAME: name }),
      ...(members === undefined ? {} : { ONEPLEDGE_MEMBERS: members }),
    },
  };
}
