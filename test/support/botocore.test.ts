import { afterAll, describe, expect, test } from "vitest";
import { Botocore, pythonWithBotocore } from "./botocore.ts";
import { needs } from "./tools.ts";

describe("botocore", () => {
  const opened: Botocore[] = [];
  const judge = (snippet: string): Botocore => {
    const one = new Botocore(snippet);
    opened.push(one);
    return one;
  };
  afterAll(() => {
    for (const one of opened) one.close();
  });

  test("answers in order, from one process, with values and with what was raised", async (context) => {
    needs(context, pythonWithBotocore() !== undefined, "a Python with botocore");
    const python = judge(`
import botocore, os
def evaluate(number):
    return [10 // number, os.getpid(), botocore.__name__, "\\u00e9\\U0001f600", os.environ.get("AWS_PROFILE")]
`);
    const [two, zero] = await python.evaluate([2, 0]);
    const [five] = await python.evaluate([5]);
    const pid = two !== undefined && "value" in two ? (two.value as unknown[])[1] : undefined;
    expect(pid).toEqual(expect.any(Number));
    expect(two).toEqual({ value: [5, pid, "botocore", "é😀", null] });
    expect(zero).toEqual({ error: "ZeroDivisionError", message: expect.stringContaining("by zero") });
    expect(five).toEqual({ value: [2, pid, "botocore", "é😀", null] });
  });

  test("says why it ended", async (context) => {
    needs(context, pythonWithBotocore() !== undefined, "a Python with botocore");
    const python = judge("this is no Python");
    await expect(python.evaluate([1])).rejects.toThrow("SyntaxError");
    await expect(python.evaluate([1])).rejects.toThrow("SyntaxError");
  });
});
