import { AuthError } from './errors.ts';

/** What `createAuth` needs. Only the two ids are required. */
export interface AuthConfig {
  /** For example `eu-central-1_Ab1Cd2Ef3`. */
  userPoolId: string;
  /** The id of a public client: one without a secret. */
  clientId: string;
  /**
   * Where the user-pool API answers. Default: the endpoint of the pool's region. Several: the primary first, then
   * replicas, tried when the primary cannot be reached.
   */
  endpoint?: string | string[];
  /** What `iss` in the tokens must be. Default: derived from the pool id, never from `endpoint`. */
  issuer?: string;
  /** Signing in by redirect, at the pool's login domain. Default: the app's own form only. */
  oauth?: OAuthConfig;
  /** Where the tokens live. Default `worker`. `page` is for tests: every script of the page can reach them. */
  isolation?: 'worker' | 'page';
  /**
   * How long is somebody remembered? `session` (default): in this tab, until it is closed. `device`: in every tab of this
   * origin, until they sign out. `memory`: until the page is left. Where the browser denies storage it is `memory`; see
   * `persistence` of the client.
   */
  persistence?: Persistence;
  /** With the same pool and client, clients of different namespaces remember different people. Default: an empty one. */
  namespace?: string;
  /** Lets `getTokens` give the access token to the page, and so to every script in it. Default false. */
  exposeAccessToken?: boolean;
  /** What `auth.fetch` may reach with the access token. Default: nothing. */
  api?: ApiAccess[];
  /** For temporary credentials for AWS: an identity pool such as `eu-central-1:11111111-2222-4333-8444-555555555555`. */
  identityPoolId?: string;
  /** Where the identity pool answers. Default: the endpoint of the region in its id. */
  identityEndpoint?: string;
  /** Where the STS answers that the classic flow asks. Default: the one of the region in the id of the identity pool. */
  stsEndpoint?: string;
  /** Where the worker's scripts and the wasm are served, if not beside this module. Same origin as the page. */
  assets?: { worker?: string; signedIn?: string; wasm?: string; accountWasm?: string; identityWasm?: string };
}

export type Persistence = 'session' | 'memory' | 'device';

/** Where the login domain is, and where it sends people back to. The app client must have the same URIs. */
export interface OAuthConfig {
  /** The domain's URL or host, such as `https://auth.example.com`. */
  domain: string;
  /** The page of this origin that people come back to. `createAuth` must run there. */
  redirectUri: string;
  /** Where people come back to after `signOut`. Default: the login domain is not told, and remembers the person. */
  signOutUri?: string;
  /** Default: every scope of the app client. With `openid` in any case. */
  scopes?: string[];
}

/** One API that `auth.fetch` may call. */
export interface ApiAccess {
  /** Exactly an origin, such as `https://api.example.com`; `http:` only for a loopback host. */
  origin: string;
  /** Default `/`, everything. `/v1` allows `/v1` and `/v1/users`, not `/v10`. */
  path?: string;
  /** Default: every method. */
  methods?: string[];
}

/** What a worker is told about the configuration. */
export type WorkerConfig = Omit<AuthConfig, 'assets' | 'isolation'> & { persistence: Persistence };

/**
 * Refuses what this version does not do, by name, before anything is started: a misspelt or unsupported option must not
 * quietly give less protection than was asked for.
 */
export function workerConfig(config: AuthConfig): WorkerConfig {
  const { assets: _assets, isolation = 'worker', persistence = 'session', ...rest } = config;
  for (const name of Object.keys(rest)) {
    if (!FORWARDED.includes(name)) {
      throw refuse(
        /secret/i.test(name)
          ? `${name}: an app in a browser cannot keep a client secret. Use an app client without one`
          : `${name} is not an option of this version`,
      );
    }
  }
  if (isolation !== 'worker' && isolation !== 'page') throw refuse(`isolation '${isolation}' is not supported by this version`);
  if (!['session', 'memory', 'device'].includes(persistence)) throw refuse(`persistence '${persistence}' is not supported by this version`);
  const { api = [], namespace = '', exposeAccessToken = false } = rest;
  if (typeof namespace !== 'string' || !/^[\w.-]{0,64}$/.test(namespace)) throw refuse('namespace must be at most 64 letters, digits, dots, hyphens or underscores');
  if (typeof exposeAccessToken !== 'boolean') throw refuse('exposeAccessToken must be true or false');
  if (!Array.isArray(api) || api.some((entry) => typeof entry?.origin !== 'string')) {
    throw refuse("api must be a list such as [{ origin: 'https://api.example.com' }]");
  }
  return { ...rest, persistence };
}

function refuse(message: string): AuthError {
  return new AuthError({ code: 'invalid_configuration', message });
}

const FORWARDED = ['userPoolId', 'clientId', 'endpoint', 'issuer', 'api', 'oauth', 'namespace', 'exposeAccessToken', 'identityPoolId', 'identityEndpoint', 'stsEndpoint'];
