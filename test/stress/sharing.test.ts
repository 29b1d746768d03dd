/** What the processes of a command share, and what stays each one's own: counted in questions, in crowds that wait for one answer. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { answerOf } from "../support/askonce.ts";
import { aws, home, withFreshHomes } from "../support/fresh-homes.ts";
import { guarantee } from "../support/guarantee.ts";
import {
  questions,
  sameAnswer,
  startParallelRuns,
  timesLogged,
  untilOnTheirWay,
  untilStarted,
} from "../support/parallel-runs.ts";
import type { PtySession } from "../support/pty.ts";

const MANY = 20;
/** The second of two codes: when its question stands, in one write with the first, or right after that. */
const WAYS_TO_TYPE = ["as asked", "at one go", "without a look"] as const;
/** A question stands for 53 seconds. */
const UNANSWERED_MS = 70_000;

withFreshHomes(() => {
  home.configure(home.serialLine);
});

/** Twenty in one process group on one terminal, with stdin the terminal's own, as Go's SDK starts them. */
class Command {
  readonly pty: PtySession;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    const program = home.executable(
      "bin/twenty",
      `stty -a </dev/tty >$1.before
i=0
while [ $i -lt ${MANY} ]; do
  { askonce get work-keys </dev/tty >$1.out.$i 2>$1.err.$i; echo $? >$1.status.$i; } &
  i=$((i+1))
done
wait
stty -a </dev/tty >$1.after
echo all done`,
    );
    this.pty = home.commandOnPty(program, [name]);
  }

  /** Waits until one of them asks and all others wait for it. */
  async asks(): Promise<void> {
    await this.pty.waitFor("? Code", 60_000);
    await untilOnTheirWay(home, MANY - 1);
  }

  /** What all of them ended with and said; each once. Nothing of the question is left. */
  async ended(): Promise<{ statuses: string[]; answers: string[]; errors: string[] }> {
    await this.pty.waitFor("all done", 60_000);
    await this.pty.exit;
    expect(this.pty.screen()).not.toContain("? Code");
    expect(home.read(`${this.#name}.after`)).toBe(home.read(`${this.#name}.before`));
    return { statuses: this.#all("status"), answers: this.#all("out"), errors: this.#all("err") };
  }

  #all(what: string): string[] {
    return [...new Set(Array.from({ length: MANY }, (_, index) => home.read(`${this.#name}.${what}.${index}`).trim()))];
  }
}

/** What was asked and called in a round. */
async function counted(round: () => Promise<void>): Promise<{ asked: number; calls: number }> {
  const before = questions(home);
  aws.clearCalls();
  await round();
  return { asked: questions(home) - before, calls: aws.count("GetSessionToken") };
}

guarantee(
  `${MANY} on one terminal: one question, one line, the terminal as it was`,
  { suite: 1, stress: 2 },
  async (row) => {
    for (let round = 0; round < row.rounds; round++) {
      await home.run(["logout", "--all"]);
      const counts = await counted(async () => {
        const command = new Command(`round-${round}`);
        await command.asks();
        command.pty.type(`${aws.freshCode()}\r`);
        const { statuses, answers, errors } = await command.ended();
        expect([statuses, errors, answers.length]).toEqual([["0"], [""], 1]);
        expect(command.pty.screen().match(/MFA session for work-keys until/g)).toHaveLength(1);
      });
      row.worst = `${counts.asked} questions, ${counts.calls} calls for ${MANY}`;
      expect(counts).toEqual({ asked: 1, calls: 1 });
    }
  },
);

guarantee(
  "cancelled or three times wrong is for all of a command, and for it alone",
  { suite: 1, stress: 2 },
  async (row) => {
    for (let round = 0; round < row.rounds; round++) {
      const cancelled = await counted(async () => {
        const command = new Command(`cancelled-${round}`);
        await command.asks();
        command.pty.press("escape");
        const { statuses, answers, errors } = await command.ended();
        expect([statuses, answers, errors]).toEqual([["4"], [""], [expect.stringContaining("was cancelled")]]);
      });
      row.worst = `${cancelled.asked} to cancel`;
      expect(cancelled).toEqual({ asked: 1, calls: 0 });
      // The next command asks at once, although nobody answered the last one a moment ago.
      const wrong = await counted(async () => {
        const command = new Command(`wrong-${round}`);
        await command.asks();
        for (const [index, said] of ["try 2 of 3", "try 3 of 3", "all done"].entries()) {
          // One that was rejected a moment ago would not be sent again.
          command.pty.type(`${String(10 * round + index).padStart(6, "0")}\r`);
          await command.pty.waitFor(said, 60_000);
        }
        const { statuses, answers, errors } = await command.ended();
        expect([statuses, answers, errors]).toEqual([["4"], [""], [expect.stringContaining("did not accept 3 codes")]]);
      });
      row.worst += `, ${wrong.asked} to answer wrong, for ${MANY}`;
      expect(wrong).toEqual({ asked: 3, calls: 3 });
    }
  },
);

guarantee(`a question that nobody answers is asked once for ${MANY}`, { suite: 0, stress: 1 }, async (row) => {
  const counts = await counted(async () => {
    const command = new Command("unanswered");
    await command.asks();
    await command.pty.waitFor("all done", UNANSWERED_MS);
    const { statuses, answers } = await command.ended();
    expect(answers).toEqual([""]);
    // Whose own time was up a moment before the question's says that it waited for another.
    expect(statuses.filter((status) => status !== "6")).toEqual(["4"]);
  });
  row.worst = `${counts.asked} questions, ${counts.calls} calls`;
  expect(counts).toEqual({ asked: 1, calls: 0 });
});

guarantee("what one command met costs no other: the next asks in its own way", { suite: 1, stress: 3 }, async (row) => {
  const [commands, members] = [3, 5];
  home.configure(
    `${home.serialLine}\nmfa_process = ${home.executable(
      "bin/phone",
      `echo asked >> ${home.path}/asked
n=$(wc -l < ${home.path}/asked)
until [ -e ${home.path}/go-$n ]; do [ -d ${home.path} ] || exit; sleep 0.05; done
case $((n % 2)) in 1) echo no code;; *) cat ${home.path}/code;; esac`,
    )}`,
  );
  const command = home.executable(
    "bin/command",
    `for i in ${Array.from({ length: members }, (_, index) => index).join(" ")}; do
  { askonce get work-keys >$1.out.$i 2>$1.err.$i; echo $? >$1.status.$i; } &
done
wait`,
  );
  const all = (name: string, what: string): string[] =>
    Array.from({ length: members }, (_, index) => home.read(`${name}.${what}.${index}`).trim());
  for (let round = 0; round < row.rounds; round++) {
    await home.run(["logout", "--all"]);
    aws.clearCalls();
    const names = Array.from({ length: commands }, (_, index) => `${round}-${index}`);
    const running = names.map((name) => home.command(command, [name]));
    await untilOnTheirWay(home, commands * members - 1);
    // The first phone gives no code; the second, of another command, waits until the whole first command has failed.
    home.write(`go-${2 * round + 1}`, "");
    await Promise.race(running);
    home.showCode();
    home.write(`go-${2 * round + 2}`, "");
    await Promise.all(running);
    const failed = names.filter((name) => all(name, "status").some((status) => status !== "0"));
    const answers = new Set(names.filter((name) => !failed.includes(name)).flatMap((name) => all(name, "out")));
    row.worst = `${home.prompts - 2 * round} questions, ${failed.length} of ${commands} commands failed`;
    expect(home.prompts).toBe(2 * round + 2);
    expect(aws.count("GetSessionToken")).toBe(1);
    expect(failed.map((name) => all(name, "status"))).toEqual([Array(members).fill("4")]);
    expect([answers.size, answers.has("")]).toEqual([1, false]);
  }
});

guarantee(
  "those who can ask nobody cost those who can nothing, and get what comes",
  { suite: 1, stress: 2 },
  async (row) => {
    const plain = Array(10).fill(["get", "work-keys"]);
    const unprompted = Array(4).fill(["get", "work-keys", "--no-prompt"]);
    for (let round = 0; round < row.rounds; round++) {
      for (const isAnswered of [false, true]) {
        await home.run(["logout", "--all"]);
        const name = `${isAnswered ? "answered" : "cancelled"}-${round}`;
        const counts = await counted(async () => {
          const command = new Command(name);
          await command.asks();
          const before = timesLogged(home, "started");
          const waiting = await startParallelRuns(home, plain);
          const refused = await Promise.all((await startParallelRuns(home, unprompted)).map(({ done }) => done));
          expect(refused.map(({ status }) => status)).toEqual(Array(unprompted.length).fill(4));
          await untilStarted(home, before + plain.length + unprompted.length);
          await sleep(500);
          expect(waiting.map(({ endedAtMs }) => endedAtMs())).toEqual(Array(plain.length).fill(0));
          if (isAnswered) command.pty.type(`${aws.freshCode()}\r`);
          else command.pty.press("escape");
          const { statuses, answers } = await command.ended();
          const outcomes = await Promise.all(waiting.map(({ done }) => done));
          expect(statuses).toEqual([isAnswered ? "0" : "4"]);
          if (isAnswered) expect(sameAnswer(outcomes).trim()).toBe(answers[0]);
          else expect(new Set(outcomes.map(({ stderr }) => stderr.split(";")[0]))).toEqual(new Set([NOBODY]));
        });
        row.worst = `${counts.asked} questions for ${MANY} and ${plain.length} that cannot ask`;
        expect(counts).toEqual({ asked: 1, calls: isAnswered ? 1 : 0 });
      }
    }
  },
);

const NOBODY = "askonce: nobody to ask for the MFA code of work-keys";

guarantee("two accounts on one terminal ask in turn, and no key goes astray", { suite: 3, stress: 12 }, async (row) => {
  const { jane, hank } = aws.fixture;
  const people = { "work-keys": jane.devices.phone.serial, hank: hank.devices.token.serial };
  const keyOf: Record<string, string> = { "work-keys": jane.accessKeyId, hank: hank.accessKeyId };
  home.configure(
    `mfa_serial = ${people["work-keys"]}`,
    `[profile hank]\nmfa_serial = ${people.hank}\nregion = eu-west-1`,
  );
  const both = home.executable(
    "bin/both",
    `stty -a </dev/tty >before
for name in work-keys hank; do askonce get $name </dev/tty >$name.out 2>$name.err & done
wait
stty -a </dev/tty >after
stty -icanon min 0 time 1 </dev/tty
dd bs=100 count=1 </dev/tty >left 2>/dev/null
echo both done`,
  );
  /** Whose question stands now. */
  const asked = async (pty: PtySession): Promise<keyof typeof people> => {
    await pty.waitFor(/MFA session for (work-keys|hank)$[\s\S]*\? Code/m, 30_000);
    return pty.screen().includes("MFA session for hank\n") ? "hank" : "work-keys";
  };
  const stands = (name: string): RegExp => new RegExp(`MFA session for ${name}$[\\s\\S]*\\? Code`, "m");
  let ahead = 0;
  for (let round = 0; round < row.rounds; round++) {
    await home.run(["logout", "--all"]);
    aws.clearCalls();
    const pty = home.commandOnPty(both, []);
    const first = await asked(pty);
    const second = first === "hank" ? "work-keys" : "hank";
    const [firstCode, secondCode] = [aws.freshCode(people[first]), aws.freshCode(people[second])];
    expect(pty.screen()).not.toContain(`MFA session for ${second}`);
    const way = WAYS_TO_TYPE[round % WAYS_TO_TYPE.length];
    pty.type(way === "at one go" ? `${firstCode}\r${secondCode}\r` : `${firstCode}\r`);
    if (way === "without a look") {
      await sleep(Math.random() * 100);
      pty.type(`${secondCode}\r`);
    }
    if (way !== "as asked") {
      // What comes before its question is no answer to it, at most a proposal that waits for an Enter.
      const settled = new RegExp(`both done|${stands(second).source}`, "m");
      await pty.waitFor(settled, 30_000);
      await sleep(400);
      if (stands(second).test(pty.screen())) {
        expect(aws.calls("GetSessionToken").map(({ accessKeyId }) => accessKeyId)).toEqual([keyOf[first]]);
        ahead++;
        pty.press("ctrl-u");
        pty.type(`${secondCode}\r`);
      }
    } else {
      await pty.waitFor(stands(second), 30_000);
      pty.type(`${secondCode}\r`);
    }
    await pty.waitFor("both done", 30_000);
    await pty.exit;
    row.worst = `${aws.count("GetSessionToken")} calls a pair; ${ahead} typed too early, kept`;
    expect(aws.calls("GetSessionToken").map(({ code, accessKeyId }) => [code, accessKeyId])).toEqual([
      ["OK", keyOf[first]],
      ["OK", keyOf[second]],
    ]);
    for (const name of Object.keys(people)) {
      answerOf({ status: 0, signal: null, stdout: home.read(`${name}.out`), stderr: home.read(`${name}.err`) });
    }
    expect([home.read("after"), home.read("left")]).toEqual([home.read("before"), ""]);
  }
});
