/**
 * 16 hexadecimal digits that tell a text from what a disk has made of it: FNV-1a twice, with two primes. Every change of one
 * character gives others. It is made for each session that is read, and is no secret's digest: nobody is to be deceived by it.
 */
export function checksum(text: string): string {
  let [one, other] = [0x811c9dc5, 0x811c9dc5];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    other = Math.imul(other ^ code, 0x01000197);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
