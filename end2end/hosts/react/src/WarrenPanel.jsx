// As docs/embedding.md has it.

import { useEffect, useRef } from 'react';

const getToken = async () => (await (await fetch('/warren-token')).json()).token;

export function WarrenPanel({ onStale, ...attributes }) {
  const panel = useRef(null);
  useEffect(() => { panel.current.getToken = getToken; }, []);
  useEffect(() => {
    const element = panel.current;
    const listener = event => onStale?.(event.detail.stale);
    element.addEventListener('warren-stale', listener);
    return () => element.removeEventListener('warren-stale', listener);
  }, [onStale]);
  return <warren-panel ref={panel} {...attributes} />;
}
