import type { AuthConfig, OAuthConfig } from 'cognate-auth';

/** What the server of this page says about where it runs. */
export interface DemoConfig extends Pick<AuthConfig, 'userPoolId' | 'clientId'> {
  endpoint: string;
  issuer: string;
  /** The login domain, where the demo runs with one. */
  oauth?: OAuthConfig;
  /** The origin of the demo's own API, where it runs. */
  api?: string;
  /** The page that shows the e-mails the backend would have sent. */
  inbox: string;
}

/** Reads /config.json: the ports are chosen when the system starts, so they are not in the built files. */
export async function loadConfig(): Promise<DemoConfig> {
  const response = await fetch('/config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`/config.json answered ${response.status}`);
  return (await response.json()) as DemoConfig;
}
