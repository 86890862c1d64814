/** docker-compose.yaml: the services of a layout. */
import { type Layout, PORTS, type Size } from './layout';
import { HOME, NODE_FOLDER, PROMETHEUS_OWNER } from './prepare';
import { hardened, type Service, usedVolumes } from './service';

/** The release of Fabric that the project is made for; one setting upgrades it, service by service. */
const FABRIC = '${FABRIC_VERSION:-3.1.5}';

/** The releases that are run. */
export const IMAGES = {
  peer: `hyperledger/fabric-peer:${FABRIC}`,
  orderer: `hyperledger/fabric-orderer:${FABRIC}`,
  postgres: 'postgres:17.6-bookworm',
  prometheus: 'prom/prometheus:v3.5.0',
  grafana: 'grafana/grafana:12.1.1',
} as const;

/** All of ours are built from one Dockerfile. */
const ours = (target: string): Pick<Service, 'image' | 'build'> => ({
  image: `onepledge/${target}:0.1.0`,
  build: { context: '.', target },
});

const CONSORTIUM = './network/consortium.yaml:/etc/onepledge/consortium.yaml:ro';
const MONITORING = './network/compose/monitoring';
/** `node` in Node's images. */
const USER = '1000:1000';
const PROMETHEUS_USER = `${PROMETHEUS_OWNER.uid}:${PROMETHEUS_OWNER.gid}`;

/** The content of the file. */
export function composeFile(layout: Layout, size: Size): object {
  const services = builtOnce({
    ...jobs(layout, size),
    ...Object.fromEntries(layout.orderers.map(({ service }) => [service, orderer(service)])),
    ...Object.fromEntries(layout.peers.map(({ service }) => [service, peer(service)])),
    ...Object.fromEntries(layout.chaincodes.map(({ service }) => [service, chaincode(service)])),
    postgres: postgres(),
    ...Object.fromEntries(layout.gateways.map((gateway, at) => [gateway.service, gatewayService(gateway, at)])),
    ...monitoring(layout, size),
    cli: cli(layout),
  });
  return {
    name: layout.project,
    services,
    networks: { fabric: { internal: true }, database: { internal: true }, outside: {} },
    volumes: Object.fromEntries(usedVolumes(services).map((name) => [name, {}])),
  };
}

/**
 * Each image is built for the first service that runs it only. Built for each of them it gets another id each time, and the next
 * `up` would put new containers in the place of those that run.
 */
function builtOnce(services: Readonly<Record<string, Service>>): Readonly<Record<string, Service>> {
  const built = new Set<string>();
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const { build, ...others } = service;
      if (build === undefined || built.has(service.image)) return [name, others];
      built.add(service.image);
      return [name, service];
    }),
  );
}

function jobs(layout: Layout, size: Size): Readonly<Record<string, Service>> {
  const environment = { ONEPLEDGE_SIZE: size };
  const services = [...layout.orderers, ...layout.peers, ...layout.chaincodes, ...layout.gateways].map(
    ({ service }) => service,
  );
  const volume = (name: string): string => `${name}:/volumes/${name}`;
  const nodes = [...layout.orderers, ...layout.peers, ...layout.chaincodes];
  return {
    prepare: {
      ...ours('operator'),
      ...hardened('256m'),
      command: ['prepare'],
      environment: { ...environment, ONEPLEDGE_OWNER: USER },
      // Volumes are root's when they are new: the job gives them to those who use them, and has no network meanwhile.
      user: '0:0',
      cap_add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
      network_mode: 'none',
      restart: 'no',
      volumes: [
        CONSORTIUM,
        `consortium:${HOME}`,
        ...services.map(volume),
        ...['issuer', 'prometheus-tls', 'certificates'].map(volume),
      ],
    },
    deploy: {
      ...ours('operator'),
      ...hardened('256m'),
      command: ['deploy'],
      environment,
      restart: 'no',
      networks: ['fabric'],
      volumes: [CONSORTIUM, `consortium:${HOME}`, ...layout.gateways.map(({ service }) => volume(service))],
      depends_on: Object.fromEntries(nodes.map(({ service }) => [service, { condition: 'service_healthy' }])),
    },
  };
}

/** A question costs the engine some 80 ms of a processor, whatever is asked, and more than twenty services are asked all the time. */
const OFTEN_ENOUGH = { interval: '10s', timeout: '10s', retries: 12 } as const;
const afterPrepare = { prepare: { condition: 'service_completed_successfully' } } as const;
/**
 * Whether somebody listens, by the kernel's own table: a connection that says nothing would stand in the node's log as a failed
 * TLS handshake. A node opens its port once it has opened its ledgers.
 */
const listens = (port: number): NonNullable<Service['healthcheck']> => {
  const inHex = port.toString(16).toUpperCase().padStart(4, '0');
  return { test: ['CMD', 'grep', '-qE', `:${inHex} 0+:0000 0A`, '/proc/net/tcp', '/proc/net/tcp6'], ...OFTEN_ENOUGH };
};

function orderer(service: string): Service {
  return {
    image: IMAGES.orderer,
    ...hardened('512m'),
    user: USER,
    environment: {
      FABRIC_CFG_PATH: NODE_FOLDER,
      FABRIC_LOGGING_SPEC: 'info:grpc=error',
      ORDERER_GENERAL_LISTENADDRESS: '0.0.0.0',
      ORDERER_ADMIN_LISTENADDRESS: `0.0.0.0:${PORTS.ordererAdmin}`,
      ORDERER_OPERATIONS_LISTENADDRESS: `0.0.0.0:${PORTS.operations}`,
    },
    networks: ['fabric'],
    // The image declares a volume for its sample configuration, which nobody needs.
    tmpfs: ['/tmp', '/etc/hyperledger/fabric'],
    volumes: [`${service}:${NODE_FOLDER}`],
    healthcheck: listens(PORTS.orderer),
    depends_on: afterPrepare,
  };
}

function peer(service: string): Service {
  return {
    image: IMAGES.peer,
    ...hardened('768m'),
    user: USER,
    environment: {
      FABRIC_CFG_PATH: NODE_FOLDER,
      FABRIC_LOGGING_SPEC: 'info:grpc=error',
      CORE_PEER_LISTENADDRESS: `0.0.0.0:${PORTS.peer}`,
      CORE_OPERATIONS_LISTENADDRESS: `0.0.0.0:${PORTS.operations}`,
    },
    networks: ['fabric'],
    tmpfs: ['/tmp', '/etc/hyperledger/fabric'],
    volumes: [`${service}:${NODE_FOLDER}`],
    healthcheck: listens(PORTS.peer),
    depends_on: afterPrepare,
  };
}

function chaincode(service: string): Service {
  return {
    ...ours('chaincode'),
    ...hardened('256m'),
    networks: ['fabric'],
    volumes: [`${service}:${HOME}:ro`],
    healthcheck: listens(PORTS.chaincode),
    depends_on: afterPrepare,
  };
}

function postgres(): Service {
  return {
    image: IMAGES.postgres,
    ...hardened('512m'),
    user: '999:999',
    environment: {
      POSTGRES_USER: 'onepledge',
      POSTGRES_DB: 'onepledge',
      POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:-onepledge}',
    },
    networks: ['database'],
    tmpfs: ['/tmp', '/run/postgresql:uid=999,gid=999'],
    volumes: ['postgres:/var/lib/postgresql/data'],
    shm_size: '128m',
    healthcheck: {
      // By TCP: while the database is made, the server answers on its socket only.
      test: ['CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'onepledge'],
      ...OFTEN_ENOUGH,
    },
  };
}

function gatewayService({ service, member }: Layout['gateways'][number], at: number): Service {
  return {
    ...ours('gateway'),
    ...hardened('512m'),
    environment: {
      ONEPLEDGE_MEMBERS: member,
      ONEPLEDGE_GATEWAY_NAME: member,
      DATABASE_URL: 'postgres://onepledge:${POSTGRES_PASSWORD:-onepledge}@postgres:5432/onepledge',
      OIDC_ISSUER: '${OIDC_ISSUER:-}',
      OIDC_AUDIENCE: '${OIDC_AUDIENCE:-}',
      OIDC_JWKS_URL: '${OIDC_JWKS_URL:-}',
    },
    networks: ['fabric', 'database', 'outside'],
    ports: [`127.0.0.1:${3000 + at}:${PORTS.gateway}`],
    volumes: [`${service}:${HOME}`, `issuer:${HOME}/issuer`],
    stop_grace_period: '30s',
    depends_on: {
      deploy: { condition: 'service_completed_successfully' },
      postgres: { condition: 'service_healthy' },
    },
  };
}

function monitoring(layout: Layout, size: Size): Readonly<Record<string, Service>> {
  const optional = size === 'small' ? { profiles: ['monitoring'] } : {};
  const file = size === 'small' ? 'prometheus.small.yml' : 'prometheus.yml';
  return {
    exporter: {
      ...ours('operator'),
      ...hardened('128m'),
      ...optional,
      command: ['exporter'],
      networks: ['fabric'],
      volumes: ['certificates:/certificates:ro'],
      healthcheck: listens(PORTS.exporter),
      depends_on: afterPrepare,
    },
    prometheus: {
      image: IMAGES.prometheus,
      ...hardened('512m'),
      ...optional,
      user: PROMETHEUS_USER,
      command: [
        '--config.file=/etc/prometheus/prometheus.yml',
        '--storage.tsdb.path=/prometheus',
        '--storage.tsdb.retention.time=30d',
      ],
      networks: ['fabric', 'outside'],
      ports: ['127.0.0.1:9090:9090'],
      volumes: [
        `${MONITORING}/${file}:/etc/prometheus/prometheus.yml:ro`,
        `${MONITORING}/alerts.yml:/etc/prometheus/alerts.yml:ro`,
        'prometheus-tls:/etc/prometheus/tls:ro',
        'prometheus:/prometheus',
      ],
      healthcheck: {
        test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:9090/-/ready'],
        ...OFTEN_ENOUGH,
      },
      depends_on: afterPrepare,
    },
    grafana: {
      image: IMAGES.grafana,
      ...hardened('512m'),
      ...optional,
      user: '472:0',
      environment: {
        GF_SECURITY_ADMIN_PASSWORD: '${GRAFANA_PASSWORD:-onepledge}',
        GF_ANALYTICS_REPORTING_ENABLED: 'false',
        GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
        GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
        GF_NEWS_NEWS_FEED_ENABLED: 'false',
        // Grafana 12 fetches plugins from outside at its start, which nothing here uses.
        GF_PLUGINS_PREINSTALL_DISABLED: 'true',
        GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: '/etc/onepledge/dashboards/onepledge.json',
      },
      networks: ['outside'],
      ports: ['127.0.0.1:3100:3000'],
      volumes: [
        // One by one: in the place of the whole folder they would hide the image's other ones, and Grafana reports each as an error.
        ...['datasources', 'dashboards'].map(
          (kind) => `${MONITORING}/grafana/provisioning/${kind}:/etc/grafana/provisioning/${kind}:ro`,
        ),
        `${MONITORING}/grafana/dashboards:/etc/onepledge/dashboards:ro`,
        'grafana:/var/lib/grafana',
      ],
      healthcheck: {
        test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:3000/api/health'],
        ...OFTEN_ENOUGH,
      },
      depends_on: { prometheus: { condition: 'service_healthy' } },
    },
  };
}

/** `docker compose run --rm cli …`: the command line beside the network, with all administrators' keys. */
function cli({ gateways }: Layout): Service {
  return {
    ...ours('operator'),
    ...hardened('256m'),
    profiles: ['cli'],
    entrypoint: ['node', 'scripts/bin/onepledge.mjs'],
    environment: { ONEPLEDGE_GATEWAY: `http://${gateways[0]?.service ?? 'gateway'}:${PORTS.gateway}` },
    networks: ['fabric'],
    restart: 'no',
    volumes: [CONSORTIUM, `consortium:${HOME}`, `issuer:${HOME}/issuer`],
  };
}
