/** An organisation's membership service as a channel's configuration holds it: roots, hash families and NodeOUs. */
import * as msp from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';

/** What makes an organisation's certificates known. */
export interface MspMaterial {
  readonly mspId: string;
  /** The enrolment CA's certificate. */
  readonly caPem: string;
  readonly tlsCaPem: string;
}

/** A Fabric MSP whose roles come from NodeOUs: a certificate's organisational unit says client, peer, admin or orderer. */
export function mspConfig({ mspId, caPem, tlsCaPem }: MspMaterial): msp.MSPConfig {
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  const units = new msp.FabricNodeOUs();
  units.setEnable(true);
  units.setClientOuIdentifier(unit('client'));
  units.setPeerOuIdentifier(unit('peer'));
  units.setAdminOuIdentifier(unit('admin'));
  units.setOrdererOuIdentifier(unit('orderer'));
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(mspId);
  fabric.setRootCertsList([Buffer.from(caPem)]);
  fabric.setTlsRootCertsList([Buffer.from(tlsCaPem)]);
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(units);
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config;
}

function unit(name: string): msp.FabricOUIdentifier {
  const identifier = new msp.FabricOUIdentifier();
  identifier.setOrganizationalUnitIdentifier(name);
  return identifier;
}
