/** From so many milliseconds on somebody who presses a key meanwhile would notice. */
const noticed = 20;

/**
 * How long what took `cost` milliseconds to work out is used before it is worked out anew. What would be noticed is done
 * so rarely that hardly a key meets it.
 */
export function restAfter(cost: number): number {
  return cost * (cost < noticed ? 10 : 40);
}
