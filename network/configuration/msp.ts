/** An organisation's membership service as a channel's configuration holds it: CAs, revocation lists, hash families and NodeOUs. */
import * as msp from '@hyperledger/fabric-protos/lib/msp/msp_config_pb';
import { readAuthorities } from '../identity/authorities';

/** What makes an organisation's certificates known. A PEM text may hold several certificates. */
export interface MspMaterial {
  readonly mspId: string;
  /** The enrolment CAs' certificates: those that another one has issued are Fabric's intermediate ones. */
  readonly caPem: string;
  readonly tlsCaPem: string;
}

/** A Fabric MSP whose roles come from NodeOUs: a certificate's organisational unit says client, peer, admin or orderer. */
export function mspConfig(material: MspMaterial): msp.MSPConfig {
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
  fabric.setName(material.mspId);
  setAuthorities(fabric, material);
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(units);
  return mspValue(fabric);
}

/** Puts an MSP's certificates in place of those that it has. */
export function setAuthorities(fabric: msp.FabricMSPConfig, material: Omit<MspMaterial, 'mspId'>): void {
  const [ca, tlsCa] = [readAuthorities(material.caPem), readAuthorities(material.tlsCaPem)];
  fabric.setRootCertsList(bytesOf(ca.roots));
  fabric.setIntermediateCertsList(bytesOf(ca.intermediates));
  fabric.setTlsRootCertsList(bytesOf(tlsCa.roots));
  fabric.setTlsIntermediateCertsList(bytesOf(tlsCa.intermediates));
}

/** The value MSP. */
export function mspValue(fabric: msp.FabricMSPConfig): msp.MSPConfig {
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config;
}

/**
 * The MSP of a value MSP.
 * @throws Error when the bytes are none.
 */
export function readMsp(value: Uint8Array): msp.FabricMSPConfig {
  return msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value).getConfig_asU8());
}

/** Fabric reads one certificate of an entry, the first. */
function bytesOf(pems: readonly string[]): Uint8Array[] {
  return pems.map((pem) => Buffer.from(pem));
}

function unit(name: string): msp.FabricOUIdentifier {
  const identifier = new msp.FabricOUIdentifier();
  identifier.setOrganizationalUnitIdentifier(name);
  return identifier;
}
