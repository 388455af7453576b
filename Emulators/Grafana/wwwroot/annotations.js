// Marks in all curves: when a process was started, when an alert fired.
import { colour } from './fields.js';
import { queryRange } from './prometheus.js';

// One mark each: { time, color, text }.
export async function annotations(dashboard, range, variables, signal) {
  const wanted = (dashboard.annotations?.list ?? []).filter(one => one.enable && one.target?.expr);
  const answers = await Promise.all(wanted.map(async one => {
    const series = await queryRange(variables.fill(one.target.expr, range), range, signal);
    return series.flatMap(({ labels, times, values }) => (one.useValueForTime ? [...new Set(values)].map(value => value / 1000) : begins(times, range))
      .filter(time => time >= range.start && time <= range.end)
      .map(time => ({ time, color: colour(one.iconColor), text: fill(one.titleFormat ?? one.name, labels) })));
  }));
  return answers.flat();
}

// Where a series begins: it was away before, or not yet there when the range began.
const begins = (times, { start, step }) => times.filter((time, index) => time - (times[index - 1] ?? start - step) > step * 1.5);

const fill = (text, labels) => text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '');

export function annotate(u, marks) {
  const { top, height } = u.bbox;
  u.ctx.save();
  for (const { time, color } of marks) {
    const x = u.valToPos(time, 'x', true);
    u.ctx.strokeStyle = u.ctx.fillStyle = color;
    u.ctx.setLineDash([4, 4]);
    u.ctx.beginPath();
    u.ctx.moveTo(x, top);
    u.ctx.lineTo(x, top + height);
    u.ctx.stroke();
    u.ctx.beginPath();
    u.ctx.moveTo(x - 5, top + height + 6);
    u.ctx.lineTo(x + 5, top + height + 6);
    u.ctx.lineTo(x, top + height);
    u.ctx.fill();
  }
  u.ctx.restore();
}
