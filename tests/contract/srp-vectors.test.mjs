// The test's own SRP client against the published vectors: what it accuses the backend of must not be its own mistake.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { N, begin, claimTimestamp, pad, passwordClaim, poolNameOf } from '../support/srp-client.mjs';

const vectors = JSON.parse(readFileSync(new URL('../../sdk/core/tests/vectors/srp.json', import.meta.url), 'utf8'));

test('the prime is the one of the vectors', () => assert.equal(N, BigInt(`0x${vectors.meta.N_hex}`)));

for (const vector of vectors.user_vectors) {
  test(`vector ${vector.label} holds step by step`, () => {
    const { inputs } = vector;
    const { a, A } = begin(BigInt(`0x${inputs.a_hex}`));
    assert.equal(A.toString(16), vector.A_hex_wire_SRP_A, 'A');
    assert.equal(pad(A).toString('hex'), vector.A_padded_hex, 'pad(A)');
    const claim = passwordClaim({
      a, A, poolName: poolNameOf(inputs.userPoolId), userId: inputs.userIdForSrp, password: inputs.password,
      salt: inputs.salt_hex_as_sent, B: vector.B_hex_wire_SRP_B, secretBlock: inputs.secretBlock_base64, timestamp: inputs.timestamp,
    });
    assert.equal(pad(claim.u).toString('hex'), vector.u_padded_hex, 'u');
    assert.equal(claim.inner.toString('hex'), vector.identity_hash_hex, 'inner');
    assert.equal(claim.x, BigInt(`0x${vector.x_hex}`), 'x');
    assert.equal(pad(claim.S).toString('hex'), vector.S_padded_hex, 'S');
    assert.equal(claim.prk.toString('hex'), vector.hkdf_prk_hex, 'PRK');
    assert.equal(claim.key.toString('hex'), vector.hkdf_key_hex, 'K');
    assert.equal(claim.signature, vector.PASSWORD_CLAIM_SIGNATURE_base64, 'signature');
  });
}

test('the timestamp has no leading zero in the day', () => {
  assert.equal(claimTimestamp(new Date('2026-09-01T02:03:04Z')), 'Tue Sep 1 02:03:04 UTC 2026');
  assert.equal(claimTimestamp(new Date('2026-09-10T02:03:09Z')), 'Thu Sep 10 02:03:09 UTC 2026');
});
