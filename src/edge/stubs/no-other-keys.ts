/**
 * In the bundle this takes the place of `@aws-sdk/credential-provider-node`, where the SDK's clients look for keys that they
 * were not given: profiles, SSO, the instance's metadata. Ours are always given theirs, and must never find others.
 */

/** A provider of keys that has none. Throws when it is asked. */
export const defaultProvider = () => async (): Promise<never> => {
  throw new Error("a client without keys");
};
