// amazon-cognito-identity-js behind promises: each function is one call of that library, nothing of ours is in between.

import amazonCognitoIdentity from 'amazon-cognito-identity-js';

const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = amazonCognitoIdentity;

/** A browser-like app of its own: a pool object with its own storage. */
export class IdentityJsApp {
  #storage = new MemoryStorage();

  constructor({ endpoint, poolId, clientId }) {
    this.pool = new CognitoUserPool({ UserPoolId: poolId, ClientId: clientId, endpoint, Storage: this.#storage });
  }

  user(username) {
    return new CognitoUser({ Username: username, Pool: this.pool, Storage: this.#storage });
  }

  /** `validation` and `metadata` are for the pool's triggers. */
  signUp(username, password, attributes = {}, validation = null, metadata = undefined) {
    const list = (named) => Object.entries(named).map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }));
    return promise((done) =>
      this.pool.signUp(username, password, list(attributes), validation && list(validation), done, metadata));
  }

  confirm(username, code) {
    return promise((done) => this.user(username).confirmRegistration(code, false, done));
  }

  resendCode(username) {
    return promise((done) => this.user(username).resendConfirmationCode(done));
  }

  /**
   * Resolves to `{ user, session, mustRemember }` (`mustRemember`: whether the person is to say that the device is remembered), to `{ user, newPassword: { userAttributes, requiredAttributes } }`, or to
   * `{ user, challenge: { name, parameters } }` where a second factor is asked for.
   */
  signIn(username, password, flow = 'USER_SRP_AUTH') {
    const user = this.user(username);
    user.setAuthenticationFlowType(flow);
    return new Promise((resolve, reject) => {
      user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), {
        onSuccess: (session, mustRemember) => resolve({ user, session, mustRemember }),
        onFailure: reject,
        newPasswordRequired: (userAttributes, requiredAttributes) =>
          resolve({ user, newPassword: { userAttributes, requiredAttributes } }),
        ...secondFactor(user, resolve),
      });
    });
  }

  /** Begins a sign-in of the pool's own, without a password; resolves to `{ user, custom }`, its parameters. */
  beginCustom(username) {
    const user = this.user(username);
    user.setAuthenticationFlowType('CUSTOM_AUTH');
    return new Promise((resolve, reject) => {
      user.initiateAuth(new AuthenticationDetails({ Username: username }), customChallenge(user, resolve, reject));
    });
  }

  /** The same with the password first, by SRP. */
  beginCustomWithPassword(username, password) {
    const user = this.user(username);
    user.setAuthenticationFlowType('CUSTOM_AUTH');
    const details = new AuthenticationDetails({ Username: username, Password: password });
    return new Promise((resolve, reject) => user.authenticateUser(details, customChallenge(user, resolve, reject)));
  }

  /** Answers a custom challenge; resolves to `{ user, session }` or to the next one, `{ user, custom }`. */
  answerCustom(user, answer, metadata) {
    return new Promise((resolve, reject) => {
      user.sendCustomChallengeAnswer(answer, customChallenge(user, resolve, reject), metadata);
    });
  }

  /** Answers a second factor's challenge, which `name` names. */
  sendMfaCode(user, code, name) {
    return new Promise((resolve, reject) => user.sendMFACode(code, { onSuccess: resolve, onFailure: reject }, name));
  }

  /** Chooses among several second factors; resolves to the chosen one's `{ user, challenge }`. */
  chooseMfa(user, name) {
    return new Promise((resolve, reject) => {
      user.sendMFASelectionAnswer(name, { onSuccess: resolve, onFailure: reject, ...secondFactor(user, resolve) });
    });
  }

  /** The secret for an authenticator app: of the signed-in person, or of the sign-in that asked for a set-up. */
  associateApp(user) {
    return new Promise((resolve, reject) => user.associateSoftwareToken({ associateSecretCode: resolve, onFailure: reject }));
  }

  verifyApp(user, code, deviceName) {
    return new Promise((resolve, reject) => user.verifySoftwareToken(code, deviceName, { onSuccess: resolve, onFailure: reject }));
  }

  /** Settings are `{ Enabled, PreferredMfa }`, or null. */
  preferMfa(user, sms, softwareToken) {
    return promise((done) => user.setUserMfaPreference(sms, softwareToken, done));
  }

  /** One page of the person's devices: `{ Devices, PaginationToken }`. */
  devices(user, limit, token = null) {
    return new Promise((resolve, reject) => user.listDevices(limit, token, { onSuccess: resolve, onFailure: reject }));
  }

  /** The device that this app signed in from. */
  device(user) {
    return new Promise((resolve, reject) => user.getDevice({ onSuccess: resolve, onFailure: reject }));
  }

  rememberDevice(user, remembered = true) {
    return new Promise((resolve, reject) => {
      const callbacks = { onSuccess: resolve, onFailure: reject };
      if (remembered) user.setDeviceStatusRemembered(callbacks);
      else user.setDeviceStatusNotRemembered(callbacks);
    });
  }

  forgetDevice(user, key) {
    return new Promise((resolve, reject) => user.forgetSpecificDevice(key, { onSuccess: resolve, onFailure: reject }));
  }

  answerNewPassword(user, password, attributes = {}) {
    return new Promise((resolve, reject) => {
      user.completeNewPasswordChallenge(password, attributes, { onSuccess: resolve, onFailure: reject });
    });
  }

  refresh(user, refreshToken) {
    return promise((done) => user.refreshSession(refreshToken, done));
  }

  attributes(user) {
    return promise((done) => user.getUserAttributes(done))
      .then((list) => Object.fromEntries(list.map((attribute) => [attribute.getName(), attribute.getValue()])));
  }

  updateAttributes(user, attributes) {
    const list = Object.entries(attributes).map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }));
    return promise((done) => user.updateAttributes(list, done));
  }

  changePassword(user, previous, proposed) {
    return promise((done) => user.changePassword(previous, proposed, done));
  }

  forgotPassword(username) {
    return new Promise((resolve, reject) => {
      this.user(username).forgotPassword({ inputVerificationCode: resolve, onSuccess: resolve, onFailure: reject });
    });
  }

  confirmPassword(username, code, password) {
    return new Promise((resolve, reject) => {
      this.user(username).confirmPassword(code, password, { onSuccess: resolve, onFailure: reject });
    });
  }

  /** Signs out here and revokes the refresh token at the service. */
  signOut(user) {
    return new Promise((resolve, reject) => user.signOut((error) => (error ? reject(error) : resolve())));
  }

  globalSignOut(user) {
    return new Promise((resolve, reject) => user.globalSignOut({ onSuccess: resolve, onFailure: reject }));
  }

  deleteUser(user) {
    return promise((done) => user.deleteUser(done));
  }
}

/** What a person sees of an error: the two answers that must not be told apart are compared by this. */
export function visibleError(error) {
  return { name: error.name, code: error.code, message: error.message };
}

function customChallenge(user, resolve, reject) {
  return {
    onSuccess: (session) => resolve({ user, session }),
    onFailure: reject,
    customChallenge: (custom) => resolve({ user, custom }),
  };
}

function secondFactor(user, resolve) {
  const asked = (name, parameters) => resolve({ user, challenge: { name, parameters } });
  return { mfaRequired: asked, totpRequired: asked, selectMFAType: asked, mfaSetup: asked };
}

function promise(call) {
  return new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));
}

class MemoryStorage {
  #items = new Map();
  setItem(key, value) { this.#items.set(key, value); return value; }
  getItem(key) { return this.#items.get(key) ?? null; }
  removeItem(key) { return this.#items.delete(key); }
  clear() { this.#items.clear(); }
}
