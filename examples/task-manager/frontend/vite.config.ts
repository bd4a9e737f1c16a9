import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': 'http://127.0.0.1:3000' } },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    reporters: ['default', ['junit', { outputFile: 'junit.xml' }]],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'cobertura'],
      include: ['src/**'],
      exclude: ['src/main.tsx'],
    },
  },
});
