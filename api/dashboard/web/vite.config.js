import {defineConfig} from 'vite'

export default defineConfig({
  base: './', // works below any path that a proxy puts the service under
  oxc: {jsx: {runtime: 'automatic', importSource: 'preact'}},
  build: {
    outDir: '../built',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy allows no data: address
    modulePreload: {polyfill: false},
    target: 'es2023',
  },
})
