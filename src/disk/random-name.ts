/**
 * 18 hexadecimal digits that nobody else has, for a file in a directory of ours. It need not be hard to guess, as nothing is
 * written through a name that is there; and Node's crypto, which would be harder to guess, takes it as long to load as a hit.
 */
export function randomName(): string {
  const nine = (): string =>
    Math.floor(Math.random() * 16 ** 9)
      .toString(16)
      .padStart(9, "0");
  return nine() + nine();
}
