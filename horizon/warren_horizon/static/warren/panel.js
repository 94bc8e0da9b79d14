// Gives Warren's frame a guest token whenever it needs one, and the height that it asks for.

const frame = document.querySelector('#warren-frame');
const { script, tokenUrl, broker, csrf } = frame.dataset;
const { connect } = await import(script);

async function getToken() {
  const answer = await fetch(tokenUrl, {
    method: 'POST',
    headers: { 'X-CSRFToken': csrf, 'X-Requested-With': 'XMLHttpRequest', Accept: 'application/json' },
    body: new URLSearchParams({ broker }),
    credentials: 'same-origin',
  });
  // Signed out of Horizon: nothing here can help but signing in again.
  if (answer.status === 401 || answer.redirected) location.reload();
  if (!answer.ok) throw new Error(`no guest token: ${answer.status}`);
  return (await answer.json()).token;
}

connect(frame, { getToken });
