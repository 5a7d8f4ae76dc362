/** newKey is a random Idempotency-Key. crypto.randomUUID would need HTTPS, which an office network may lack. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/**
 * Attempt holds the key of one form. The same content is sent again under the same
 * key, so that a retry after a lost answer can't act twice; a definite answer spends the key.
 */
export class Attempt {
  private current: { key: string; content: string } | undefined;

  keyFor(body: unknown): string {
    const content = JSON.stringify(body) ?? "";
    if (this.current?.content !== content) this.current = { key: newKey(), content };
    return this.current.key;
  }

  spend(): void {
    this.current = undefined;
  }
}
