// Shows new messages by itself: the page is asked for again, and its messages take the place of those shown, when they are others.
const PAUSE_MS = 2000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { cache: 'no-store' });
  if (!answer.ok) return;
  const shown = document.querySelector('main');
  const now = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
  if (now && shown && now.textContent !== shown.textContent) shown.replaceWith(document.adoptNode(now));
}

// A backend that is being started again is asked later.
setInterval(() => refresh().catch(() => {}), PAUSE_MS);
document.addEventListener('visibilitychange', () => refresh().catch(() => {}));
