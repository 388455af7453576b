// Asks what a panel's targets say, and names the series.
import { query, queryRange } from './prometheus.js';

export async function panelData(panel, range, variables, signal) {
  const answers = await Promise.all((panel.targets ?? []).filter(target => !target.hide).map(async target => {
    const expr = variables.fill(target.expr, range);
    const series = await (target.instant ? query(expr, range.end, signal) : queryRange(expr, range, signal));
    return series.map(one => ({ ...one, refId: target.refId, name: nameOf(one.labels, target, expr) }));
  }));
  return answers.flat();
}

function nameOf(labels, { legendFormat }, expr) {
  if (legendFormat && legendFormat !== '__auto') return legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '');
  const { __name__: name = '', ...rest } = labels;
  const list = Object.entries(rest);
  if (legendFormat === '__auto' && list.length === 1) return list[0][1];
  return name + (list.length > 0 ? `{${list.map(([label, value]) => `${label}="${value}"`).join(', ')}}` : '') || expr;
}
