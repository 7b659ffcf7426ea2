/** What the browser calls itself. */
export const userAgent = () => navigator.userAgent;
