import { element } from '../element.js';
import { colour, field, reduce } from '../fields.js';
import { format } from '../units.js';
import { annotate } from '../annotations.js';

const uPlot = await import('/uplot/uPlot.esm.js').then(module => module.default, () => null);
const powersOfTwo = Array.from({ length: 50 }, (_, power) => 2 ** power);
const axisColour = '#8e8e8e';
const gridColour = '#2a2d33';

// Curves over time. Returns how many points are drawn.
export function timeseries(body, panel, data, { range, annotations }) {
  if (!uPlot) throw new Error('The charting library is not there: it is fetched by npm when the viewer is built.');
  const { options = {} } = panel;
  const legend = options.legend ?? {};
  const drawing = element('div', { class: 'chart' });
  body.classList.toggle('beside', legend.placement === 'right' && legend.showLegend !== false);
  body.replaceChildren(drawing);

  const series = data.map((one, index) => ({ ...one, field: field(panel, one, index) }));
  const times = axis(range);
  const rows = series.map(one => onto(times, one));
  if (legend.showLegend !== false) body.append(legendOf(series, rows, legend));

  const { data: drawn, bands } = stack(series, rows);
  const [first] = series;
  const config = first?.field.config ?? panel.fieldConfig?.defaults ?? {};
  const plot = new uPlot({
    width: Math.max(drawing.clientWidth, 80),
    height: Math.max(drawing.clientHeight, 60),
    legend: { show: false },
    cursor: { sync: { key: 'board' }, drag: { x: false, y: false } },
    scales: { x: { time: true, range: [range.start, range.end] }, y: { range: (_, low, high) => limits(config, low, high) } },
    axes: [
      { stroke: axisColour, grid: { stroke: gridColour, width: 1 }, ticks: { show: false }, font: '11px sans-serif', size: 22, values: clock(range) },
      { stroke: axisColour, grid: { stroke: gridColour, width: 1 }, ticks: { show: false }, font: '11px sans-serif',
        incrs: /^(bytes|binBps)$/.test(config.unit) ? powersOfTwo : undefined,
        size: (_, labels) => 14 + 7 * Math.max(...(labels ?? []).map(label => label.length), 3),
        values: (_, splits) => splits.map(value => value === null ? '' : brief(format(value, config.unit, config.decimals))) },
    ],
    series: [{}, ...series.map(one => line(one))],
    bands,
    hooks: {
      drawAxes: [u => thresholds(u, first?.field)],
      draw: [u => annotate(u, annotations)],
    },
  }, [times, ...drawn], drawing);
  tooltip(plot, drawing, series, rows, times, options.tooltip?.mode);
  body.release = () => plot.destroy();
  return rows.reduce((sum, row) => sum + row.filter(value => value !== null).length, 0);
}

function axis({ start, end, step }) {
  return Array.from({ length: Math.round((end - start) / step) + 1 }, (_, index) => start + index * step);
}

function onto(times, { times: from, values }) {
  const at = new Map(from.map((time, index) => [time, values[index]]));
  return times.map(time => Number.isFinite(at.get(time)) ? at.get(time) : null);
}

function line({ field: { custom, colour: stroke } }) {
  const bars = custom.drawStyle === 'bars';
  const opacity = Math.round((custom.fillOpacity ?? 0) * 2.55).toString(16).padStart(2, '0');
  return {
    stroke,
    width: custom.lineWidth ?? 1,
    fill: custom.fillOpacity ? stroke + opacity : undefined,
    dash: custom.lineStyle?.fill === 'dash' ? custom.lineStyle.dash ?? [6, 4] : undefined,
    spanGaps: custom.spanNulls === true,
    points: { show: custom.drawStyle === 'points' || custom.showPoints === 'always' ? true : undefined, size: custom.pointSize ?? 4 },
    paths: bars ? uPlot.paths.bars({ size: [0.8, 40] }) : custom.lineInterpolation === 'stepAfter' ? uPlot.paths.stepped({ align: 1 }) : undefined,
  };
}

// Stacked series are drawn as sums, and filled down to the one below.
function stack(series, rows) {
  const sums = [];
  const bands = [];
  let below = -1;
  const data = rows.map((row, index) => {
    if (series[index].field.custom.stacking?.mode !== 'normal') return row;
    const stacked = row.map((value, at) => value === null ? sums[at] ?? null : sums[at] = (sums[at] ?? 0) + value);
    if (below >= 0) bands.push({ series: [index + 1, below + 1] });
    below = index;
    return stacked;
  });
  return { data, bands };
}

function limits({ min, max, custom }, low, high) {
  const bottom = min ?? (custom?.axisSoftMin !== undefined && low !== null ? Math.min(low, custom.axisSoftMin) : low ?? 0);
  let top = max ?? (custom?.axisSoftMax !== undefined && high !== null ? Math.max(high, custom.axisSoftMax) : high ?? 1);
  if (top <= bottom) top = bottom + (Math.abs(bottom) || 1);
  const space = (top - bottom) * 0.08;
  return [min === undefined && bottom !== 0 ? bottom - space : bottom, max === undefined ? top + space : top];
}

// Of 0.800 the zeros say nothing.
const brief = label => label.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

const two = number => String(number).padStart(2, '0');
const clock = ({ seconds }) => (_, splits) => splits.map(split => {
  const date = new Date(split * 1000);
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (seconds > 86400) return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
  return seconds <= 300 ? `${time}:${two(date.getSeconds())}` : time;
});

function thresholds(u, first) {
  const style = first?.custom.thresholdsStyle?.mode ?? 'off';
  if (style === 'off') return;
  const { left, top, width, height } = u.bbox;
  const steps = first.steps.filter(step => step.value !== null);
  u.ctx.save();
  for (const [index, step] of steps.entries()) {
    const y = u.valToPos(step.value, 'y', true);
    u.ctx.fillStyle = u.ctx.strokeStyle = colour(step.color);
    if (style.includes('area')) {
      const next = steps[index + 1] ? Math.max(u.valToPos(steps[index + 1].value, 'y', true), top) : top;
      u.ctx.globalAlpha = 0.1;
      const bottom = Math.min(y, top + height);
      if (bottom > next) u.ctx.fillRect(left, next, width, bottom - next);
    }
    if ((style.includes('line') || style === 'dashed') && y >= top && y <= top + height) {
      u.ctx.globalAlpha = 0.8;
      u.ctx.setLineDash(style.startsWith('dashed') ? [8, 6] : []);
      u.ctx.beginPath();
      u.ctx.moveTo(left, y);
      u.ctx.lineTo(left + width, y);
      u.ctx.stroke();
    }
  }
  u.ctx.restore();
}

function legendOf(series, rows, { displayMode = 'list', calcs = [] }) {
  const names = { lastNotNull: 'Last', last: 'Last', mean: 'Mean', max: 'Max', min: 'Min', sum: 'Total' };
  const name = one => element('span', { class: 'key' }, element('i', { style: { background: one.field.colour } }), one.field.name);
  if (displayMode !== 'table') return element('div', { class: 'legend' }, ...series.map(name));
  return element('div', { class: 'legend' }, element('table', {},
    element('thead', {}, element('tr', {}, element('th', {}, 'Name'), ...calcs.map(calc => element('th', {}, names[calc] ?? calc)))),
    element('tbody', {}, ...series.map((one, index) => element('tr', {}, element('td', {}, name(one)),
      ...calcs.map(calc => element('td', {}, one.field.text(reduce(rows[index], calc)))))))));
}

function tooltip(plot, drawing, series, rows, times, mode) {
  if (mode === 'none') return;
  const box = element('div', { class: 'tooltip', hidden: '' });
  drawing.append(box);
  plot.over.addEventListener('mouseleave', () => box.hidden = true);
  plot.over.addEventListener('mousemove', () => {
    const { left, top, idx } = plot.cursor;
    box.hidden = idx === null || idx === undefined || left < 0;
    if (box.hidden) return;
    let shown = series.map((one, index) => ({ one, value: rows[index][idx] })).filter(({ value }) => value !== null);
    if (mode !== 'multi') shown = shown.sort((a, b) => Math.abs(plot.posToVal(top, 'y') - a.value) - Math.abs(plot.posToVal(top, 'y') - b.value)).slice(0, 1);
    box.replaceChildren(element('b', {}, new Date(times[idx] * 1000).toLocaleString()),
      ...shown.slice(0, 20).map(({ one, value }) => element('div', {}, element('i', { style: { background: one.field.colour } }), `${one.field.name}: ${one.field.text(value)}`)));
    box.style.left = `${Math.min(left + 80, drawing.clientWidth - box.clientWidth - 4)}px`;
    box.style.top = `${Math.max(top - box.clientHeight - 8, 0)}px`;
  });
}
