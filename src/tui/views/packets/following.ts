/**
 * Following the newest packet: while packets come in, the list moves on a few times a second, not with every frame. Nobody
 * reads rows that fly by, and every move costs a slow line most of the screen.
 */
import type { PacketNumbers } from './numbers.ts';

/** Milliseconds for which the list stands still: longer where all of its rows are other ones afterwards. */
const stillFor = { some: 400, all: 1000 } as const;

/** @param redraw called when the list may move on. */
export function createFollowing(
  redraw: () => void,
): (numbers: PacketNumbers, height: number) => PacketNumbers {
  let newest = 0;
  let movedAt = Number.NEGATIVE_INFINITY;
  let isWaiting = false;

  return (numbers, height) => {
    if (numbers.count === 0) return numbers;
    const last = numbers.at(numbers.count - 1);
    const now = performance.now();
    const known = numbers.indexFrom(newest + 1);
    const still = numbers.count - known < height ? stillFor.some : stillFor.all;
    const wait = movedAt + still - now;
    // Another list, or packets that are not there any more: nothing to hold on to.
    const isOther = last < newest || numbers.at(0) > newest;
    if (last === newest) return numbers;
    if (wait <= 0 || isOther) {
      newest = last;
      movedAt = now;
      return numbers;
    }
    if (!isWaiting) {
      isWaiting = true;
      setTimeout(() => {
        isWaiting = false;
        redraw();
      }, wait).unref();
    }
    return { ...numbers, count: known };
  };
}
