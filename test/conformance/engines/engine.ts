/** A network that the suite runs on. */
import { type Connection } from '@onepledge/network';

export type EngineName = 'embedded' | 'fabric';

export interface Engine {
  readonly name: EngineName;
  /** Of the network's programs, such as v3.1.5; empty for the embedded network, which is of the project itself. */
  readonly version: string;
  /** Folder with the organisations' development CAs, which give clients their certificates. */
  readonly home: string;
  /** How each organisation's peers are reached. */
  readonly organizations: Connection['organizations'];
  /** How the orderers are reached. */
  readonly orderers: Connection['orderers'];
  /** Stops one peer, by its organisation's name and its own, while all else goes on. */
  stopPeer(organization: string, peer: string): Promise<void>;
  /** Starts it again; it may take some seconds until it answers. */
  startPeer(organization: string, peer: string): Promise<void>;
  /** Ends all processes and removes the folder. */
  stop(): Promise<void>;
}
