/** A way to a server that can break: cut (connections end, new ones are refused) or swallowing all there is (nothing ends). */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class UnreliableNetwork {
  readonly #server: Server;
  readonly #url: URL;
  readonly #sockets = new Set<Socket>();
  #state: 'whole' | 'cut' | 'swallowing' = 'whole';

  private constructor(server: Server, url: URL) {
    this.#server = server;
    this.#url = url;
  }

  /** @param url of the server that this is the way to */
  static async to(url: string): Promise<UnreliableNetwork> {
    const server = createServer();
    const network = new UnreliableNetwork(server, new URL(url));
    server.on('connection', (socket) => {
      network.#carry(socket);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return network;
  }

  /** The server's URL by this way. */
  get url(): string {
    const url = new URL(this.#url);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.toString();
  }

  cut(): void {
    this.#state = 'cut';
    for (const socket of this.#sockets) socket.destroy();
  }

  /** What was connected stays so and hears nothing more, also once the network is mended. */
  swallow(): void {
    this.#state = 'swallowing';
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.on('data', () => undefined);
    }
  }

  mend(): void {
    this.#state = 'whole';
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(client: Socket): void {
    if (this.#state === 'cut') {
      client.destroy();
      return;
    }
    this.#sockets.add(client);
    client.on('error', () => undefined);
    if (this.#state === 'swallowing') return;
    const server = connect(Number(this.#url.port === '' ? 5432 : this.#url.port), this.#url.hostname);
    this.#sockets.add(server);
    server.on('error', () => undefined);
    client.pipe(server).pipe(client);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }
}
