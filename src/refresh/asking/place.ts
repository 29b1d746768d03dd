/** A place to get a code from: the terminal, a window, a program, standard input. */

import type { Surroundings } from "../../dialogs/driver.ts";
import type { Answer, Question, Round } from "../../terminal/question.ts";

/** A question that can be asked at any place. */
export interface PlaceQuestion extends Question {
  /** What was wrong with the last answer. */
  readonly complaint: string | undefined;
  /** The lines of a window, which shows no hint beside its input. */
  windowLines(complaint: string | undefined): readonly string[];
}

/** One process at a time asks at each place. */
export interface Place {
  readonly kind: "terminal" | "window" | "process" | "stdin";
  /** Part of the names of locks. */
  readonly id: string;
  /** How people call it: `pts/3`, `a window`. */
  readonly name: string;
  /** Asks once. Throws `no-code` for a program that gives no code. */
  ask(question: PlaceQuestion, round: Required<Round>): Promise<Answer>;
}

/** The places of one run. */
export interface Places {
  readonly here: Surroundings;
  /** The best place to get a code from now; undefined where there is none. */
  find(): Promise<Place | undefined>;
  /** It could not ask after all. The terminal gets a second look, a window does not. */
  giveUp(place: Place): Promise<void>;
}

/** One window at a time for all of a user's processes, whichever program draws it. */
export const WINDOW = "window";
/** No answer can be given there, but processes wait for what comes of it. */
export const NOTIFICATION = { id: "notification", name: "a notification" };
