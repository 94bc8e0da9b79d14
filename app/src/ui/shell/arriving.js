// The address that the server rendered: Back may change it before start.js runs.
const rendered = location.href;

// On a first visit the page shows its first screen first, and the charts' lines after the numbers:
// style sheets hide the rest until the page has been painted (start.js). Not on the way back, and not
// if the address has a fragment: the browser scrolls there, so the page needs its full height.
if (performance.getEntriesByType('navigation')[0]?.type === 'navigate' && !location.hash) {
  document.documentElement.classList.add('arriving');
}
