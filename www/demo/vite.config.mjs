import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // data: URLs would need holes in the content security policy
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
});
