// Microsoft's JavaScript client of Graph, pointed at the service by its base
// URL alone. Over https it follows links by itself; over http it takes an
// absolute link for a path, so that paging goes by hand there.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator, ResponseType,
} from "@microsoft/microsoft-graph-client";

const { SERVICE, FULL, FORGETFUL } = process.env;
const secure = SERVICE.startsWith("https://");
const jobs = "/dataClassification/jobs";
const text = "Visa card 4111 1111 1111 1111, expires 12/29";

function connect(address) {
  return Client.initWithMiddleware({
    baseUrl: address + "/",
    defaultVersion: "beta",
    authProvider: { getAccessToken: async () => "token" },
    customHosts: new Set([new URL(address).hostname]),
  });
}

const client = connect(SERVICE);

// follow asks at a link that the service has given.
const follow = (link) => client.api(secure ? link : link.slice(`${SERVICE}/beta`.length));

async function until(id, ...wanted) {
  for (;;) {
    const job = await client.api(`${jobs}/${id}`).get();
    if (wanted.includes(job.status)) return job;
    assert.ok(["notStarted", "running"].includes(job.status), `job is ${job.status}, wanted ${wanted}`);
    await sleep(50);
  }
}

const end = (id) => until(id, "succeeded", "failed", "canceled");

// refusal is the GraphError that call rejects with.
async function refusal(call) {
  const error = await call.then(() => assert.fail("the call was not refused"), (error) => error);
  assert.ok(error instanceof GraphError, `${error}`);
  return error;
}

test("a created job is polled to its end", async () => {
  const made = await client.api(jobs).post({ type: "classifyText", request: { text } });
  assert.ok(["notStarted", "running", "succeeded"].includes(made.status), made.status);
  const job = await end(made.id);
  assert.equal(job["@odata.type"], "#microsoft.graph.classificationJobResponse");
  assert.equal(job.status, "succeeded");
  const [found] = job.result.classification;
  assert.equal(found.displayName, "Credit Card Number");
  const { offset, length, idMatch } = found.matches[0];
  assert.equal(text.substr(offset, length), idMatch);
});

test("the location of a created job leads to it", async () => {
  const response = await client.api(jobs).responseType(ResponseType.RAW).post({ type: "classifyText", request: { text } });
  assert.equal(response.status, 201);
  const made = await response.json();
  assert.equal((await follow(response.headers.get("Location")).get()).id, made.id);
});

test("v1.0 is served alike", async () => {
  const { id } = await client.api(jobs).version("v1.0").post({ type: "classifyText", request: { text } });
  const job = await client.api(`${jobs}/${id}`).version("v1.0").get();
  assert.equal(job["@odata.context"], `${SERVICE}/v1.0/$metadata#dataClassification/jobs/$entity`);
});

test("classifyText is accepted as an action", async () => {
  for (const path of ["classifyText", "microsoft.graph.classifyText"]) {
    const response = await client.api(`/dataClassification/${path}`).responseType(ResponseType.RAW).post({ text });
    assert.equal(response.status, 202, path);
    assert.equal((await end((await response.json()).id)).status, "succeeded", path);
  }
});

test("classifyFile takes a file as JSON, as a form and as it is", async () => {
  const file = Buffer.from(text);
  const form = new FormData();
  form.append("file", new Blob([file]), "note.txt");
  form.append("sensitiveTypes", new Blob(['["50842eb7-edc8-4019-85dd-5a5c1f2bb085"]'], { type: "application/json" }));
  const action = () => client.api("/dataClassification/classifyFile");
  for (const sent of [
    action().post({ file: file.toString("base64") }),
    action().post(form),
    action().header("Content-Type", "application/octet-stream").post(file),
  ]) {
    const job = await end((await sent).id);
    assert.equal(job.status, "succeeded");
    assert.deepEqual(job.result.classification.map((found) => found.displayName), ["Credit Card Number"]);
  }
});

test("a listing comes in pages", async () => {
  const made = new Set();
  for (let i = 0; i < 3; i++) made.add((await client.api(jobs).post({ type: "paged" })).id);
  const first = await client.api(jobs).filter("type eq 'paged'").top(2).count(true).get();
  assert.equal(first["@odata.count"], 3);
  assert.equal(first.value.length, 2);
  const token = new URL(first["@odata.nextLink"]).searchParams.get("$skiptoken");
  const rest = await client.api(jobs).filter("type eq 'paged'").top(2).skipToken(token).get();
  assert.equal(rest.value.length, 1);
  const seen = [];
  if (secure) {
    await new PageIterator(client, first, (job) => seen.push(job.id)).iterate();
  } else {
    const second = await follow(first["@odata.nextLink"]).get();
    assert.equal(second["@odata.nextLink"], undefined);
    seen.push(...[...first.value, ...second.value].map((job) => job.id));
  }
  assert.equal(seen.length, 3);
  assert.deepEqual(new Set(seen), made);
});

test("a filter, an order and a count agree", async () => {
  const ids = [];
  for (let i = 0; i < 2; i++) ids.push((await client.api(jobs).post({ type: "counted" })).id);
  for (const id of ids) await end(id);
  const filter = "type eq 'counted' and status eq 'failed'";
  const listed = await client.api(jobs).filter(filter).orderby("creationDateTime asc").get();
  assert.deepEqual(listed.value.map((job) => job.id), ids);
  const selected = await client.api(jobs).filter(filter).select("id,status").get();
  for (const job of selected.value) {
    const names = Object.keys(job).filter((name) => !name.startsWith("@odata."));
    assert.deepEqual(names.sort(), ["id", "status"]);
  }
  assert.equal(Number(await client.api(`${jobs}/$count`).filter(filter).get()), 2);
  assert.deepEqual((await client.api(jobs).filter("type eq 'counted' and status eq 'running'").get()).value, []);
});

test("a time in a filter may have an offset", async () => {
  // The client does not escape the plus.
  const zone = new Date(Date.now() + 3 * 3600_000 - 60_000).toISOString().replace("Z", "+03:00");
  const { id } = await client.api(jobs).post({ type: "timed" });
  const { value } = await client.api(jobs).filter(`type eq 'timed' and creationDateTime gt ${zone}`).get();
  assert.deepEqual(value.map((job) => job.id), [id]);
});

test("a job that fails says why", async () => {
  const { id } = await client.api(jobs).post({ type: "unheardOf" });
  const job = await end(id);
  assert.equal(job.status, "failed");
  assert.equal(job.error.code, "unsupportedJobType");
});

test("refusals are GraphErrors", async () => {
  const missing = await refusal(client.api(`${jobs}/${randomUUID()}`).get());
  assert.equal(missing.statusCode, 404);
  assert.equal(missing.code, "notFound");
  assert.match(missing.requestId, /^[0-9a-f-]{36}$/);
  assert.ok(!Number.isNaN(missing.date.getTime()));

  const invalid = await refusal(client.api(jobs).post({ type: "classifyText", request: { texts: text } }));
  assert.equal(invalid.statusCode, 400);
  assert.equal(JSON.parse(invalid.body).target, "request.texts");

  assert.equal((await refusal(client.api(jobs).filter("status is 'failed'").get())).statusCode, 400);
  assert.equal((await refusal(client.api(jobs).put({}))).statusCode, 405);
  assert.equal((await refusal(client.api("/dataClassification/nothing").get())).statusCode, 404);
});

test("a running job is canceled, by the action and by a patch", async () => {
  const acts = [
    (path) => client.api(`${path}/cancel`).post(),
    (path) => client.api(path).patch({ status: "canceled" }),
  ];
  for (const act of acts) {
    const { id } = await client.api(jobs).post({ type: "stuck" });
    await until(id, "running");
    assert.equal((await act(`${jobs}/${id}`)).status, "canceled");
    assert.equal((await end(id)).status, "canceled");
  }
});

test("a deleted job is gone", async () => {
  const { id } = await client.api(jobs).post({ type: "stuck" });
  assert.equal(await client.api(`${jobs}/${id}`).delete(), undefined);
  assert.equal((await refusal(client.api(`${jobs}/${id}`).get())).statusCode, 404);
});

test("a batch creates, reads and counts", async () => {
  const call = (id, path, more, dependsOn) => ({ id, dependsOn, request: new Request(`${SERVICE}/beta${path}`, more) });
  const post = { method: "POST", headers: { "Content-Type": "application/json" } };
  const name = randomUUID();
  const send = async (...calls) =>
    new BatchResponseContent(await client.api("/$batch").post(await new BatchRequestContent(calls).getContent()));

  const answers = await send(
    call("1", jobs, { ...post, body: JSON.stringify({ id: name, type: "batched" }) }),
    call("2", `${jobs}/${name}`, {}, ["1"]),
    call("3", `${jobs}/$count?$filter=type eq 'batched'`, {}, ["1"]),
    call("4", `${jobs}/${name}/nothing`, {}, ["1"]));
  const made = answers.getResponseById("1");
  assert.equal(made.status, 201);
  assert.ok(made.headers.get("Location").endsWith(name));
  assert.equal((await answers.getResponseById("2").json()).id, name);
  assert.equal(await answers.getResponseById("3").text(), "1");
  const missing = answers.getResponseById("4");
  assert.equal(missing.status, 404);
  assert.equal((await missing.json()).error.code, "notFound");

  const chain = await send(call("a", `${jobs}/${randomUUID()}`), call("b", jobs, {}, ["a"]));
  assert.deepEqual(["a", "b"].map((id) => chain.getResponseById(id).status), [404, 424]);
});

test("a full queue is tried again until it has room", async () => {
  const job = await connect(FULL).api(jobs).post({ type: "classifyText", request: { text } });
  assert.equal(job.type, "classifyText");
});

test("a create whose answer was lost makes one job", async () => {
  // Over http the client names neither itself nor the call.
  const name = secure ? {} : { id: randomUUID() };
  const { id } = await connect(FORGETFUL).api(jobs).post({ ...name, type: "resent" });
  const { value } = await client.api(jobs).filter("type eq 'resent'").get();
  assert.deepEqual(value.map((job) => job.id), [id]);
});
