// Numbers as people read them, by Grafana's names of units.
const scaled = (names, base) => (value, digits) => {
  let power = 0;
  while (Math.abs(value) >= base && power < names.length - 1) {
    value /= base;
    power++;
  }
  return [fixed(value, digits), names[power]];
};

const times = [[86400 * 7, 'week'], [86400, 'day'], [3600, 'hour'], [60, 'min'], [1, 's'], [1e-3, 'ms'], [1e-6, 'µs'], [1e-9, 'ns']];
const time = (value, digits) => {
  if (value === 0) return ['0', 's'];
  const [size, name] = times.find(([size]) => Math.abs(value) >= size) ?? times.at(-1);
  return [fixed(value / size, digits), name];
};

const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const short = scaled(['', 'K', 'M', 'B', 'T'], 1000);
const rate = name => (value, digits) => [short(value, digits).join(' ').trim(), name];
const money = sign => (value, digits) => [sign + short(value, digits ?? 2).join(' ').trim(), ''];

const units = {
  none: (value, digits) => [fixed(value, digits), ''],
  short,
  s: time,
  ms: (value, digits) => time(value / 1000, digits),
  bytes: scaled(binary, 1024),
  decbytes: scaled(['B', 'kB', 'MB', 'GB', 'TB'], 1000),
  Bps: scaled(['B/s', 'kB/s', 'MB/s', 'GB/s'], 1000),
  binBps: scaled(binary.map(name => `${name}/s`), 1024),
  percent: (value, digits) => [fixed(value, digits), '%'],
  percentunit: (value, digits) => [fixed(value * 100, digits), '%'],
  reqps: rate('req/s'),
  ops: rate('ops/s'),
  cps: rate('c/s'),
  wps: rate('w/s'),
  rps: rate('r/s'),
  eps: rate('ev/s'),
  currencyEUR: money('€'),
  currencyUSD: money('$'),
  bool_yes_no: value => [value ? 'Yes' : 'No', ''],
  dateTimeAsIso: value => [new Date(value).toISOString().slice(0, 19).replace('T', ' '), ''],
};

function fixed(value, digits) {
  const size = Math.abs(value);
  const places = digits ?? (size === 0 || Number.isInteger(value) ? 0 : size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  return value.toFixed(places);
}

// A unit that is none of these is a word of the dashboard's own, put behind the number.
export function parts(value, unit = 'short', digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return ['–', ''];
  if (!Number.isFinite(value)) return [value > 0 ? '∞' : '-∞', ''];
  const known = units[unit];
  if (known) return known(value, digits);
  const [text, scale] = short(value, digits);
  return [text + scale, unit.replace(/^suffix:/, '')];
}

export const format = (value, unit, digits) => parts(value, unit, digits).join(' ').trim();
