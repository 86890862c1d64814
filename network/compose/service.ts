/** A service of a compose file, as far as ours need it, and what all of them have in common. */
export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly profiles?: readonly string[];
  readonly user?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks?: readonly string[];
  readonly network_mode?: 'none';
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly shm_size?: string;
  readonly healthcheck?: {
    readonly test: readonly string[];
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
  };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly restart: 'no' | 'unless-stopped';
  readonly read_only: true;
  readonly cap_drop: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt: readonly string[];
  readonly pids_limit: number;
  readonly mem_limit: string;
  readonly stop_grace_period?: string;
  readonly logging: object;
}

type Common = Pick<
  Service,
  'restart' | 'read_only' | 'tmpfs' | 'cap_drop' | 'security_opt' | 'pids_limit' | 'mem_limit' | 'logging'
>;

/** Nothing can be written but volumes and /tmp, no right of root's is there, and no service takes the machine from the others. */
export function hardened(memory: string): Common {
  return {
    restart: 'unless-stopped',
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    pids_limit: 512,
    mem_limit: memory,
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
  };
}

/** Names of the volumes that services mount, each once; paths of the project are none. */
export function usedVolumes(services: Readonly<Record<string, Service>>): readonly string[] {
  const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
  const sources = mounts.map((mount) => mount.slice(0, mount.indexOf(':'))).filter((source) => !source.startsWith('.'));
  return [...new Set(sources)].sort();
}
