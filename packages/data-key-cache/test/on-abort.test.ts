import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from '../src/on-abort.ts';

describe('onAbort', () => {
  it('tells everybody of an abort, in order, through one listener', () => {
    const controller = new AbortController();
    const told: number[] = [];
    for (let index = 0; index < 20; index += 1) onAbort(controller.signal, () => told.push(index));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('does not tell who was taken off, also while it tells the others', () => {
    const controller = new AbortController();
    const told: string[] = [];
    const takeOff = onAbort(controller.signal, () => told.push('first'));
    const same = () => void told.push('same');
    const takeOffSame = onAbort(controller.signal, same);
    onAbort(controller.signal, same);
    onAbort(controller.signal, () => takeOffLast());
    const takeOffLast = onAbort(controller.signal, () => told.push('last'));
    takeOff();
    takeOffSame();
    controller.abort();
    expect(told).toEqual(['same']);
  });

  it('stops listening when nobody is left, and starts again', () => {
    const { signal } = new AbortController();
    const takeOff = onAbort(signal, () => {});
    takeOff();
    takeOff();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    onAbort(signal, () => {});
    takeOff();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  });
});
