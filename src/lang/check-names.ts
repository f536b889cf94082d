/** Names of properties that a program may give. */
import type { Names } from './check-expressions.ts';
import { isDataRace } from './races.ts';

/** Not those to which engines give a meaning of their own, and none that cannot stand in a line of text. */
export function checkPropertyName(property: string, { report }: Names): void {
  const taken = ['deadlock-free', 'lock-order', 'final-state'].includes(property);
  if (taken || isDataRace(property) || property.startsWith('reach:'))
    report('PD0201', `a property of one's own cannot be called ${property}: that is what engines look for`);
  if (!/^[\x21-\x7e]+$/.test(property))
    report('PD0201', 'the name of a property is made of letters, digits and signs');
}
