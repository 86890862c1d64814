/** fabric-shim's stub class, which it does not export: its own composite keys are what ours are compared with. */
declare module 'fabric-shim/lib/stub.js' {
  const ShimStub: {
    readonly prototype: {
      createCompositeKey(objectType: string, attributes: readonly string[]): string;
      splitCompositeKey(key: string): { objectType: string; attributes: string[] };
    };
  };
  export = ShimStub;
}
