import { beforeAll, describe, expect, it } from 'vitest';
import { rehearse } from '../../src/rehearsal/rehearse.ts';
import { Scenario } from '../../src/rehearsal/scenario.ts';
import { ticksTo } from '../../src/view/plots.ts';
import { rehearsalPage } from '../../src/view/rehearsal-page.ts';
import { percentText } from '../../src/view/rehearsal-words.ts';
import * as z from 'zod/mini';
import { delivery } from '../rehearsal/fixture.ts';

describe('rehearsalPage()', () => {
  let page = '';
  beforeAll(async () => {
    const scenario = z.parse(Scenario, { name: 'odd', says: '<script>alert("1")</script> & more', traffic: { requestsPerSecond: 20 } });
    page = rehearsalPage(await rehearse({ spec: delivery(), scenario, seed: 1, periodSeconds: 10 }, 3));
  });

  it('loads nothing from anywhere and runs nothing', () => {
    expect(page).not.toMatch(/https?:|\/\/[a-z]|\b(src|href|srcset|action)=|@import|url\(|<(script|link|iframe|img|object|embed|base)\b|\son\w+=/i);
  });

  it('writes what a person wrote as text', () => {
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more');
  });

  it('says what it is, and plots weights, times, harm and what the gates said', () => {
    expect(page).toContain('The core without the wire');
    expect(page.match(/<svg /g)).toHaveLength(6);
    expect(page).toMatch(/aria-label="The canary’s share over time"/);
    expect(page).toContain('gates[0] error-rate');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('closes every element it opens', () => {
    const open: string[] = [];
    for (const [, close, name = '', self] of page.replace(/<!doctype html>/, '').matchAll(/<(\/?)([a-z0-9]+)[^>]*?(\/?)>/g)) {
      if (self === '/' || name === 'meta') continue;
      if (close === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});

describe('percentText()', () => {
  it.each([
    [0, '0 %'],
    [0.0004, '< 0.1 %'],
    [0.004, '0.4 %'],
    [0.126, '13 %'],
    [0.994, '99.4 %'],
    [0.9999, '> 99.9 %'],
    [1, '100 %'],
  ])('%d is %s', (share, text) => expect(percentText(share)).toBe(text));
});

describe('ticksTo()', () => {
  it.each([
    [100, [0, 25, 50, 75, 100]],
    [7.3, [0, 2, 4, 6, 8]],
    [0, [0, 1]],
  ])('up to %d: %j', (max, ticks) => expect(ticksTo(max)).toEqual(ticks));
});
