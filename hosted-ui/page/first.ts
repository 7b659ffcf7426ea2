// Runs before anything else has arrived: gives the first form its language, holds a submit until the form works, and says
// so when this browser cannot run the pages at all.

/** The texts of the first form by language; English is in the HTML. Put in by the build. */
declare const TEXTS: Record<string, Record<string, string>>;

const root = document.documentElement;

function language(): string {
  const asked = new URLSearchParams(location.search).get('lang');
  const wanted = [chosen(), asked, ...navigator.languages];
  const known = ['en', ...Object.keys(TEXTS)];
  for (const tag of wanted) {
    const primary = tag?.split(/[-_]/)[0]?.toLowerCase();
    if (primary !== undefined && known.includes(primary)) return primary;
  }
  return 'en';
}

function chosen(): string | null {
  try {
    return localStorage.getItem('cognate.lang');
  } catch {
    return null; // storage is blocked: nothing was chosen
  }
}

function speak(texts: Record<string, string> | undefined): void {
  if (!texts) return;
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    const text = texts[element.dataset['text'] ?? ''];
    if (text !== undefined) element.textContent = text;
  }
  document.title = document.querySelector('h1')?.textContent ?? document.title;
}

/** Links between the pages keep the query: it names the login transaction. */
function keepQuery(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#content a')) link.search = location.search;
}

function holdSubmit(event: Event): void {
  if (root.hasAttribute('data-ready')) return;
  event.preventDefault();
  root.setAttribute('data-submitted', '');
  document.getElementById('submit')?.setAttribute('data-busy', '');
}

/** Instead of the form: why there is none. */
function stop(why: 'no-wasm' | 'not-loaded'): void {
  document.getElementById('content')?.setAttribute('hidden', '');
  document.getElementById(why)?.removeAttribute('hidden');
}

root.lang = language();
speak(TEXTS[root.lang]);
keepQuery();
document.addEventListener('submit', holdSubmit, true);
addEventListener('error', (event) => {
  if (event.target instanceof HTMLScriptElement) stop('not-loaded');
}, true);
addEventListener('cognate-stop', (event) => stop((event as CustomEvent<'no-wasm' | 'not-loaded'>).detail));
if (typeof WebAssembly !== 'object') stop('no-wasm');
