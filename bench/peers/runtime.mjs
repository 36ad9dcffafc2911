// A minimal runtime that runs a handler on Lambda's Runtime API.
import { handler } from "./handler.mjs";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const next = await fetch(`${api}/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const reply = await handler(await next.json()).then(
    (event) => ["response", event],
    (error) => ["error", { errorType: error.name, errorMessage: error.message }],
  );
  await fetch(`${api}/${id}/${reply[0]}`, { method: "POST", body: JSON.stringify(reply[1]) });
}
