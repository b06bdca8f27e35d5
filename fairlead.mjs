#!/usr/bin/env node
// Starts Fairlead, or says which Node it needs. Plain JavaScript, so that an old Node can read it.
const [major, minor] = process.versions.node.split('.').map(Number);
const fits = major > 23 || (major === 22 && minor >= 18) || (major === 23 && minor >= 6);

if (fits) {
  await import('./src/main.ts');
} else {
  console.error(
    `Fairlead needs Node 24, this is ${process.versions.node}. Run "npm ci" once, then start it by npm, which brings ` +
      'the right one: "npm start", "npm run demo", or "npx node fairlead.mjs <command>".',
  );
  process.exitCode = 1;
}
