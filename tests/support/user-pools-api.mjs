// The JSON API as bytes on the wire: nothing is added, hidden or retried between a test and the backend.

import http from 'node:http';
import { code } from './inbox.mjs';
import { begin, claimTimestamp, passwordClaim, poolNameOf } from './srp-client.mjs';

const TARGET_PREFIX = 'AWSCognitoIdentityProviderService.';

/** One HTTP request with exactly these headers (plus Host and Content-Length); resolves to status, headers, text and, if it is JSON, body. */
export function send(url, { method = 'POST', path = '/', headers = {}, body } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path, headers, agent: false, timeout: 20_000 }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode, headers: response.headers, text, body: parsed(text) });
      });
    });
    request.once('timeout', () => request.destroy(new Error('no answer within 20 s')));
    request.once('error', reject);
    request.end(body);
  });
}

/** The API of one backend and client, and the first steps that most tests need. */
export class Api {
  #people = 0;

  /** @param backend `url`, `poolId`, `clientId` of a started backend. */
  constructor(backend) {
    this.backend = backend;
    this.url = backend.url;
    this.clientId = backend.clientId;
    this.poolName = poolNameOf(backend.poolId);
  }

  /** The raw answer to an operation. `body` is an object, or a string that is sent as it is. */
  call(operation, body, headers = {}) {
    return send(this.url, {
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGET_PREFIX + operation, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** The body of an operation that must succeed. */
  async ok(operation, body) {
    const answer = await this.call(operation, body);
    if (answer.status !== 200) throw new Error(`${operation} answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  /** An address nobody else in this run has, and a password that the default policy accepts. */
  newPerson() {
    this.#people += 1;
    return { email: `raw-${this.#people}-${process.pid}-${Date.now().toString(36)}@example.com`, password: 'Correct-Horse9!' };
  }

  async signedUpPerson() {
    const person = this.newPerson();
    const { UserSub } = await this.ok('SignUp', { ClientId: this.clientId, Username: person.email, Password: person.password });
    return { ...person, sub: UserSub };
  }

  async confirmedPerson() {
    const person = await this.signedUpPerson();
    await this.ok('ConfirmSignUp', { ClientId: this.clientId, Username: person.email, ConfirmationCode: await code(this.url, person.email) });
    return person;
  }

  /** Step one of an SRP sign-in: the raw answer, with the client's secret beside it. */
  async srpStart(username, { client = begin(), SRP_A = client.A.toString(16) } = {}) {
    const answer = await this.call('InitiateAuth', {
      AuthFlow: 'USER_SRP_AUTH', ClientId: this.clientId, AuthParameters: { USERNAME: username, SRP_A },
    });
    return { client, answer, parameters: answer.body?.ChallengeParameters };
  }

  /** The responses that answer `started` for this password; `change` overrides what is computed or sent. */
  srpClaim({ client, parameters }, password, { timestamp = claimTimestamp(), ...change } = {}) {
    const claim = passwordClaim({
      ...client,
      poolName: this.poolName,
      userId: parameters.USER_ID_FOR_SRP,
      password,
      salt: parameters.SALT,
      B: parameters.SRP_B,
      secretBlock: change.PASSWORD_CLAIM_SECRET_BLOCK ?? parameters.SECRET_BLOCK,
      timestamp,
    });
    return {
      USERNAME: parameters.USER_ID_FOR_SRP,
      PASSWORD_CLAIM_SECRET_BLOCK: parameters.SECRET_BLOCK,
      PASSWORD_CLAIM_SIGNATURE: claim.signature,
      TIMESTAMP: timestamp,
      ...change,
    };
  }

  srpAnswer(ChallengeResponses, more = {}) {
    return this.call('RespondToAuthChallenge', { ClientId: this.clientId, ChallengeName: 'PASSWORD_VERIFIER', ChallengeResponses, ...more });
  }

  /** A whole SRP sign-in: the raw last answer. */
  async srpSignIn(username, password) {
    const started = await this.srpStart(username);
    return started.parameters ? this.srpAnswer(this.srpClaim(started, password)) : started.answer;
  }

  /** The tokens of a password sign-in that must succeed. */
  async tokens({ email, password }) {
    return (await this.ok('InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH', ClientId: this.clientId, AuthParameters: { USERNAME: email, PASSWORD: password },
    })).AuthenticationResult;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
