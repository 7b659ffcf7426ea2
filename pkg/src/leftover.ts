/**
 * Sessions that Amplify (6) and amazon-cognito-identity-js leave behind, in `localStorage`, `sessionStorage` or cookies: both
 * name them in the same way, by client and person. Loaded when it is first used.
 *
 * Security: the storages belong to this origin. Cookies do not: every host below the same domain can set them, and so sign
 * people in as somebody else. They are read on request only, and removed in any case.
 *
 * It depends on nothing, so what it throws are details of an error.
 */
import type { CallOptions } from './calls.ts';
import type { AuthErrorDetails } from './errors.ts';
import type { Operation } from './messages.ts';
import type { AuthState } from './state.ts';
import type { User } from './steps.ts';

/** Where a session may have been left. */
export type LeftoverPlace = 'localStorage' | 'sessionStorage' | 'cookies';

/** A session that was left: whose, and its refresh token. */
export interface Leftover {
  username: string;
  refreshToken: string;
  /** What was kept of a device that the pool knows: the refresh token belongs to it. */
  deviceKey?: string;
  deviceGroup?: string;
  devicePassword?: string;
}

/** What taking over needs of the client. */
interface Client {
  readonly state: AuthState;
  readonly persistence: string;
  call(op: Operation, args: object, options?: CallOptions): Promise<unknown>;
}

/** Takes over what was left, if nobody is signed in, and removes it. */
export async function takeOver(client: Client, clientId: string, from?: readonly LeftoverPlace[], options?: CallOptions): Promise<User | undefined> {
  if (from?.some((place) => !EVERYWHERE.includes(place))) throw { code: 'invalid_parameter', message: `from: any of ${EVERYWHERE.join()}` } satisfies AuthErrorDetails;
  if (client.state.status !== 'signedOut') return;
  const left = leftover(clientId, from);
  if (!left) return;
  try {
    const { user } = (await client.call('takeOver', left, options)) as { user: User };
    // Where this client keeps nothing the device would be lost.
    removeLeftovers(clientId, client.persistence === 'memory' ? undefined : left.username);
    return user;
  } catch (error) {
    if ((error as Partial<AuthErrorDetails>).code === 'session_lost') removeLeftovers(clientId);
    throw error;
  }
}

/** The session of this client's last person, from the first of these places that has one. */
export function leftover(clientId: string, from: readonly LeftoverPlace[] = ['localStorage', 'sessionStorage']): Leftover | undefined {
  const prefix = prefixOf(clientId);
  for (const place of places(from)) {
    const entries = place.entries();
    const person = entries.get(`${prefix}LastAuthUser`);
    if (!person) continue;
    for (const name of spellings(person)) {
      const own = `${prefix}${name}.`;
      const refreshToken = entries.get(`${own}refreshToken`);
      if (!refreshToken) continue;
      const [deviceKey, deviceGroup, devicePassword] = OF_A_DEVICE.map((end) => entries.get(own + end));
      const device = deviceKey && deviceGroup && devicePassword && { deviceKey, deviceGroup, devicePassword };
      return { username: person, refreshToken, ...(device && device) };
    }
  }
  return undefined;
}

/** Removes what was left of this client's sessions in every place, and of the device of the person named, if one is. */
export function removeLeftovers(clientId: string, deviceOf?: string): void {
  const prefix = prefixOf(clientId);
  const devices = deviceOf === undefined ? [] : spellings(deviceOf).flatMap((name) => OF_A_DEVICE.map((end) => `${prefix}${name}.${end}`));
  for (const place of places(EVERYWHERE)) {
    for (const key of place.entries().keys()) {
      if (!key.startsWith(prefix)) continue;
      if (key === `${prefix}LastAuthUser` || OF_A_SESSION.some((end) => key.endsWith(`.${end}`)) || devices.includes(key)) place.remove(key);
    }
  }
}

interface Place {
  entries(): Map<string, string>;
  remove(key: string): void;
}

function* places(names: readonly LeftoverPlace[]): Generator<Place> {
  for (const name of names) {
    // A browser that denies storage throws when it is only named.
    try {
      if (name === 'cookies') {
        yield { entries: cookies, remove: removeCookie };
      } else {
        const storage = globalThis[name];
        const entries = (): Map<string, string> => new Map(Object.entries(storage));
        yield { entries, remove: (key) => storage.removeItem(key) };
      }
    } catch {}
  }
}

function cookies(): Map<string, string> {
  const entries = document.cookie.split('; ').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
  });
  return new Map(entries);
}

/**
 * A cookie is removed by a name, path and domain like its own. Which those are cannot be read: those that this page can see a
 * cookie of are tried.
 */
function removeCookie(key: string): void {
  const labels = location.hostname.split('.');
  const domains = ['', ...labels.map((_, i) => `; domain=${labels.slice(i).join('.')}`)];
  const steps = location.pathname.split('/');
  const paths = new Set(steps.flatMap((_, i) => [steps.slice(0, i + 1).join('/'), `${steps.slice(0, i).join('/')}/`]));
  for (const name of new Set(spellings(key))) {
    for (const path of paths) for (const domain of domains) document.cookie = `${name}=; path=${path}${domain}; max-age=0`;
  }
}

const prefixOf = (clientId: string): string => `CognitoIdentityServiceProvider.${clientId}.`;

/** As it is, and as Amplify's adapter for servers writes it in its cookies. */
function spellings(name: string): string[] {
  try {
    return [name, encodeURIComponent(name)];
  } catch {
    return [name]; // Half a character: it can only stand as it is.
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const EVERYWHERE: readonly LeftoverPlace[] = ['localStorage', 'sessionStorage', 'cookies'];
const OF_A_DEVICE = ['deviceKey', 'deviceGroupKey', 'randomPasswordKey'];
const OF_A_SESSION = ['accessToken', 'idToken', 'refreshToken', 'clockDrift', 'userData', 'signInDetails', 'oauthMetadata', 'oidcProvider'];
