import type { Auth } from 'cognate-auth';
import type { DemoConfig } from './config.ts';
import { element, type Child } from './dom.ts';
import type { Route } from './router.ts';

/** What every page works with. */
export interface Context {
  auth: Auth;
  config: DemoConfig;
  /** Goes on to another page, with a sentence that is shown there once. */
  next(route: Route, notice?: string): void;
}

/** A sentence above a page, shown once: news, or what went wrong. */
export interface Notice {
  words: string;
  isProblem?: boolean;
}

/** One page: its title for the window and the heading, and what is under it. */
export interface Page {
  title: string;
  intro?: Child[];
  content: Child[];
}

/** A link to another page of the demo. */
export function routeLink(route: Route, words: string): HTMLAnchorElement {
  return element('a', { href: `#/${route}` }, words);
}

/** The inbox is the backend's page: it opens beside the demo, so that the form stays where it is. */
export function inboxLink(config: DemoConfig, words = 'Open the inbox'): HTMLAnchorElement {
  return element('a', { href: config.inbox, target: '_blank', rel: 'noopener', class: 'outside' }, words, element('span', { class: 'visually-hidden' }, ' (opens in a new tab)'));
}

/** A button that looks like a link, for what is done here and now. */
export function actionLink(words: string, act: () => void): HTMLButtonElement {
  return element('button', { type: 'button', class: 'link', onclick: act }, words);
}
