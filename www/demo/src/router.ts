/** Where in the demo somebody is. Part of the address after `#`, so that the back button and a reload work. */
export const ROUTES = ['sign-in', 'sign-up', 'confirm', 'forgot-password', 'reset-password', 'step', 'account'] as const;
export type Route = (typeof ROUTES)[number];

/** The route of the present address, if it names one. */
export function currentRoute(): Route | undefined {
  const name = location.hash.replace(/^#\/?/, '');
  return ROUTES.find((route) => route === name);
}

/** Goes to a route; `replace` leaves no entry to come back to, as after a form that must not be sent twice. */
export function go(route: Route, { replace = false } = {}): void {
  // Not by `location`: the browser tells of that later, and what is shown meanwhile would be shown over.
  history[replace || currentRoute() === route ? 'replaceState' : 'pushState'](null, '', `#/${route}`);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Calls `show` now and on every change of the address. */
export function onRoute(show: (route: Route | undefined) => void): void {
  window.addEventListener('hashchange', () => show(currentRoute()));
  show(currentRoute());
}
