/**
 * Sessions that Amplify (6) and amazon-cognito-identity-js leave behind, in `localStorage`, `sessionStorage` or cookies: both
 * name them in the same way, by client and person. Loaded when it is first used.
 */

/** A session that was left: whose, its refresh token, and what removes it. */
export interface Leftover {
  username: string;
  refreshToken: string;
  /** What was kept of a device that the pool knows: the refresh token belongs to it. */
  deviceKey?: string;
  deviceGroup?: string;
  devicePassword?: string;
  remove(): void;
}

/** The session of this client's last person, from the first place that has one. */
export function leftover(clientId: string): Leftover | undefined {
  const prefix = `CognitoIdentityServiceProvider.${clientId}.`;
  for (const place of places()) {
    const entries = place.entries();
    const person = entries.get(`${prefix}LastAuthUser`);
    if (!person) continue;
    // Amplify's adapter for servers encodes the name in its cookies.
    for (const name of [person, encodeURIComponent(person)]) {
      const own = `${prefix}${name}.`;
      const refreshToken = entries.get(`${own}refreshToken`);
      if (!refreshToken) continue;
      const remove = (): void => {
        for (const key of entries.keys()) if ([...OF_A_SESSION, ...OF_A_DEVICE].some((end) => key === own + end)) place.remove(key);
        place.remove(`${prefix}LastAuthUser`);
      };
      const [deviceKey, deviceGroup, devicePassword] = OF_A_DEVICE.map((end) => entries.get(own + end));
      const device = deviceKey && deviceGroup && devicePassword && { deviceKey, deviceGroup, devicePassword };
      return { username: person, refreshToken, ...(device && device), remove };
    }
  }
  return undefined;
}

interface Place {
  entries(): Map<string, string>;
  remove(key: string): void;
}

function* places(): Generator<Place> {
  // A browser that denies storage throws when it is only named.
  for (const name of ['localStorage', 'sessionStorage'] as const) {
    try {
      const storage = globalThis[name];
      const entries = (): Map<string, string> => new Map(Object.entries(storage));
      yield { entries, remove: (key) => storage.removeItem(key) };
    } catch {}
  }
  yield { entries: cookies, remove: removeCookie };
}

function cookies(): Map<string, string> {
  const entries = document.cookie.split('; ').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
  });
  return new Map(entries);
}

/** A cookie is removed by a name, path and domain like its own. Which those are cannot be read: those that it may have are tried. */
function removeCookie(key: string): void {
  const labels = location.hostname.split('.');
  const domains = ['', ...labels.map((_, i) => `; domain=${labels.slice(i).join('.')}`)];
  for (const name of new Set([key, encodeURIComponent(key)])) {
    for (const domain of domains) document.cookie = `${name}=; path=/${domain}; max-age=0`;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const OF_A_DEVICE = ['deviceKey', 'deviceGroupKey', 'randomPasswordKey'];
const OF_A_SESSION = ['accessToken', 'idToken', 'refreshToken', 'clockDrift', 'userData', 'signInDetails', 'oauthMetadata', 'oidcProvider'];
