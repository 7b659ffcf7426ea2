// Our side of the SRP benchmark: the SDK's computation in its wasm, in a browser and in Node. `#srp-wasm` is the built glue.

import { SignIn, default as init } from '#srp-wasm';

/** Compiles and instantiates the wasm, from a URL or from bytes. */
export async function load(source) {
  await init({ module_or_path: source });
}

/** The client's whole computation of one sign-in. */
export function signIn(challenge) {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const client = new SignIn(secret);
  const A = client.public_hex();
  const signature = client.prove(
    challenge.poolName, challenge.userId, challenge.password, challenge.salt, challenge.B, challenge.secretBlock, challenge.epochSeconds,
  );
  return { A, signature };
}
