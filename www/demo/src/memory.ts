/**
 * What the demo itself remembers in this tab: the address somebody is confirming or resetting, where a sign-in stands (a sealed
 * string), and the sentence that is shown above the page. Never a password. Where storage is blocked it remembers until the page
 * is left.
 */
type Key = 'email' | 'step' | 'notice';

const fallback = new Map<string, string>();

export const memory = {
  get: (key: Key): string | undefined => {
    try {
      return sessionStorage.getItem(`demo.${key}`) ?? fallback.get(key);
    } catch {
      return fallback.get(key);
    }
  },
  set: (key: Key, value: string | undefined): void => {
    if (value === undefined) fallback.delete(key);
    else fallback.set(key, value);
    try {
      if (value === undefined) sessionStorage.removeItem(`demo.${key}`);
      else sessionStorage.setItem(`demo.${key}`, value);
    } catch {
      // storage is blocked: `fallback` has it
    }
  },
};
