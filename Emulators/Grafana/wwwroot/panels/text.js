import { element } from '../element.js';

// Markdown as the dashboards use it: headings, paragraphs, lists, and in them links, code and emphasis.
export function text(body, panel, { fill }) {
  const made = element('div', { class: 'text' });
  for (const block of fill(panel.options.content).trim().split(/\n{2,}/)) {
    const lines = block.split('\n');
    const heading = /^(#{1,4}) (.+)$/.exec(block);
    if (heading) made.append(element(`h${heading[1].length + 1}`, {}, ...inline(heading[2])));
    else if (lines.every(line => /^[-*] /.test(line))) made.append(element('ul', {}, ...lines.map(line => element('li', {}, ...inline(line.slice(2))))));
    else made.append(element('p', {}, ...inline(lines.join(' '))));
  }
  body.replaceChildren(made);
  return made.childElementCount;
}

const marks = /\[([^\]]+)\]\(([^)\s]+)\)|`([^`]+)`|\*\*([^*]+)\*\*/g;

function inline(source) {
  const parts = [];
  let end = 0;
  for (const match of source.matchAll(marks)) {
    const [whole, label, address, code, strong] = match;
    parts.push(source.slice(end, match.index));
    if (label) parts.push(/^(https?:|\/)/.test(address) ? element('a', { href: address }, label) : label);
    if (code) parts.push(element('code', {}, code));
    if (strong) parts.push(element('strong', {}, strong));
    end = match.index + whole.length;
  }
  return [...parts, source.slice(end)];
}
