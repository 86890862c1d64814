/** Why a simulation refuses what a chaincode asks. */

/** The transaction asks for what a simulation does not allow; the chaincode gets the message. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}
