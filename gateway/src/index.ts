/** The gateway's public face. */
export { startGateway, type Gateway } from './gateway';
export { ConfigError, configurationReference, type GatewayConfig, readConfig } from './config';
export {
  DEMO_AUDIENCE,
  DEMO_ISSUER,
  demoJwksFile,
  ensureDemoIssuer,
  issueToken,
  type TokenRequest,
} from './auth/demo-issuer';
