/**
 * A mark that changes whenever somebody comes or goes, in a storage that a page can read without waiting. A page that the
 * browser had kept aside compares it before anything is shown. It says nothing but that something has changed.
 */
import type { WorkerConfig } from './config.ts';
import { storageKey } from './tab.ts';

export class Presence {
  readonly #config: WorkerConfig;
  #seen: string | null | undefined;

  constructor(config: WorkerConfig) {
    this.#config = config;
    this.look();
  }

  /** Whether somebody else has changed the mark since this was last asked. */
  look(): boolean {
    const before = this.#seen;
    this.#seen = this.#use((storage, name) => storage.getItem(name));
    return this.#seen !== before;
  }

  /** Changes the mark for the others. */
  change(): void {
    this.#use((storage, name) => storage.setItem(name, crypto.randomUUID()));
    this.look();
  }

  #use<T>(work: (storage: Storage, name: string) => T): T | undefined {
    const { persistence } = this.#config;
    if (persistence === 'memory') return;
    try {
      return work(persistence === 'device' ? localStorage : sessionStorage, `${storageKey(this.#config)}:presence`);
    } catch {
      return; // Blocked: then nothing is shared either.
    }
  }
}
