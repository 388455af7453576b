// Questions to Prometheus, by the path of Grafana's data source proxy.
const base = '/api/datasources/proxy/uid/prometheus/api/v1/';

async function ask(path, parameters, signal, method = 'GET') {
  const query = new URLSearchParams(parameters);
  const answer = await (method === 'GET' ? fetch(`${base}${path}?${query}`, { signal }) : fetch(base + path, { method, body: query, signal }));
  const body = await answer.json().catch(() => null);
  if (body?.status !== 'success') throw new Error(body?.error ?? `Prometheus answered ${answer.status}.`);
  return body.data;
}

const number = text => text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);

// Series with points in time, each { labels, times, values }.
export async function queryRange(expr, { start, end, step }, signal) {
  const { result } = await ask('query_range', { query: expr, start, end, step }, signal, 'POST');
  return result.map(({ metric, values }) => ({
    labels: metric,
    times: values.map(([time]) => time),
    values: values.map(([, value]) => number(value)),
  }));
}

// The same of one moment.
export async function query(expr, time, signal) {
  const { resultType, result } = await ask('query', { query: expr, time }, signal, 'POST');
  const vector = resultType === 'vector' ? result : [{ metric: {}, value: result }];
  return vector.map(({ metric, value }) => ({ labels: metric, times: [value[0]], values: [number(value[1])] }));
}

export async function labelValues(metric, label, { start, end }, signal) {
  const parameters = metric ? { 'match[]': metric, start, end } : { start, end };
  return ask(`label/${encodeURIComponent(label)}/values`, parameters, signal);
}
