/** Where the AWS CLI's library would send GetSessionToken and ListMFADevices. */
import { Botocore } from "./botocore.ts";

/** A profile `p` in the config file `path`, and the environment's AWS variables. */
export interface EndpointQuestion {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The address and signing region of one call, or the name of what went wrong. */
export type Destination = { readonly url: string; readonly signingRegion: string } | { readonly failure: string };

export interface Destinations {
  readonly sts: Destination;
  readonly iam: Destination;
}

/** The request is caught when it is signed, just before it would be sent. */
const SNIPPET = `
import copy, gc, os
import botocore.session
from botocore.hooks import HierarchicalEmitter
from botocore.loaders import create_loader

# What all sessions have in common is made once: it is most of the time that one takes.
LOADER = create_loader()
HANDLERS = HierarchicalEmitter()
botocore.session.Session(event_hooks=HANDLERS)
gc.freeze()
ENVIRONMENT = dict(os.environ)

class Caught(Exception):
    pass

def destination(session, service, call):
    caught = {}
    def catch(request, **kwargs):
        header = request.headers["Authorization"]
        header = header.decode() if isinstance(header, bytes) else header
        caught.update(url=request.url, signingRegion=header.split("Credential=")[1].split("/")[2])
        raise Caught()
    try:
        client = session.create_client(service)
        client.meta.events.register("before-send", catch)
        getattr(client, call)()
    except Caught:
        return caught
    except Exception as error:
        return {"failure": type(error).__name__}

def evaluate(question):
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    os.environ.update(question["env"])
    os.environ.update(AWS_CONFIG_FILE=question["path"], AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    session = botocore.session.Session(profile="p", event_hooks=copy.copy(HANDLERS), include_builtin_handlers=False)
    session.register_component("data_loader", LOADER)
    return {
        "sts": destination(session, "sts", "get_session_token"),
        "iam": destination(session, "iam", "list_mfa_devices"),
    }
`;

export async function botocoreDestinations(questions: readonly EndpointQuestion[]): Promise<Destinations[]> {
  const botocore = new Botocore(SNIPPET);
  try {
    const answers = await botocore.evaluate<Destinations>(questions);
    return answers.map((answer) => {
      if ("error" in answer) throw new Error(`botocore: ${answer.error}: ${answer.message}`);
      return { sts: inOneSpelling(answer.value.sts), iam: inOneSpelling(answer.value.iam) };
    });
  } finally {
    botocore.close();
  }
}

/** Case, a port that goes without saying and a slash at the end are spelling; a user and password are not sent. */
export function inOneSpelling(destination: Destination): Destination {
  if ("failure" in destination) return destination;
  // botocore would send it, and fail at that.
  if (!URL.canParse(destination.url)) return { failure: "no URL" };
  const url = new URL(destination.url);
  return { ...destination, url: `${url.protocol}//${url.host}${url.pathname}`.replace(/\/$/, "") };
}
