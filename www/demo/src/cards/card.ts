import { element, type Child } from '../dom.ts';
import { wordingOf } from '../wording.ts';

/** A part of the account page, with its heading. */
export function card(id: string, title: string, ...content: Child[]): HTMLElement {
  return element('section', { class: 'card', 'aria-labelledby': `${id}-title` }, element('h2', { id: `${id}-title` }, title), ...content);
}

/** Something that is asked of the service and shown when it is there; `reload` asks again. */
export function loaded(load: () => Promise<Child[]>): { root: HTMLElement; reload: () => Promise<void> } {
  const root = element('div', { class: 'loaded' }, element('p', { class: 'inline-status' }, 'Loading…'));
  const reload = async (): Promise<void> => {
    try {
      root.replaceChildren(...((await load()).filter(Boolean) as Node[]));
    } catch (error) {
      root.replaceChildren(element('p', { class: 'inline-status', role: 'status' }, wordingOf(error).text));
    }
  };
  void reload();
  return { root, reload };
}

/** One line of a list: what it is, and what can be done with it. */
export function line(words: Child[], ...actions: HTMLElement[]): HTMLLIElement {
  return element('li', { class: 'line' }, element('div', {}, ...words), element('div', { class: 'line-actions' }, ...actions));
}

/** A list, or what there is to say where it is empty. */
export function lines(items: HTMLLIElement[], none: string): HTMLElement {
  return items.length > 0 ? element('ul', { class: 'lines' }, ...items) : element('p', { class: 'hint' }, none);
}
