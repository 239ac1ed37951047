/** Tells listeners that something changed, at most ten times a second, and never after `stop`. */

const interval = 100;

export class Changes {
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | null = null;
  #last = 0;
  #stopped = false;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  announce(): void {
    if (this.#timer !== null || this.#stopped || this.#listeners.size === 0) return;
    const wait = Math.max(0, this.#last + interval - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#last = Date.now();
      for (const listener of this.#listeners) listener();
    }, wait);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#listeners.clear();
  }
}
