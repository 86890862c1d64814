/** The model: the one source of shapes for chaincode, API, CLI and console. */
export * from './command';
export * from './errors';
export * from './event';
export * from './evidence';
export * from './member';
export * from './money';
export * from './party';
export * from './protocol';
export * from './query';
export * from './registered';
export * from './result';
export * from './text';
export * from './validation';
export * from './view';
