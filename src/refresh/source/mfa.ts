/** Long-term keys as a source: with an MFA device and a code they give an MFA session, or a role. */

import { sourceIdOf } from "../../session/identity.ts";
import { knownIdentity } from "../../session/known-identity.ts";
import { mfaIdentityOf, userIdOf } from "../../session/mfa-identity.ts";
import { announcementsOf } from "../asking/announcements.ts";
import { nobodyToAsk } from "../asking/nobody-to-ask.ts";
import { placesOf } from "../asking/places.ts";
import { findDevice } from "../device/find.ts";
import type { RefreshInput } from "../input.ts";
import { lazyKeys } from "./lazy-keys.ts";
import { makeMfaSession } from "./mfa-session.ts";
import type { MfaWork } from "./mfa-work.ts";
import type { Source } from "./source.ts";
import { userNameOf } from "./user-name.ts";

export function mfaSource(input: RefreshInput): Source {
  const { request, store, context, asking } = input;
  const sourceId = sourceIdOf(request.source);
  const keys = lazyKeys(request.source, store, context);
  const announcements = announcementsOf(sourceId, store.locks);
  const places = placesOf(input);
  let typed: string | undefined;
  return {
    begin: async () => {
      if (isInVain(input)) throw nobodyToAsk(request);
      if ((await places.find()) !== undefined) await announcements.announce("will-ask");
      if (asking.anew === true) store.failures.clear(sourceId);
    },
    identify: async () => {
      const accessKeyId = await keys.id();
      if (asking.anew === true) store.failures.clear(userIdOf(request, accessKeyId));
      const { serial, userName } = await findDevice({ request, accessKeyId, keys, store, context, announcements });
      const identity = mfaIdentityOf(request, accessKeyId, serial);
      const given = typed === undefined ? {} : { typed };
      const work: MfaWork = { ...input, identity, keys, announcements, places, userName, ...given };
      return {
        identity,
        make: async (attempt) => {
          const made = await makeMfaSession(work, attempt);
          typed = made.kind === "start-over" ? made.typed : undefined;
          return made;
        },
        sessionName: (session) => userNameOf(work, session),
      };
    },
    end: () => announcements.withdraw("will-ask", "has-code"),
  };
}

/** Without the access key id there is no session to wait for, and without a way to get a code the program would run for nothing. */
function isInVain({ request, store, asking }: RefreshInput): boolean {
  const { source, prompt } = request;
  const mayGetCode = asking.code !== undefined || source.mfa.program !== undefined || prompt !== "none";
  return source.kind === "program" && !mayGetCode && knownIdentity(request, store.users.read) === undefined;
}
