/** How `_lifecycle` refuses. */
import { type Behaviour } from '../../behaviour';

const PREFIX = 'evaluate call to endorser returned error: chaincode response';

/** A refusal of `_lifecycle` as one peer words it. */
export const refused = (message: string, status = 500): Behaviour['expect'] => ({
  status: 'UNKNOWN',
  message: `${PREFIX} ${status}, ${message}`,
});

/** A refusal to endorse by the peer of an organisation. */
export const notEndorsed = (functionName: string, message: string, mspId = 'Org1MSP'): Behaviour['expect'] => ({
  status: 'ABORTED',
  stage: 'endorse',
  details: [
    {
      mspId,
      message: `chaincode response 500, failed to invoke backing implementation of '${functionName}': ${message}`,
    },
  ],
});

export const APPROVE = 'ApproveChaincodeDefinitionForMyOrg';
export const DENIED = 'Failed to authorize invocation due to failed ACL check: ';
