// Whether the tables of a page fit: what a viewer sees of their heads and columns.

import type { Page } from '@playwright/test';

/**
 * What is wrong with the tables that are seen: heads that break within a word or are cut off, columns outside of
 * their panel, and tables that scroll sideways although they may not, or without a shade that shows it.
 */
export const tableFaults = (page: Page, mayScroll: boolean): Promise<string[]> => page.evaluate(mayScroll => {
  const faults: string[] = [];
  const isSeen = (element: Element) => element.checkVisibility({ visibilityProperty: true });
  const label = (element: Element) => `“${element.textContent!.trim().slice(0, 40)}”`;

  /** The words of an element that stand on more than one line. */
  const brokenWords = (element: Element): string[] => {
    const broken: string[] = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const { 0: word, index } of node.textContent!.matchAll(/[\p{Script=Latin}\d]+/gu)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) broken.push(word);
      }
    }
    return broken;
  };

  for (const head of [...document.querySelectorAll('thead th')].filter(isSeen)) {
    for (const word of brokenWords(head)) faults.push(`the head ${label(head)} breaks within ${word}`);
    if (head.scrollWidth > head.clientWidth + 1) faults.push(`the head ${label(head)} is cut off`);
  }

  for (const table of [...document.querySelectorAll('.panel table')].filter(isSeen)) {
    const name = `the table ${label(table.querySelector('thead') ?? table)}`;
    const scroller = table.closest('.scroll');
    const scrolls = scroller && scroller.scrollWidth > scroller.clientWidth + 1;
    if (scrolls && !mayScroll) faults.push(`${name} is ${scroller.scrollWidth - scroller.clientWidth} px too wide`);
    if (scrolls && getComputedStyle(scroller).backgroundImage === 'none') faults.push(`${name} does not show that it scrolls`);
    if (scrolls) continue;
    const panel = table.closest('.panel')!.getBoundingClientRect();
    for (const cell of [...table.querySelectorAll('th, td')].filter(isSeen)) {
      const { left, right } = cell.getBoundingClientRect();
      if (left < panel.left - 1 || right > panel.right + 1) faults.push(`${label(cell)} stands outside of the panel of ${name}`);
    }
  }
  // The page itself never scrolls sideways.
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth - clientWidth} px too wide`);
  return faults;
}, mayScroll);
