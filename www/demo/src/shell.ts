import { element, mark, type Child } from './dom.ts';
import type { Notice, Page } from './page.ts';

const NAME = 'Cognate demo';

const POINTS: readonly [string, string][] = [
  ['Signing in does not send your password', 'By SRP the server learns that you know it, and nothing more.'],
  ['Your tokens stay in a worker', 'WebAssembly holds them. This page gets claims and next steps.'],
  ['Everything runs on this machine', 'The backend is one binary, and its e-mails wait in an inbox page.'],
];

/** What surrounds the pages: the brand, the inbox, and the one place where a page is shown. */
export class Shell {
  readonly #main = element('main', { id: 'main', tabindex: '-1' });
  readonly #inbox = element('a', { class: 'outside', target: '_blank', rel: 'noopener', hidden: true }, 'Inbox', element('span', { class: 'visually-hidden' }, ' (opens in a new tab)'));
  readonly #notice = element('div', { role: 'status' });
  #shown = false;

  constructor() {
    const points = POINTS.map(([title, words]) => element('li', {}, element('strong', {}, title), ' ', words));
    const skip = element('a', { class: 'skip', href: '#main' }, 'Skip to the form');
    skip.addEventListener('click', (event) => {
      event.preventDefault(); // the part after # is the route
      this.#main.focus();
    });
    document.body.prepend(
      skip,
      element('header', {}, element('p', { class: 'brand' }, mark(), NAME), element('nav', { 'aria-label': 'Demo' }, this.#inbox)),
      this.#main,
      element(
        'aside',
        { 'aria-label': 'About this demo' },
        element('p', { class: 'claim-line' }, 'Sign-in that keeps its secrets to itself.'),
        element('ul', { class: 'points' }, ...points),
      ),
    );
  }

  /** From now on the inbox is one click away. */
  showInbox(address: string): void {
    this.#inbox.href = address;
    this.#inbox.hidden = false;
  }

  /** Shows a page. The first one leaves the focus alone; later ones put it on the heading, where reading starts. */
  show(page: Page): void {
    document.title = `${page.title} · ${NAME}`;
    const heading = element('h1', { tabindex: '-1' }, page.title);
    this.say();
    this.#fill(
      this.#notice,
      heading,
      page.intro && page.intro.length > 0 && element('p', { class: 'intro' }, ...page.intro),
      ...page.content,
    );
    if (this.#shown) heading.focus();
    this.#shown = true;
    window.scrollTo(0, 0);
  }

  /** Says something on the page that is shown. */
  say(notice?: Notice): void {
    this.#notice.className = notice?.isProblem ? 'notice problem' : 'notice';
    this.#notice.textContent = notice?.words ?? '';
  }

  /** Something is being waited for, and there is nothing to show yet. */
  showStarting(): void {
    this.#fill(element('p', { class: 'starting', role: 'status' }, element('span', { class: 'spinner', 'aria-hidden': 'true' }), 'Starting…'));
  }

  /** Nothing can be shown: why, and what can be done about it. */
  showFailure(words: string, action: { words: string; act: () => void }): void {
    document.title = `Not available · ${NAME}`;
    this.#fill(
      element('h1', { tabindex: '-1' }, 'Signing in is not possible here'),
      element('div', { class: 'summary', role: 'alert' }, element('p', {}, words)),
      element('button', { type: 'button', class: 'primary', onclick: action.act }, action.words),
    );
  }

  #fill(...content: Child[]): void {
    this.#main.replaceChildren(element('div', { class: 'page' }, ...content));
  }
}
