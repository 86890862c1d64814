/** `node -r`: runs TypeScript from source, compiled as jest does it. */
'use strict';
const Module = require('node:module');
const { transformFileSync } = require('@swc/core');

Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformFileSync(filename, {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};

// Imports at run time name the compiled file.
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, parent, ...rest) {
  const isSource = request.startsWith('.') && parent?.filename?.endsWith('.ts') === true;
  return resolve.call(this, isSource ? request.replace(/\.js$/, '') : request, parent, ...rest);
};
