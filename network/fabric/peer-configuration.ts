/** core.yaml of a peer: Fabric's defaults, with what a network on one machine needs. */
import { type NodePaths } from './node-folder';

export interface PeerSetting {
  readonly id: string;
  readonly mspId: string;
  /** `host:port` at which clients, other peers and the Gateway's error details know it. */
  readonly address: string;
  readonly port: number;
  /** The address that it listens on; loopback when left out. */
  readonly listen?: string | undefined;
  /** Another peer of the same organisation, or its own address. */
  readonly bootstrap: string;
  /** Health and metrics, for those who have a certificate of the organisation's TLS CA. */
  readonly operationsPort: number;
  /** As `cryptoProvider` says. */
  readonly bccsp: object;
  readonly paths: NodePaths;
  readonly ccaasBuilder: string;
}

/** The content of core.yaml. */
export function peerConfiguration(setting: PeerSetting): object {
  const { paths } = setting;
  return {
    peer: {
      id: setting.id,
      networkId: 'onepledge',
      listenAddress: `${setting.listen ?? '127.0.0.1'}:${setting.port}`,
      // Nothing connects here: chaincodes are services that peers connect to. Unset, all peers would take the same port.
      chaincodeListenAddress: '127.0.0.1:0',
      address: setting.address,
      localMspId: setting.mspId,
      localMspType: 'bccsp',
      mspConfigPath: paths.msp,
      fileSystemPath: paths.data,
      gateway: { enabled: true, endorsementTimeout: '30s', broadcastTimeout: '30s', dialTimeout: '10s' },
      keepalive: {
        interval: '7200s',
        timeout: '20s',
        minInterval: '60s',
        client: { interval: '60s', timeout: '20s' },
        deliveryClient: { interval: '60s', timeout: '20s' },
      },
      gossip: gossip(setting),
      tls: {
        enabled: true,
        clientAuthRequired: false,
        cert: { file: paths.tlsCertificate },
        key: { file: paths.tlsKey },
        rootcert: { file: paths.tlsCa },
      },
      authentication: { timewindow: '15m' },
      client: { connTimeout: '3s' },
      deliveryclient: {
        connTimeout: '3s',
        reconnectTotalTimeThreshold: '3600s',
        // Tries again soon: orderers may start after the peers.
        reConnectBackoffThreshold: '2s',
        minimalReconnectInterval: '100ms',
        // An orderer that gives no blocks while others tell of newer ones is left for another after this time (Fabric's own: 30 s).
        blockCensorshipTimeoutKey: '2s',
        policy: 'cluster',
      },
      BCCSP: setting.bccsp,
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }, { name: 'TimeWindowCheck' }],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement', library: '' } },
        validators: { vscc: { name: 'DefaultValidation', library: '' } },
      },
      discovery: {
        enabled: true,
        authCacheEnabled: true,
        authCacheMaxSize: 1000,
        authCachePurgeRetentionRatio: 0.75,
        orgMembersAllowedAccess: false,
      },
      limits: { concurrency: { endorserService: 2500, deliverService: 2500, gatewayService: 500 } },
      maxRecvMsgSize: 104857600,
      maxSendMsgSize: 104857600,
    },
    // No endpoint: no Docker, and a healthy peer without it.
    vm: { endpoint: '' },
    chaincode: {
      externalBuilders: [{ name: 'ccaas_builder', path: setting.ccaasBuilder }],
      installTimeout: '300s',
      startuptimeout: '300s',
      executetimeout: '30s',
      mode: 'net',
      keepalive: 0,
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      logging: { level: 'info', shim: 'warning' },
      runtimeParams: {
        useWriteBatch: true,
        maxSizeWriteBatch: 1000,
        useGetMultipleKeys: true,
        maxSizeGetMultipleKeys: 1000,
      },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb', totalQueryLimit: 100000 },
      history: { enableHistoryDatabase: true },
      pvtdataStore: {
        collElgProcMaxDbBatchSize: 5000,
        collElgProcDbBatchesInterval: 1000,
        deprioritizedDataReconcilerInterval: '60m',
        purgeInterval: 100,
        purgedKeyAuditLogging: true,
      },
      snapshots: { rootDir: `${paths.data}/snapshots` },
    },
    operations: {
      listenAddress: `127.0.0.1:${setting.operationsPort}`,
      tls: {
        enabled: true,
        cert: { file: paths.tlsCertificate },
        key: { file: paths.tlsKey },
        clientAuthRequired: true,
        clientRootCAs: { files: [paths.tlsCa] },
      },
    },
    metrics: { provider: 'prometheus' },
  };
}

/** Peers learn of each other through it: the Gateway asks no peer that gossip does not know. */
function gossip({ address, bootstrap }: PeerSetting): object {
  return {
    bootstrap,
    endpoint: address,
    externalEndpoint: address,
    useLeaderElection: false,
    orgLeader: true,
    // The times are Fabric's, but for those that a first meeting waits for: a network on one machine is there at once.
    membershipTrackerInterval: '5s',
    maxBlockCountToStore: 10,
    maxPropagationBurstLatency: '10ms',
    maxPropagationBurstSize: 10,
    propagateIterations: 1,
    propagatePeerNum: 3,
    pullInterval: '1s',
    pullPeerNum: 3,
    requestStateInfoInterval: '1s',
    publishStateInfoInterval: '1s',
    publishCertPeriod: '10s',
    dialTimeout: '3s',
    connTimeout: '2s',
    recvBuffSize: 20,
    sendBuffSize: 200,
    digestWaitTime: '200ms',
    requestWaitTime: '300ms',
    responseWaitTime: '500ms',
    aliveTimeInterval: '1s',
    aliveExpirationTimeout: '25s',
    reconnectInterval: '2s',
    maxConnectionAttempts: 120,
    msgExpirationFactor: 20,
    pvtData: {
      // A block waits so long for private data that a peer should have and nobody gives.
      pullRetryThreshold: '500ms',
      transientstoreMaxBlockRetention: 20000,
      pushAckTimeout: '3s',
      btlPullMargin: 10,
      reconcileBatchSize: 10,
      reconcileSleepInterval: '10s',
      reconciliationEnabled: true,
      skipPullingInvalidTransactionsDuringCommit: false,
      implicitCollectionDisseminationPolicy: { requiredPeerCount: 0, maxPeerCount: 1 },
    },
    state: { enabled: false },
  };
}
