import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { referencesOf } from '../../../src/emulator/states/references.ts';

const of = (text: string) => referencesOf(jsonata(text).ast());

describe('referencesOf()', () => {
  it.each([
    '$states.input.items[price > 3].name',
    '$map($states.input.items, function($item, $i) { $item.price * $i })',
    '($x := 3; $x + $states.input.a)',
    '$states.input.items^(>price)[0]',
    '$states.input.items{name: price}',
    '$states.input ~> |items|{"price": price * 2}|',
    '$states.input.items.($.price + tax)',
    '$states.input.items@$i.parts.{ "a": $i.name, "b": size }',
    '$merge([$states.input, {"a": 1}])',
    '$states.input.**.name',
    '$count($states.input.items[type = "x" and $contains(name, /y/)])',
    '$states.input.a ? "b" : "c"',
  ])('finds nothing read without a context in %s', (text) => {
    expect(of(text).topLevel).toEqual([]);
  });

  it.each([
    ['phone', ['phone']],
    ['phone.number', ['phone']],
    ['a + b', ['a', 'b']],
    ['{"a": b, "c": [d]}', ['b', 'd']],
    ['$map([1], function($v) { $v + z })', ['z']],
    ['$states.input.a ? b : c', ['b', 'c']],
    ['$sum(items.price)', ['items']],
    ['$', ['$']],
    ['$$.a', ['$$']],
    ['*', ['*']],
    ['items[price > 3]', ['items']],
    ['($x := y; $x)', ['y']],
  ])('names what %s reads without a context', (text, names) => {
    expect(of(text).topLevel).toEqual(names);
  });

  it('tells which members of $states are read', () => {
    expect([...of('$states.result.a + $states.input.b').states]).toEqual(['result', 'input']);
  });
});
