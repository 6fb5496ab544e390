import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** The page, in dist/page/. Addresses are relative, so that it works below any path. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  // Nothing of the developer's machine gets in.
  envDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/page', import.meta.url)),
    emptyOutDir: true,
    target: ['chrome120', 'firefox128', 'safari17.5'],
    // The content security policy forbids data: addresses, and scripts in the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
