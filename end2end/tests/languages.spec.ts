// English and Chinese: the browser's wish, the viewer's choice, and what moves in the browser.

import { answered } from '../support/console.ts';
import { Overview } from '../support/overview.ts';
import { DEMO, expect, test } from '../support/test.ts';

const language = () => document.documentElement.lang;

test('an English browser gets English', async ({ overview }) => {
  expect(await overview.page.evaluate(language)).toBe('en');
  await expect(overview.page.getByRole('heading', { name: 'Queued messages' })).toBeVisible();
});

test.describe('a Chinese browser', () => {
  test.use({ locale: 'zh-CN' });

  test('gets Chinese on every page', async ({ page }) => {
    await page.goto('/sign-in');
    expect(await page.evaluate(language)).toBe('zh-CN');
    await expect(page.getByLabel('用户名')).toBeVisible();
    await expect(page).toHaveTitle('登录 · Warren');
  });

  test('keeps Chinese after the page starts', async ({ overview }) => {
    const { page } = overview;
    await expect(page.getByRole('heading', { name: '排队的消息' })).toBeVisible();
    // Drawn in the browser alone: what the pointer shows, and a page that was not loaded.
    const slider = overview.slider('queued-messages');
    await slider.press('End');
    await expect(slider).toHaveAttribute('aria-valuetext', /总计/);
    await page.getByRole('link', { name: '系统日志' }).click();
    await expect(page.getByRole('heading', { level: 1, name: '系统日志' })).toBeVisible();
    await expect(page).toHaveTitle('系统日志 · Warren');
    await expect(page.locator('.log li').first()).toContainText(/\d年\d+月\d+日/);
  });

  test('shows no English where there is a Chinese word', async ({ overview }) => {
    const { page } = overview;
    const said = () => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
      const texts: string[] = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node instanceof Element) {
          // The switch itself is for those who read English.
          if (node.closest('.language')) continue;
          for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) texts.push(node.getAttribute(name) ?? '');
        } else if (!node.parentElement!.closest('script, style, noscript, .language')) {
          texts.push(node.textContent ?? '');
        }
      }
      return texts.map(text => text.trim()).filter(text => text !== '');
    };
    const english = ['Messages', 'Queues', 'Connections', 'OK', 'running', 'Refresh', 'Range', 'Table', 'Sign out', 'Theme', 'ago'];
    const all = await page.evaluate(said);
    expect(all.length).toBeGreaterThan(50);
    const words = new RegExp(`\\b(${english.join('|')})\\b`, 'i');
    expect(all.filter(text => words.test(text))).toEqual([]);
  });

  test('can switch to English', async ({ overview, context }) => {
    const { page } = overview;
    await page.goto(`${DEMO}?range=1h`);
    await page.getByRole('button', { name: 'Switch to English' }).click();
    await expect(page).toHaveURL(`${DEMO}?range=1h`);
    await expect(page.getByRole('heading', { name: 'Queued messages' })).toBeVisible();
    const kept = (await context.cookies()).find(({ name }) => name === 'warren_language');
    expect(kept).toMatchObject({ value: 'en', sameSite: 'Lax', path: '/' });
    await page.goto('/sign-in');
    await expect(page.getByLabel('User name')).toBeVisible();
  });

  test('gets English if the Chinese texts cannot be loaded', async ({ signedIn: page, complaints }) => {
    complaints.expect(answered(404));
    await page.route('**/texts-zh-CN-*', route => route.fulfill({ status: 404, body: '' }));
    await page.goto(DEMO);
    const overview = new Overview(page);
    await overview.alive();
    await expect(page.getByRole('heading', { name: '排队的消息' })).toBeVisible();
  });
});

test('switching the language keeps the page and is remembered', async ({ overview }) => {
  const { page } = overview;
  // Where the browser went by itself.
  await page.getByRole('link', { name: 'System log' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'System log' })).toBeVisible();
  await page.getByRole('button', { name: '切换为简体中文' }).click();
  await expect(page).toHaveURL('/log');
  await expect(page.getByRole('heading', { level: 1, name: '系统日志' })).toBeVisible();
  await page.goto(DEMO);
  expect(await page.evaluate(language)).toBe('zh-CN');
});

test.describe('without scripting', () => {
  test.use({ javaScriptEnabled: false });

  test('the switch works', async ({ signedIn: page }) => {
    await page.goto(`${DEMO}?range=1h`);
    await page.getByRole('button', { name: '切换为简体中文' }).click();
    await expect(page).toHaveURL(`${DEMO}?range=1h`);
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(page.getByRole('heading', { name: '排队的消息' })).toBeVisible();
  });
});
