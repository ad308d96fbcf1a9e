import { defineConfig, devices } from '@playwright/test';

// Debian's browser, not one that Playwright downloads: the same on every machine, and reachable from closed networks.
const executablePath = process.env.PARLEY_CHROMIUM ?? '/usr/bin/chromium';

const launchOptions = {
  executablePath,
  args: [
    '--no-sandbox', // containers run as root and have no user namespaces
    '--disable-gpu',
    // Everything a browser does on the network by itself: tests talk to one address, loopback.
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1280, height: 800 } };
const noJs = /\.nojs\.spec\.ts$/;
const pictures = /\.shots\.spec\.ts$/;
const phone = /\.phone\.spec\.ts$/;

export default defineConfig({
  testDir: './specs',
  outputDir: './test-results',
  fullyParallel: false, // a file is a journey; files run side by side, each worker with a server and a data folder of its own
  workers: Number(process.env.PARLEY_E2E_WORKERS ?? 2),
  forbidOnly: !!process.env.CI,
  retries: 0, // a test that passes the second time has found something
  timeout: 60_000,
  globalTimeout: 30 * 60_000,
  expect: { timeout: 10_000 },
  globalSetup: './support/run.ts',
  reporter: [['list'], ['html', { open: 'never', outputFolder: 'playwright-report' }]],
  use: {
    launchOptions,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'desktop', use: desktop, testIgnore: [noJs, phone, pictures] },
    // 360 px: the narrowest phone still common.
    { name: 'phone', use: { ...desktop, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }, testMatch: phone },
    { name: 'no-js', use: { ...desktop, javaScriptEnabled: false }, testMatch: noJs },
    { name: 'screenshots', use: { ...desktop, deviceScaleFactor: 2 }, testMatch: pictures },
  ],
});
