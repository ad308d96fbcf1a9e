// Loads the app, and its parts when they are first needed. A part that a bad network lost is asked for again until it comes;
// one that is gone (the server has a newer version) is not waited for: the page that was asked for is loaded whole instead.
let wanted = location.href;
addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('a[href]');
  if (link) wanted = link.href;
}, true);
addEventListener('popstate', () => { wanted = location.href; }, true);

const plain = window.fetch;
window.fetch = async (input, init) => {
  const url = input instanceof URL ? input : null;
  // Only the loader of the parts asks with a URL; everything else goes its way.
  if (!url || !url.pathname.startsWith('/pkg/') || !url.pathname.endsWith('.wasm')) return plain(input, init);
  for (let wait = 500; ; wait = Math.min(wait * 2, 15_000)) {
    const answer = await plain(url, init).catch(() => null);
    if (answer?.ok) return answer;
    if (answer?.status === 404 && sessionStorage.getItem('parley.gone') !== url.pathname) {
      sessionStorage.setItem('parley.gone', url.pathname); // once: a page that misses its own part is not loaded for ever
      location.assign(wanted);
      return new Promise(() => {});
    }
    await new Promise((next) => setTimeout(next, wait));
  }
};
