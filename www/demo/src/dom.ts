/** What an element may be given: attributes by name, `on…` listeners, nothing for `undefined` and `false`. */
export type Properties = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;
export type Child = Node | string | undefined | false;

/** Makes an element out of nodes and text. Text never becomes markup, so nothing here needs a Trusted Types policy. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== undefined && child !== false) made.append(child);
  return made;
}

/** Cognate's mark. Decorative: the name stands beside it. */
export function mark(): SVGSVGElement {
  const make = (name: string, attributes: Record<string, string>): SVGElement => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const svg = make('svg', { viewBox: '0 0 32 32', class: 'mark', 'aria-hidden': 'true' }) as SVGSVGElement;
  svg.append(
    make('rect', { width: '32', height: '32', rx: '9', class: 'mark-ground' }),
    make('path', { d: 'M21.5 11.2a7 7 0 1 0 0 9.6', class: 'mark-ring' }),
    make('circle', { cx: '22.5', cy: '16', r: '2.6', class: 'mark-dot' }),
  );
  return svg;
}
