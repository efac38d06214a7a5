import { NodeHttpHandler } from "@smithy/node-http-handler";

/** Sends requests, and dates every answer with a time of its own: the database's clock. */
export class DatingHandler extends NodeHttpHandler {
  private readonly time: () => number;

  constructor(time: () => number) {
    super();
    this.time = time;
  }

  override async handle(...sent: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
    const answer = await super.handle(...sent);
    answer.response.headers.date = new Date(this.time()).toUTCString();
    return answer;
  }
}
