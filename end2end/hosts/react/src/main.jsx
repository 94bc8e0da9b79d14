// A dashboard page of a React application: panels come and go with its state.

import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { WarrenPanel } from './WarrenPanel.jsx';

function Page() {
  const [range, setRange] = useState('10m');
  const [isOpen, setOpen] = useState(true);
  const [isStale, setStale] = useState(false);
  return (
    <main>
      <h1>Orders</h1>
      <button type="button" onClick={() => setRange('1h')}>The last hour</button>
      <button type="button" onClick={() => setOpen(open => !open)}>{isOpen ? 'Hide' : 'Show'}</button>
      <p role="status">{isStale ? 'old numbers' : 'fresh numbers'}</p>
      {isOpen && <WarrenPanel panel="queued-messages" broker="demo" range={range} onStale={setStale} />}
      {isOpen && <WarrenPanel panel="tiles" broker="demo" />}
    </main>
  );
}

createRoot(document.querySelector('#root')).render(<StrictMode><Page /></StrictMode>);
