/**
 * In the bundle this takes the place of `@smithy/core/event-streams`, which the SDK's protocols import once an operation
 * streams events. None of STS and IAM does; and what import() may ask for, with all it needs, stays whole in a bundle.
 */

/** Throws: there are no event streams. */
export class EventStreamSerde {
  constructor() {
    throw new Error("an event stream");
  }
}
