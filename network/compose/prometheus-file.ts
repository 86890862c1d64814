/** prometheus.yml: everything that tells of itself, each organisation's nodes asked with a certificate of its own CA. */
import { type Layout, PORTS } from './layout';

const TLS = '/etc/prometheus/tls';

/** The content of the file. */
export function prometheusFile({ placement, orderers, peers, gateways }: Layout): object {
  const { organizations, orderer } = placement.consortium;
  const nodes = [
    { organization: orderer.name, kind: 'orderer', services: orderers.map(({ service }) => service) },
    ...organizations.map(({ name }) => ({
      organization: name,
      kind: 'peer',
      services: peers.filter(({ organization }) => organization === name).map(({ service }) => service),
    })),
  ];
  return {
    global: { scrape_interval: '10s', evaluation_interval: '10s' },
    rule_files: ['/etc/prometheus/alerts.yml'],
    scrape_configs: [
      ...nodes.map(({ organization, kind, services }) => ({
        job_name: `${kind}-${organization}`,
        scheme: 'https',
        tls_config: {
          ca_file: `${TLS}/${organization}/ca.crt`,
          cert_file: `${TLS}/${organization}/client.crt`,
          key_file: `${TLS}/${organization}/client.key`,
        },
        static_configs: services.map((service) => ({
          targets: [`${service}:${PORTS.operations}`],
          labels: { kind, organization, node: service },
        })),
      })),
      {
        job_name: 'gateways',
        static_configs: gateways.map(({ service, member }) => ({
          targets: [`${service}:${PORTS.gateway}`],
          labels: { kind: 'gateway', organization: member, node: service },
        })),
      },
      {
        job_name: 'exporter',
        static_configs: [{ targets: [`exporter:${PORTS.exporter}`], labels: { kind: 'exporter' } }],
      },
    ],
  };
}
