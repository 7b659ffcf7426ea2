/** What every call accepts. */
export interface CallOptions {
  /** Aborting rejects with the code `aborted`; the error's `outcome` says whether something may have happened. */
  signal?: AbortSignal;
  /** For the whole call, repetitions included. Default 30,000. */
  timeoutMs?: number;
  /** Passed on to the pool's Lambda triggers. */
  clientMetadata?: Record<string, string>;
}

/** Where a code was sent, masked by the service. */
export interface CodeDelivery {
  destination?: string;
  medium?: 'EMAIL' | 'SMS';
  attribute?: string;
}

export const DEFAULT_TIMEOUT_MS = 30_000;
