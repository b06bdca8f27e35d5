// Runs before the first paint, so that a dark screen never flashes white. Kept out of the page because
// the content security policy allows no inline script. `web/src/ui/theme.ts` writes the same key.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('fairlead.theme') ?? 'system';
  } catch {
    // Storage may be blocked; the system's choice is then used.
  }
  const dark =
    choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
