/** orderer.yaml of an orderer: Fabric's defaults, with what a network on one machine needs. */
import { join } from 'node:path';
import { type NodePaths } from './node-folder';

export interface OrdererSetting {
  readonly mspId: string;
  readonly port: number;
  /** The address that it listens on; loopback when left out. */
  readonly listen?: string | undefined;
  /** Where administrators join it to channels. */
  readonly adminPort: number;
  /** Health and metrics, for those who have a certificate of the organisation's TLS CA. */
  readonly operationsPort: number;
  /** As `cryptoProvider` says. */
  readonly bccsp: object;
  readonly paths: NodePaths;
}

/** The content of orderer.yaml. */
export function ordererConfiguration({
  mspId,
  port,
  listen = '127.0.0.1',
  adminPort,
  operationsPort,
  bccsp,
  paths,
}: OrdererSetting): object {
  const tls = {
    Enabled: true,
    PrivateKey: paths.tlsKey,
    Certificate: paths.tlsCertificate,
  };
  const mutual = { ...tls, ClientAuthRequired: true, ClientRootCAs: [paths.tlsCa] };
  return {
    General: {
      ListenAddress: listen,
      ListenPort: port,
      TLS: { ...tls, RootCAs: [paths.tlsCa], ClientAuthRequired: false },
      Keepalive: { ServerMinInterval: '60s', ServerInterval: '7200s', ServerTimeout: '20s' },
      // Orderers of one machine start together: they look for each other often.
      Backoff: { BaseDelay: '100ms', Multiplier: 1.6, MaxDelay: '2s' },
      MaxRecvMsgSize: 104857600,
      MaxSendMsgSize: 104857600,
      Throttling: { Rate: 0, InactivityTimeout: '5s' },
      // No listener of its own: consenters meet at the same port as clients.
      Cluster: { SendBufferSize: 100, ClientCertificate: paths.tlsCertificate, ClientPrivateKey: paths.tlsKey },
      LocalMSPDir: paths.msp,
      LocalMSPID: mspId,
      BCCSP: bccsp,
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: join(paths.data, 'ledger') },
    Operations: { ListenAddress: `127.0.0.1:${operationsPort}`, TLS: mutual },
    Metrics: { Provider: 'prometheus' },
    Admin: { ListenAddress: `127.0.0.1:${adminPort}`, TLS: mutual },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '10 MB' },
    Consensus: { WALDir: join(paths.data, 'wal'), SnapDir: join(paths.data, 'snapshots') },
  };
}
