const ASK_EVERY_MS = 5;
const LIMIT_MS = 10_000;

/** Waits for something that must happen: asks until it is so, and fails loudly when it never is. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  const last = Date.now() + limitMs;
  while (!(await isSo())) {
    if (Date.now() > last) throw new Error(`did not happen within ${limitMs} ms: ${isSo}`);
    await new Promise((again) => setTimeout(again, ASK_EVERY_MS));
  }
}
