/** A small chaincode on the real fabric-shim, run as a service by the tests: CHAINCODE_ADDRESS, CHAINCODE_ID. */
'use strict';
const { Buffer } = require('node:buffer');
const shim = require('fabric-shim');
const { peer } = require('@hyperledger/fabric-protos');

const functions = {
  put: async (stub, [key, value]) => {
    await stub.putState(key, Buffer.from(value));
    return Buffer.from('written');
  },
  get: (stub, [key]) => stub.getState(key),
  del: (stub, [key]) => stub.deleteState(key),
  /** Reads, then writes: what two of in one block conflict on. */
  add: async (stub, [key, amount]) => {
    const before = Number((await stub.getState(key)).toString() || '0');
    await stub.putState(key, Buffer.from(String(before + Number(amount))));
    return Buffer.from(String(before + Number(amount)));
  },
  /** Reads its own write: a ledger never shows it. */
  putThenGet: async (stub, [key, value]) => {
    await stub.putState(key, Buffer.from(value));
    return stub.getState(key);
  },
  range: async (stub, [start, end]) => {
    const found = [];
    for await (const { key, value } of stub.getStateByRange(start, end)) found.push([key, value.toString()]);
    return Buffer.from(JSON.stringify(found));
  },
  page: async (stub, [start, end, size, bookmark]) => {
    const { iterator, metadata } = await stub.getStateByRangeWithPagination(start, end, Number(size), bookmark);
    const keys = [];
    for (let result = await iterator.next(); !result.done; result = await iterator.next()) keys.push(result.value.key);
    return Buffer.from(JSON.stringify({ keys, count: metadata.fetchedRecordsCount, bookmark: metadata.bookmark }));
  },
  /** Counts a range and writes the count: a phantom in the range makes it invalid. */
  count: async (stub, [start, end, target]) => {
    let count = 0;
    for await (const { key } of stub.getStateByRange(start, end)) count += key === '' ? 0 : 1;
    await stub.putState(target, Buffer.from(String(count)));
    return Buffer.from(String(count));
  },
  fill: async (stub, [prefix, count]) => {
    for (let index = 0; index < Number(count); index += 1) {
      await stub.putState(prefix + String(index).padStart(5, '0'), Buffer.from(`value ${index}`));
    }
    return Buffer.alloc(0);
  },
  history: async (stub, [key]) => {
    const found = [];
    for await (const { txId, value, isDelete } of stub.getHistoryForKey(key)) {
      found.push({ txId, value: value.toString(), isDelete });
    }
    return Buffer.from(JSON.stringify(found));
  },
  emit: async (stub, [key, name, payload]) => {
    await stub.putState(key, Buffer.from(payload));
    stub.setEvent(name, Buffer.from(payload));
    return Buffer.alloc(0);
  },
  /** From now on a peer of each of these organisations has to endorse changes of the key; of none: anyone's will do. */
  setPolicy: async (stub, [key, ...mspIds]) => {
    const policy = new shim.KeyEndorsementPolicy();
    policy.addOrgs('PEER', ...mspIds);
    await stub.setStateValidationParameter(key, policy.getPolicy());
    return Buffer.alloc(0);
  },
  setPolicyBytes: async (stub, [key, policy]) => {
    await stub.setStateValidationParameter(key, Buffer.from(policy));
    return Buffer.alloc(0);
  },
  getPolicy: (stub, [key]) => stub.getStateValidationParameter(key),
  /** Differs at each endorser. */
  random: async (stub, [key]) => {
    await stub.putState(key, Buffer.from(String(process.hrtime.bigint())));
    return Buffer.alloc(0);
  },
  fail: (_stub, [message]) => Promise.reject(new Error(message)),
  crash: () => process.exit(7),
  hang: () => new Promise(() => undefined),
  transient: (stub) => Promise.resolve(stub.getTransient().get('secret') ?? Buffer.alloc(0)),
  creator: (stub) => Promise.resolve(Buffer.from(stub.getCreator().mspid)),
  putPrivate: async (stub, [collection, key, value]) => {
    await stub.putPrivateData(
      collection,
      key,
      value === undefined ? stub.getTransient().get('value') : Buffer.from(value),
    );
    return Buffer.alloc(0);
  },
  getPrivate: (stub, [collection, key]) => stub.getPrivateData(collection, key),
  getPrivateHash: async (stub, [collection, key]) =>
    Buffer.from(Buffer.from(await stub.getPrivateDataHash(collection, key)).toString('hex')),
  delPrivate: (stub, [collection, key]) => stub.deletePrivateData(collection, key),
  purgePrivate: (stub, [collection, key]) => stub.purgePrivateData(collection, key),
  /** Reads a private key, then writes a public one: valid only while the private one stays as it is. */
  readPrivateThenPut: async (stub, [collection, key, target]) => {
    const value = await stub.getPrivateData(collection, key);
    await stub.putState(target, Buffer.from(`read ${value.length} bytes`));
    return Buffer.alloc(0);
  },
  rangePrivate: async (stub, [collection, start, end]) => {
    const found = [];
    for await (const { key, value } of stub.getPrivateDataByRange(collection, start, end)) {
      found.push([key, value.toString()]);
    }
    return Buffer.from(JSON.stringify(found));
  },
  rangePrivateThenPut: async (stub, [collection, target]) => {
    for await (const { key } of stub.getPrivateDataByRange(collection, '', '')) key.toString();
    await stub.putState(target, Buffer.from('x'));
    return Buffer.alloc(0);
  },
  putThenRangePrivate: async (stub, [collection, target]) => {
    await stub.putState(target, Buffer.from('x'));
    for await (const { key } of stub.getPrivateDataByRange(collection, '', '')) key.toString();
    return Buffer.alloc(0);
  },
  setPrivatePolicy: async (stub, [collection, key, mspId]) => {
    const policy = new shim.KeyEndorsementPolicy();
    policy.addOrgs('PEER', mspId);
    await stub.setPrivateDataValidationParameter(collection, key, policy.getPolicy());
    return Buffer.alloc(0);
  },
  getPrivatePolicy: async (stub, [collection, key]) =>
    Buffer.from(String((await stub.getPrivateDataValidationParameter(collection, key)).length)),
  invoke: async (stub, [name]) => Buffer.from((await stub.invokeChaincode(name, ['get', 'x'], '')).payload),
  /** Many keys in one message each way, as the Go shim does. */
  batch: async (stub, [json]) => {
    const items = JSON.parse(json);
    const read = await ask(stub, 25, repeated(items.map(([key]) => Buffer.from(key))));
    await ask(stub, 24, repeated(items.map(([key, value]) => writeRecord(key, value))));
    return Buffer.from(JSON.stringify(values(read).map(String)));
  },
};

function ask(stub, type, payload) {
  const message = new peer.ChaincodeMessage();
  message.setType(type);
  message.setPayload(payload);
  message.setTxid(stub.txId);
  message.setChannelId(stub.channel_id);
  // 'GetState' makes the shim hand the answer's payload on as it is.
  return stub.handler._askPeerAndListen(message, 'GetState');
}

function varint(number) {
  const bytes = [];
  for (let rest = number; ; rest >>>= 7) {
    bytes.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) return Buffer.from(bytes);
  }
}

function repeated(items) {
  return Buffer.concat(items.flatMap((item) => [Buffer.from([10]), varint(item.length), item]));
}

function writeRecord(key, value) {
  const [k, v] = [Buffer.from(key), Buffer.from(value)];
  return Buffer.concat([
    Buffer.from([10]),
    varint(k.length),
    k,
    Buffer.from([18]),
    varint(v.length),
    v,
    Buffer.from([40, 9]),
  ]);
}

/** The items of a repeated bytes field, shorter than 128 bytes each. */
function values(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1])
    found.push(bytes.subarray(at + 2, at + 2 + bytes[at + 1]));
  return found;
}

class TestChaincode {
  Init() {
    return Promise.resolve(shim.success());
  }

  async Invoke(stub) {
    const { fcn, params } = stub.getFunctionAndParameters();
    const act = functions[fcn];
    if (act === undefined) return shim.error(`no function ${fcn}`);
    try {
      return shim.success(await act(stub, params));
    } catch (error) {
      return shim.error(error.message);
    }
  }
}

shim
  .server(new TestChaincode(), {
    ccid: process.env.CHAINCODE_ID ?? 'basic:1',
    address: process.env.CHAINCODE_ADDRESS,
    // gRPC's own limit of 4 MB would end the stream, and every transaction on it, at the first larger message.
    'grpc.max_receive_message_length': -1,
  })
  .start()
  .then(() => process.send?.('listening'));
