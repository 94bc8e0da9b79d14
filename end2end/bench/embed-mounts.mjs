// The heap of a page that mounted and unmounted a panel five hundred times, against ten times.

import { held, watchMemory } from './held.mjs';
import { drawn, origin, panel, withPortal } from './portal.mjs';
import { report } from './sides.mjs';

const FEW = 10;
const MANY = 500;

report(await withPortal(panel('nodes') + panel('queued-messages'), async page => {
  await watchMemory(page);
  await page.goto(`${origin}/`);
  await drawn(page);
  const measure = await held(page);
  let done = 0;
  const mountUntil = async count => {
    for (; done < count; done += 1) {
      await page.evaluate(async html => {
        const place = document.createElement('div');
        place.innerHTML = html;
        document.body.append(place);
        const drawn = () => place.firstChild.shadowRoot?.querySelector('.plot-area .line[d^="M"]');
        const end = Date.now() + 10_000;
        while (!drawn() && Date.now() < end) await new Promise(resolve => setTimeout(resolve, 5));
        if (!drawn()) throw new Error('a panel did not come');
        place.remove();
        await new Promise(resolve => setTimeout(resolve));
      }, panel('message-rates'));
    }
  };
  await mountUntil(FEW);
  const few = await measure();
  await mountUntil(MANY);
  return { few, many: await measure() };
}));
