import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npx vite web` finds the API while the portal is being worked on. */
const API_IN_DEVELOPMENT = process.env.PUBLIC_URL ?? 'http://127.0.0.1:3000';

/**
 * Everything the portal needs lies under `/assets/`, so that the rest of the address space stays free for
 * the API and for public pages (`/<niche>`). No inline script and no inline style element is written.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
  },
  server: { host: '127.0.0.1', proxy: { '/api': API_IN_DEVELOPMENT } },
});
