// The range of time that is shown, in addresses and queries as Grafana has it: from=now-15m, to=now.
const seconds = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };
const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400];

export const ranges = ['now-5m', 'now-15m', 'now-30m', 'now-1h', 'now-3h', 'now-6h', 'now-24h', 'now-7d', 'now-30d'];
export const refreshes = ['', '5s', '10s', '30s', '1m', '5m'];

// How often Prometheus asks the services: timeInterval of provisioning/datasources.
export const scrapeSeconds = 5;

export function durationSeconds(text) {
  const match = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text ?? '');
  return match ? Number(match[1]) * seconds[match[2]] : 0;
}

export function instant(text, now) {
  if (/^\d+$/.test(text)) return Number(text) / 1000;
  const match = /^now(?:-(\d+[smhdw]))?$/.exec(text);
  return match ? now - durationSeconds(match[1]) : now;
}

// The range to ask for. Its ends lie on steps, so that a curve does not tremble when it is drawn again.
export function resolve(from, to, pixels, now = Date.now() / 1000) {
  const [start, end] = [instant(from, now), instant(to, now)];
  const wanted = Math.max(end - start, 1) / Math.max(pixels / 2, 50);
  const step = steps.find(one => one >= wanted) ?? steps.at(-1);
  return { start: Math.floor(start / step) * step, end: Math.floor(end / step) * step, step, seconds: Math.round(end - start) };
}
